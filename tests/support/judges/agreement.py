# SPDX-License-Identifier: GPL-2.0-only
"""The step relation against the portable engine, state by state: the same transitions with the same outcomes, the same
invariants violated, the same deadlocks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator

import z3

from checker.explicit.search.search import HALTED, Search
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, OutOfRange, Violated
from checker.explicit.step.paths import alternatives
from checker.ir import system as ir
from checker.language.raised import NO_DEADLOCK
from checker.symbolic.relation.selector import Transition
from checker.symbolic.relation.transition import Relation, step_relation
from checker.symbolic.terms.smtlib import declarations, definitions, sort
from checker.symbolic.terms.terms import Term, variables_of
from tests.support.evaluation import Evaluator

Outcome = tuple[str, object]
Name = tuple[str, tuple[int, ...], int]
"""Of a transition: the action's name, its arguments, the processor's index."""

MOST_INPUTS = 12
"""Bits of input that are tried in all combinations."""


def solved(roots: list[Term], inputs: list[Term], ends: list[Term]) -> Iterator[list[int]]:
    """All values that the roots can have together where one of the ends holds, found by Z3."""
    named = {f"root{number}": term for number, term in enumerate(roots)} | {f"end{n}": term for n, term in enumerate(ends)}
    lines = [*declarations(inputs), *definitions(named, "part")]
    lines += [f"(declare-const is{n} {sort(term.width)})(assert (= is{n} root{n}))" for n, term in enumerate(roots)]
    lines.append(f"(assert (or {' '.join(f'end{n}' for n in range(len(ends)))}))")
    solver = z3.SolverFor("QF_BV")
    solver.from_string("\n".join(lines))
    variables = [z3.BitVec(f"is{n}", term.width) if term.width else z3.Bool(f"is{n}") for n, term in enumerate(roots)]
    while solver.check() == z3.sat:
        values = [solver.model().eval(variable, model_completion=True) for variable in variables]
        yield [int(z3.is_true(v)) if z3.is_bool(v) else v.as_long() for v in values]
        solver.add(z3.Or(*(variable != value for variable, value in zip(variables, values, strict=True))))


class Comparison:
    """Both engines on one system. search: of the portable one. by_solver: let Z3 find the ways to choose, not only where there
    are too many to try them all."""

    def __init__(self, system: ir.System, by_solver: bool = False) -> None:
        self.by_solver = by_solver
        self.search = Search(system)
        self.relation = step_relation(system)
        self.fields = self.relation.fields

    def differences(self, state: int) -> list[str]:
        """How the engines differ in a packed state; empty if they do not."""
        found: list[str] = []
        numbers = self.fields.unpacked(self.search.layout, state)
        if self.fields.packed(self.search.layout, numbers) != state:
            found.append("packing does not undo unpacking")
        here = self.relation.at(self.fields.constants(numbers), self.relation.inputs)
        if self.fields.valid(self.fields.constants(numbers)) is not self.fields.terms.true:
            found.append("the state is said not to be valid")
        explicit, symbolic = self.explicit(state), self.symbolic(here)
        for name in sorted({*explicit, *symbolic}):
            if explicit.get(name) != symbolic.get(name):
                found.append(f"{name}: portable {explicit.get(name)}, symbolic {symbolic.get(name)}")
        found += self.invariants(state, here)
        deadlock = NO_DEADLOCK in self.search.system.properties and not any(
            not t.interrupt and end != state for t, _, end in alternatives(self.search.transitions, state)
        )
        if here.deadlock is not (self.fields.terms.true if deadlock else self.fields.terms.false):
            found.append(f"deadlock: portable {deadlock}, symbolic {here.deadlock.op} {here.deadlock.value}")
        return found

    def explicit(self, state: int) -> dict[Name, set[Outcome]]:
        """For each transition, how it can end."""
        found: dict[Name, set[Outcome]] = {}
        mark = self.search.layout.mark
        for t, _, end in alternatives(self.search.transitions, state):
            name = (t.action.name, t.arguments, -1) if t.action is not None else ("", (), t.processor or 0)
            if isinstance(end, int):
                outcome: Outcome = ("state", end) if not end >> mark else ("halts", "")
                assert end >> mark in (0, HALTED)
            elif isinstance(end, Violated):
                outcome = "violates", end.property
            elif isinstance(end, OutOfRange):
                outcome = "error", ""
            else:
                assert isinstance(end, Cut)
                outcome = "cut", end.reason
            found.setdefault(name, set()).add(outcome)
        return found

    def symbolic(self, here: Relation) -> dict[Name, set[Outcome]]:
        """The same, by trying all inputs."""
        found: dict[Name, set[Outcome]] = {}
        terms = self.fields.terms
        outcomes: list[tuple[Outcome, Term]] = [(("halts", ""), here.halts), (("error", ""), here.error)]
        outcomes += [(("violates", name), term) for name, term in here.violates.items()]
        outcomes += [(("cut", reason), term) for reason, term in here.cuts.items()]
        roots = [here.steps, *(term for _, term in outcomes), *here.next]
        for number, transition in enumerate(self.relation.transitions):
            selector = terms.constant(number, self.relation.selector.width)
            chosen = terms.substituted(roots, {self.relation.selector: selector})
            ends = chosen[: 1 + len(outcomes)]
            if all(term is terms.false for term in ends):
                continue
            inputs = variables_of(chosen)
            if self.by_solver or sum(variable.width for variable in inputs) > MOST_INPUTS:
                every = solved(chosen, inputs, [*ends[1:], ends[0]])
            else:
                evaluate = Evaluator(chosen)
                every = (
                    evaluate(dict(zip(inputs, values, strict=True)))
                    for values in itertools.product(*(range(1 << max(variable.width, 1)) for variable in inputs))
                )
            ended: set[Outcome] = set()
            for results in every:
                happens = [outcome for (outcome, _), held in zip(outcomes, results[1:], strict=False) if held]
                if results[0]:
                    numbers = results[1 + len(outcomes) :]
                    packed = self.fields.packed(self.search.layout, numbers)
                    clean = self.fields.unpacked(self.search.layout, packed) == numbers
                    happens.append(("state", packed) if clean else ("a state with something in unused slots", packed))
                assert len(happens) < 2, f"{transition}: several outcomes at once, {happens}"
                ended.update(happens)
            if ended:
                found[_name(transition)] = ended
        return found

    def invariants(self, state: int, here: Relation) -> Iterable[str]:
        """How the engines differ on invariants."""
        true, false = self.fields.terms.true, self.fields.terms.false
        violated: dict[str, bool] = {}
        errors: set[str] = set()
        for cluster in self.search.clusters:
            for instance in cluster.instances:
                name = instance.predicate.property
                try:
                    violated[name] = violated.get(name, False) or not instance.holds(state)
                except OutOfRange:
                    errors.add(name)
        for name, term in here.invariant_errors.items():
            if term is not (true if name in errors else false):
                yield f"an error in an invariant of {name}: portable {name in errors}"
        for name, term in here.violated.items():
            expected = violated.get(name, False)
            if name not in errors and term is not (true if expected else false):
                yield f"{name} is violated: portable {expected}, symbolic {term.op} {term.value}"


def _name(transition: Transition) -> Name:
    if transition.action is not None:
        return transition.action.name, transition.arguments, -1
    return "", (), transition.processor or 0


def reachable(search: Search, count: int, seed: int) -> list[int]:
    """Some reachable states that are not terminal: the initial one, and those on random walks. Never more than that many."""
    chance = random.Random(seed)
    first = initial_states(search.system, search.layout)[0]
    found = {first: None}
    for _ in range(count):
        state = first
        for _ in range(chance.randint(1, 60)):
            ends = [
                end
                for _, _, end in alternatives(search.transitions, state)
                if isinstance(end, int) and not end >> search.layout.mark
            ]
            if not ends:
                break
            new = [end for end in ends if end not in found]
            state = chance.choice(new or ends)
            found[state] = None
            if len(found) >= count:
                return list(found)
    return list(found)


def differences(system: ir.System, count: int, seed: int = 0, by_solver: bool = False) -> list[str]:
    """How the engines differ in some reachable states; empty if they do not."""
    comparison = Comparison(system, by_solver)
    found: list[str] = []
    for state in reachable(comparison.search, count, seed):
        found += comparison.differences(state)
        if found:
            break
    return found
