# SPDX-License-Identifier: GPL-2.0-only
"""The formula for one kind of step in Z3, over the tables of a state before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import z3

from checker.language import tree
from checker.symbolic.parametric.all_sizes import Obligation, demands
from checker.symbolic.parametric.ground_expressions import RAISES
from checker.symbolic.parametric.ground_state import MOST, Heap, Place
from checker.symbolic.parametric.ground_step import CUT, Kind
from checker.symbolic.parametric.views import NONE, View
from checker.symbolic.solvers.z3_solver import value as number
from checker.symbolic.solvers.z3_solver import value_of, variable
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.smtlib import declarations, definitions
from checker.symbolic.terms.terms import Term, variables_of
from checker.verify.proof.prove_all_sizes import Family
from tests.support.judges.ground.states import Cell, States, Values

ASSUMED = "assumed"
"""The name for what a formula assumes of the state before the step: that the invariants hold."""


class Formula:
    """The formula for one kind of step in Z3, over the tables of a state before and after."""

    def __init__(
        self,
        of_all: Family,
        states: States,
        kind: Kind | None,
        views: Sequence[View],
        properties: frozenset[str],
        everybody: bool,
    ) -> None:
        self.states, self.kind, self.views = states, kind, views
        of_states = demands(of_all.system, properties)
        self.obligation = o = Obligation(
            of_all.system, of_all.functions, views, of_states, properties | {RAISES, CUT}, kind, MOST, of_all.found
        )
        self.demands = of_states
        self.terms, self.integers, self.ground = o.terms, o.ground.integers, o.ground
        self.known: list[Term] = []
        self.named: dict[Integer, Term] = {}
        self.acting = [self._same(f"acting {n}", x) for n, x in enumerate(self._acting())]
        self.any = {
            record: [self._same(f"any {record} {n}", x) for n, x in enumerate(fresh)] for record, fresh in o.fresh.items()
        }
        self.before = {cell: self._own(f"before {cell}", cell[0]) for cell in states.unknown}
        self.ways = [(n, heap, guard) for n, (heap, guard) in enumerate(o.states) if n or kind is None]
        written = {name for _, heap, _ in self.ways for name in heap}
        written |= {
            name for name, local in states.locals.items() if {local.at, local.above} & written and name in states.functions
        }
        self.touched = [cell for cell in states.unknown if cell[0] in written]
        self.after = {cell: self._own(f"after {cell}", cell[0]) for cell in self.touched}
        self.shown: dict[tuple[int, int], tuple[Term, Integer]] = {}
        self.taken = [self.terms.variable(f"|way {n}|", 0) for n, _, _ in self.ways]
        for record, (count, _, _) in states.real.arenas.items():
            for index in range(count if everybody else 0):
                o.ground.name(record, self.integers.constant(states.reference(record, index)))
        self.say_ways()
        if everybody:
            o.code.settle()
        self.say_rest()
        parts = {f"|known {n}|": term for n, term in enumerate(self.known) if term is not self.terms.true}
        lines = [*declarations(variables_of(parts.values())), *definitions(parts, "part")]
        self.solver = z3.SolverFor("QF_BV")
        self.solver.from_string("\n".join([*lines, *(f"(assert {name})" for name in parts)]))

    def _acting(self) -> list[Integer]:
        """The instances that take the step: arguments in order, or the processor."""
        if self.kind is None:
            return []
        if self.kind.action is None:
            assert self.obligation.system.processors is not None
            return [self.ground.instances[self.obligation.system.processors.record][0]]
        taken: dict[str, int] = {}
        found: list[Integer] = []
        for _, type_, _ in self.kind.action.parameters:
            if isinstance(type_, tree.ReferenceType):
                found.append(self.ground.instances[type_.record][taken.get(type_.record, 0)])
                taken[type_.record] = taken.get(type_.record, 0) + 1
        return found

    def _own(self, name: str, function: str) -> Integer:
        f = self.states.functions[function]
        return self._integer(name, f.low, f.high)

    def _integer(self, name: str, low: int, high: int) -> Integer:
        """A value with a name of its own, which `equal` and `value` know."""
        most = high - low
        made = self.terms.variable(f"|{name}|", 0 if most == 1 else max(most.bit_length(), 1))
        found = self.integers.unbiased(made, low, high)
        self.named[found] = made
        return found

    def _same(self, name: str, of: Integer) -> Integer:
        """A named value that is equal to another."""
        found = self._integer(name, of.low, of.high)
        self.known.append(self.integers.equal(found, of))
        return found

    def goal(self, name: str) -> Any:
        """What must not be, by name."""
        return z3.Bool(f"goal {name}")

    def place(self, indices: Iterable[int]) -> Place:
        return tuple(self.integers.constant(n) for n in indices)

    def loaded(self, heap: Heap, cell: Cell) -> Integer:
        found = self.before[cell]
        for there, value in heap.get(cell[0], ()):
            found = self.integers.conditional(self.ground.same(self.place(cell[1]), there), value, found)
        return found

    def afterwards(self, heap: Heap, cell: Cell) -> Integer:
        """As States.values has it: of a local that is not live, the least value."""
        found = self.loaded(heap, cell)
        local = self.states.locals.get(cell[0])
        if local is None:
            return found
        here = self.loaded(heap, (local.at, cell[1]))
        live = self.terms.disjunction(*(self.integers.equal(here, self.integers.constant(n)) for n in sorted(local.live)))
        if local.above is not None:
            above = self.integers.truth(self.loaded(heap, (local.above, cell[1])))
            live = self.terms.conjunction(live, self.terms.negation(above))
        return self.integers.conditional(live, found, self.integers.constant(self.states.functions[cell[0]].low))

    def say_ways(self) -> None:
        """What follows from each way being taken."""
        t, i = self.terms, self.integers
        for (n, heap, guard), taken in zip(self.ways, self.taken, strict=True):
            parts = [guard] + [i.equal(self.after[cell], self.afterwards(heap, cell)) for cell in self.touched]
            self.known.append(t.disjunction(t.negation(taken), t.conjunction(*parts)))
            for v, view in enumerate(self.views):
                said = self.obligation.looked(v, n, self.obligation.any_of(view.records))
                for f, feature in enumerate(view.features):
                    there, value = said.value(feature)
                    if (v, f) not in self.shown:
                        shown = self._integer(f"shows {v} {f}", -(1 << 20), 1 << 20)
                        self.shown[v, f] = t.variable(f"|there {v} {f}|", 0), shown
                    is_there, is_shown = self.shown[v, f]
                    same = t.conjunction(t.equal(is_there, there), t.disjunction(t.negation(there), i.equal(is_shown, value)))
                    self.known.append(t.disjunction(t.negation(taken), same))

    def say_rest(self) -> None:
        """What the formula knows; that its functions are the tables, and its instances among those that there are."""
        t, i = self.terms, self.integers
        self.known += [*self.ground.demands, *self.ground.congruence()]
        goals = {**self.obligation.wrong, ASSUMED: self.obligation.assumed}
        self.known += [t.disjunction(t.negation(t.variable(f"|goal {name}|", 0)), term) for name, term in goals.items()]
        places: dict[str, list[Cell]] = {}
        for cell in self.states.unknown:
            places.setdefault(cell[0], []).append(cell)
        for name, made in self.ground.applications.items():
            for place, value in made.values():
                for cell in places.get(name, []):
                    same = self.ground.same(place, self.place(cell[1]))
                    if same is not t.false:
                        self.known.append(t.disjunction(t.negation(same), i.equal(value, self.before[cell])))
        for record, named in self.ground.instances.items():
            last = self.states.reference(record, self.states.real.arenas[record].instances - 1)
            for each in named:
                fits = t.negation(i.less(i.constant(last), each))
                self.known.append(t.disjunction(t.negation(self.ground.is_instance(record, each)), fits))

    # -- questions --

    def equal(self, a: Integer, value: int) -> Any:
        made = self.named[a]
        return variable(made.name, made.width) == number(value - a.low, made.width)

    def given(self, values: Values, acting: Sequence[int], assumed: bool) -> None:
        """Start to ask about a state and who acts. assumed: what the formula assumes of the state is to hold as well."""
        self.solver.push()
        self.solver.add(*(self.equal(term, values[cell]) for cell, term in self.before.items()))
        self.solver.add(*(self.equal(term, value) for term, value in zip(self.acting, acting, strict=True)))
        if assumed:
            self.solver.add(self.goal(ASSUMED))

    def done(self) -> None:
        self.solver.pop()

    def can(self, *terms: Any) -> bool:
        self.solver.push()
        self.solver.add(*terms)
        answer = self.solver.check()
        self.solver.pop()
        assert answer != z3.unknown
        return bool(answer == z3.sat)

    @property
    def some_way(self) -> Any:
        """That some way is taken."""
        return z3.Or(*(variable(term.name, 0) for term in self.taken))

    def leads_to(self, before: Values, after: Values) -> list[Any] | None:
        """The terms that say that a step leads to a state; None if the formula has no way to write what is different there."""
        if any(before[cell] != after[cell] for cell in self.states.unknown if cell not in self.after):
            return None
        return [self.some_way, *(self.equal(term, after[cell]) for cell, term in self.after.items())]

    def shows(self, view: int, instances: Sequence[int], row: Sequence[int]) -> list[Any]:
        """The terms that say what a view shows of these instances after the step."""
        found = self.any_are(self.views[view].records, instances)
        for f, value in enumerate(row):
            is_there, shown = self.shown[view, f]
            found.append(variable(is_there.name, 0) == number(value != NONE, 0))
            if value != NONE:
                found.append(self.equal(shown, value))
        return found

    def any_are(self, records: Sequence[str], instances: Sequence[int]) -> list[Any]:
        """That the instances of which the goals speak are these."""
        taken: dict[str, int] = {}
        found: list[Any] = []
        for record, n in zip(records, instances, strict=True):
            found.append(self.equal(self.any[record][taken.get(record, 0)], self.states.reference(record, n)))
            taken[record] = taken.get(record, 0) + 1
        return found

    def successors(self) -> Iterator[Values]:
        """All that the formula allows after the state that was given, as far as it may differ."""
        self.solver.push()
        self.solver.add(self.some_way)
        after = {cell: (term, variable(self.named[term].name, self.named[term].width)) for cell, term in self.after.items()}
        while self.solver.check() == z3.sat:
            model = self.solver.model()
            yield {cell: value_of(model, made) + term.low for cell, (term, made) in after.items()}
            self.solver.add(z3.Or(*(made != model.eval(made, model_completion=True) for _, made in after.values())))
        self.solver.pop()
