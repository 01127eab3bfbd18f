# SPDX-License-Identifier: GPL-2.0-only
"""The search for lemmas for any number of instances, with Z3. What it finds is checked by the second solver.

Samples are what views show in states of a small system. A state from which a step breaks something is one where some view shows
what no sample does: the lemma that tells them apart is added. A lemma that a step breaks though all views show what samples do
is given up; if it is not a lemma but what is to be proved, the proof has failed.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from checker.counting import counted
from checker.symbolic.lemmas.learning import Samples
from checker.symbolic.parametric.all_sizes import Lemma, Obligation
from checker.symbolic.parametric.views import NONE, View
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms_in_z3 import InZ3


@dataclass(frozen=True)
class Table:
    """What a view shows in samples, each once. values: of each feature, those that occur."""

    values: tuple[tuple[int, ...], ...]
    samples: Samples

    def learn(self, view: int, shown: Sequence[int]) -> Lemma | None:
        """A lemma that what is shown breaks, and no sample does. None: some sample shows the same, or there are none."""
        if not self.samples.count:
            return None
        numbers = [[values.index(v) if v in values else None] for values, v in zip(self.values, shown, strict=True)]
        for clause in self.samples.plain_clauses(numbers, 1):
            literals = tuple((n, tuple(sorted(self.values[n][v] for v in allowed))) for n, allowed in clause)
            return Lemma(view, literals)
        return None


def table(rows: Iterable[tuple[int, ...]], features: int) -> Table:
    """The table of rows: a value for each feature."""
    distinct = sorted(set(rows))
    values = tuple(tuple(sorted({row[n] for row in distinct})) for n in range(features))
    seen = []
    for n, of_feature in enumerate(values):
        bits = dict.fromkeys(of_feature, 0)
        for number, row in enumerate(distinct):
            bits[row[n]] |= 1 << number
        seen.append((tuple(bits[v] for v in of_feature),))
    return Table(values, Samples(tuple(seen), (0,) * features, len(distinct)))


class _Solved:
    """One kind of step in Z3. Each lemma is assumed under a name."""

    def __init__(self, obligation: Obligation) -> None:
        self.obligation = obligation
        self.terms = InZ3()
        self.solver = z3.SolverFor("QF_BV")
        self.solver.add(self.terms.of(obligation.assumed))
        self.demands = 0
        self.applications: dict[str, int] = {}
        self.names: dict[Lemma, Any] = {}
        self.goals: dict[Lemma | str, Any] = {}
        self.catch_up()

    def catch_up(self) -> None:
        """Tell Z3 what was said since."""
        ground = self.obligation.ground
        for term in ground.demands[self.demands :]:
            self.solver.add(self.terms.of(term))
        self.demands = len(ground.demands)
        for name, made in ground.applications.items():
            done, rows = self.applications.get(name, 0), list(made.values())
            for b in range(done, len(rows)):
                for a in range(b):
                    same = ground.same(rows[a][0], rows[b][0])
                    if same is not ground.terms.false:
                        equal = ground.integers.equal(rows[a][1], rows[b][1])
                        self.solver.add(self.terms.of(ground.terms.disjunction(ground.terms.negation(same), equal)))
            self.applications[name] = len(rows)

    def name(self, lemma: Lemma) -> Any:
        if lemma not in self.names:
            self.names[lemma] = z3.Bool(f"lemma {len(self.names)}")
            self.solver.add(z3.Implies(self.names[lemma], self.terms.of(self.obligation.holds(lemma))))
        return self.names[lemma]

    def goal(self, key: Lemma | str) -> Any:
        if key not in self.goals:
            wrong = self.obligation.breaks(key) if isinstance(key, Lemma) else self.obligation.wrong[key]
            self.goals[key] = z3.Bool(f"goal {len(self.goals)}")
            self.solver.add(z3.Implies(self.goals[key], self.terms.of(wrong)))
        return self.goals[key]

    def ask(self, lemmas: Iterable[Lemma], key: Lemma | str, seconds: float) -> Any:
        """The lemmas for which it cannot be; else a model, or why there is no answer."""
        assumed = [self.name(lemma) for lemma in lemmas]
        goal = self.goal(key)
        self.catch_up()
        self.solver.set("timeout", max(int(seconds * 1000), 1))
        answer = self.solver.check(goal, *assumed)
        if answer == z3.unsat:
            core = {str(name) for name in self.solver.unsat_core()}
            return frozenset(lemma for lemma, name in self.names.items() if str(name) in core)
        return self.solver.model() if answer == z3.sat else self.solver.reason_unknown()


@dataclass(frozen=True)
class Found:
    """lemmas: an invariant together with the demands; why: what kept from one, None if nothing did. questions:
    to Z3."""

    lemmas: tuple[Lemma, ...]
    why: str | None
    questions: int


class Search:
    """kept: lemmas that cannot be given up. deadline: by time.monotonic()."""

    def __init__(
        self,
        obligations: Sequence[Callable[[], Obligation]],
        views: Sequence[View],
        tables: Sequence[Table],
        kept: Sequence[Lemma],
        deadline: float | None,
        tell: Callable[[str], None],
    ) -> None:
        self.makers = obligations
        self.views = views
        self.tables = tables
        self.kept = tuple(kept)
        self.lemmas: dict[Lemma, None] = dict.fromkeys(kept)
        self.refused: set[Lemma] = set()
        self.deadline = deadline
        self.tell = tell
        self.solved: dict[int, _Solved] = {}
        self.shown: dict[tuple[int, Lemma | str], frozenset[Lemma]] = {}
        self.questions = 0
        self.why: str | None = None

    def run(self) -> Found:
        again = True
        while again and self.why is None:
            again = False
            for number in range(len(self.makers)):
                before = len(self.lemmas)
                if self.kind(number):
                    again = True
                if self.why is not None:
                    break
                self.tell(
                    f"{number + 1} of {len(self.makers)} kinds of steps, {counted(len(self.lemmas), 'lemma')}, "
                    f"{counted(self.questions, 'question')}"
                )
                again |= len(self.lemmas) != before
        return Found(tuple(self.lemmas), self.why, self.questions)

    def left(self) -> float:
        return 60.0 if self.deadline is None else max(self.deadline - time.monotonic(), 0.0)

    def kind(self, number: int) -> bool:
        """Show that a kind of step keeps everything. Whether anything had to be changed for that."""
        if number not in self.solved:
            self.solved[number] = _Solved(self.makers[number]())
        solved = self.solved[number]
        changed = False
        goals: list[Lemma | str] = [*solved.obligation.wrong, *self.lemmas]
        while goals:
            key = goals.pop()
            if (number, key) in self.shown or (isinstance(key, Lemma) and key not in self.lemmas):
                continue
            if not self.left():
                self.why = "the time is over"
                return changed
            self.questions += 1
            obligation = solved.obligation
            answer = solved.ask(self.lemmas, key, self.left())
            if isinstance(answer, frozenset):
                self.shown[number, key] = answer
                continue
            if isinstance(answer, str):
                self.why = f"Z3 gives up: {answer}"
                return changed
            learned = self.learned(solved, answer) if solved.obligation.kind is not None else []
            changed = True
            if learned:
                goals += [key, *learned]
            elif isinstance(key, Lemma) and key not in self.kept:
                self.refused.add(key)
                del self.lemmas[key]
                self.shown = {shown: needed for shown, needed in self.shown.items() if key not in needed}
            else:
                what = self.text(key) if isinstance(key, Lemma) else key
                where = obligation.kind.name if obligation.kind is not None else "the initial state"
                self.why = f"{where}: induction fails: {what}"
                return changed
        return changed

    def text(self, lemma: Lemma) -> str:
        return printed(self.views, lemma)

    def learned(self, solved: _Solved, model: Any) -> list[Lemma]:
        """Lemmas that a state of a model breaks."""
        o = solved.obligation
        for size in (0, 1, 2):
            found: dict[Lemma, None] = {}
            for number, view in enumerate(self.views):
                if len(view.records) != size:
                    continue
                for chosen in self._apart(o, view, model):
                    lemma = self.tables[number].learn(number, self.values(solved, model, number, view, chosen))
                    if lemma is not None and lemma not in self.lemmas and lemma not in self.refused:
                        found[lemma] = None
            if found:
                best = sorted(found, key=lambda lemma: len(lemma.literals))[:2]
                self.lemmas.update(dict.fromkeys(best))
                return best
        return []

    def _apart(self, o: Obligation, view: View, model: Any) -> list[tuple[Integer, ...]]:
        """Choices of instances that are different in a model, each once."""
        in_z3 = InZ3()

        def number(x: Integer) -> int:
            return int(model.eval(in_z3.of(x.term), model_completion=True).as_long())

        named: dict[str, dict[int, Integer]] = {}
        for record in view.records:
            there = named.setdefault(record, {})
            count, alignment, _ = o.system.arenas[record]
            for x in o.acting.get(record, ()):
                value = number(x)
                if value >= alignment and not value % alignment and value // alignment <= count:
                    there.setdefault(value, x)
        found = itertools.product(*(named[record].items() for record in view.records))
        return [
            tuple(x for _, x in chosen)
            for chosen in found
            if len({(r, v) for r, (v, _) in zip(view.records, chosen, strict=True)}) == len(chosen)
        ]

    def values(self, solved: _Solved, model: Any, number: int, view: View, chosen: tuple[Integer, ...]) -> list[int]:
        seen = solved.obligation.looked(number, 0, chosen)
        found: list[int] = []
        for f in view.features:
            there, value = seen.value(f)
            if not z3.is_true(model.eval(solved.terms.of(there), model_completion=True)):
                found.append(NONE)
                continue
            at = model.eval(solved.terms.of(value.term), model_completion=True)
            found.append(int(z3.is_true(at)) if not value.term.width else at.as_long())
        return found


def printed(views: Sequence[View], lemma: Lemma) -> str:
    """A lemma in the model's own terms."""
    view = views[lemma.view]
    names = ", ".join(f"{record} {name}" for record, name in zip(view.records, "xyzuvw", strict=False))
    text = " or ".join(f"{view.features[n]} in {{{', '.join(map(str, values))}}}" for n, values in lemma.literals)
    return f"for every {names}: {text}" if names else text
