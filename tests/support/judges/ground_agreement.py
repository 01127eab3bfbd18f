# SPDX-License-Identifier: GPL-2.0-only
"""The formulas for any number of instances against the portable engine, on states of systems of some size.

A state is given to the formula of a kind of step as tables: what each function is in each place. Instance variables may be the
instances that there are. Then each step of the engine has to be one that the formula allows (a formula that excludes a real step
is unsound), with what views show afterwards; and whatever is wrong in a step, or after it, has to be wrong in the formula.
With every instance named, what the formula allows has to be a step of the engine as well.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from checker.explicit.search.search import Search
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, How, OutOfRange, Violated
from checker.explicit.step.paths import alternatives
from checker.explicit.step.transitions import Transition
from checker.ir import system as ir
from checker.language import tree
from checker.symbolic.parametric.all_sizes import Demand, Obligation, demands
from checker.symbolic.parametric.ground_expressions import RAISES
from checker.symbolic.parametric.ground_state import MOST, Heap, Place, frame_name, local_name
from checker.symbolic.parametric.ground_step import CUT, Kind, kinds
from checker.symbolic.parametric.ground_sums import check_sums
from checker.symbolic.parametric.views import NONE, Seen, View, same_names, standing
from checker.symbolic.solvers.z3_solver import value as number
from checker.symbolic.solvers.z3_solver import value_of, variable
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.smtlib import declarations, definitions
from checker.symbolic.terms.terms import Term, Unsupported, variables_of
from checker.verify.proof.prove_all_sizes import Family, family
from checker.verify.request import Request

Cell = tuple[str, tuple[int, ...]]
"""A function and a place."""

Values = dict[Cell, int]

LONGEST = 500
"""Steps of a random walk."""

ASSUMED = "assumed"
"""The name for what a formula assumes of the state before the step: that the invariants hold."""


@dataclass(frozen=True)
class Local:
    """A function for a local: the function for where its frame stands, and the locations at which it is live. above: of what a
    call returns, the function for where the frame above stands, as long as which is there nothing was returned."""

    at: str
    live: frozenset[int]
    above: str | None

    def dead(self, values: Values, place: tuple[int, ...]) -> bool:
        """Whether nobody can look at it. values: of all functions for frames."""
        return values[self.at, place] not in self.live or bool(self.above and values[self.above, place])


class States:
    """The states of a system of some size, as tables of the functions of the formulas."""

    def __init__(self, of_all: Family, search: Search) -> None:
        self.system, self.real = of_all.system, of_all.real
        self.functions = {name: f for name, f in of_all.functions.items() if f.known is None}
        self.constant = {name: f.known for name, f in of_all.functions.items() if f.known is not None}
        self.seen = Seen(self.real, search.layout, self._names())
        self.locals = self._locals()
        self.cells: list[Cell] = [
            (variable.name, place)
            for variable in self.system.variables.values()
            for place in itertools.product(*map(range, self.real.variables[variable.name].dimensions))
        ]
        for owner in self.system.owners.values():
            count = self.real.arenas[owner.record][0]
            frames = [frame_name(owner.record, depth) for depth in range(owner.frames)]
            for name in [*frames, *(name for name, local in self.locals.items() if local.at in frames)]:
                self.cells += [(name, (index,)) for index in range(count)]
        self.unknown = [cell for cell in self.cells if cell[0] in self.functions]

    def _names(self) -> dict[str, tuple[str, int, str, str]]:
        """As same_names, but a result is looked up where a procedure has one."""
        having = [p.name for p in self.real.procedures.values() if ir.RESULT in p.locals]
        return {
            name: (record, depth, having[0], local) if local == ir.RESULT else (record, depth, procedure, local)
            for name, (record, depth, procedure, local) in same_names(self.system, self.real).items()
        }

    def _locals(self) -> dict[str, Local]:
        found: dict[str, set[int]] = {}
        at: dict[str, str] = {}
        above: dict[str, str] = {}
        for owner in self.system.owners.values():
            for depth in range(owner.frames):
                for procedure in self.system.procedures.values():
                    for local in procedure.locals:
                        name = local_name(owner.record, depth, procedure.name, local)
                        at[name] = frame_name(owner.record, depth)
                        if local == ir.RESULT and depth + 1 < owner.frames:
                            above[name] = frame_name(owner.record, depth + 1)
                        found.setdefault(name, set()).update(
                            location.number
                            for location in self.system.locations
                            if location.procedure == procedure.name and local in location.live
                        )
        return {name: Local(at[name], frozenset(live), above.get(name)) for name, live in found.items()}

    def reference(self, record: str, index: int) -> int:
        return (index + 1) * self.real.arenas[record][1]

    def values(self, state: int) -> Values:
        """What each function is in each place; of a local that is not live, its least value."""
        self.seen.state = state
        found: Values = {}
        for name, place in self.cells:
            if name in self.locals:
                if self.locals[name].dead(found, place):
                    if name in self.functions:
                        found[name, place] = self.functions[name].low
                    continue
                value = self.seen.load(name, (None,), place[0])
            elif name in self.system.variables:
                value = self.seen.load(name, place, None)
            else:
                value = self.seen.load(name, (None,), place[0])
            if name in self.constant:
                assert value == self.constant[name], f"{name} is said never to change"
            else:
                found[name, place] = value
        return found

    def with_anything_dead(self, values: Values, chance: random.Random) -> Values:
        """The same, where locals that are not live have values of which nothing is known."""
        found = dict(values)
        for (name, place), _ in values.items():
            local = self.locals.get(name)
            if local is not None and local.dead(values, place):
                f = self.functions[name]
                found[name, place] = chance.randint(f.low, f.high)
        return found


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
            last = self.states.reference(record, self.states.real.arenas[record][0] - 1)
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


def countable(system: ir.System) -> frozenset[str]:
    """The properties that can be proved for all sizes."""
    found: set[str] = set()
    for name in system.properties:
        try:
            check_sums(system, frozenset({name}))
        except Unsupported:
            continue
        found.add(name)
    return frozenset(found)


def walked(search: Search, count: int) -> list[int]:
    """Some reachable states that are not terminal: the initial one, and those on random walks, at most that many."""
    chance = random.Random(0)
    first = initial_states(search.system, search.layout)[0]
    found = {first: None}
    for _ in range(count):
        state = first
        for _ in range(chance.choice((20, 60, LONGEST))):
            every = [end for _, _, end in alternatives(search.transitions, state) if isinstance(end, int)]
            ends = [end for end in every if not end >> search.layout.mark]
            if not ends or len(found) >= count:
                break
            state = chance.choice([end for end in ends if end not in found] or ends)
            found[state] = None
    return list(found)


class GroundComparison:
    """Both engines on one system of some size. viewed: compare what views show after steps. exact: the formulas may allow
    nothing but the engine's steps, and what is wrong must be so in the engine."""

    def __init__(
        self, request: Request, viewed: bool, exact: bool, properties: frozenset[str] | None = None, seed: int = 0
    ) -> None:
        self.of_all = of_all = family(request)
        self.exact = exact
        self.chance = random.Random(seed)
        self.search = Search(of_all.real)
        self.states = States(of_all, self.search)
        self.properties = countable(of_all.system) & (frozenset(of_all.system.properties) if properties is None else properties)
        self.viewed = viewed
        self.views: list[View] = []
        self.formulas: dict[tuple[object, ...], Formula] = {}
        self.looked: dict[object, int] = {}
        self.kinds = {_key(of_all.system, kind): kind for kind in kinds(of_all.system)}
        self.invariants = [instance for cluster in self.search.clusters for instance in cluster.instances]

    def formula(self, key: tuple[object, ...]) -> Formula:
        if key not in self.formulas:
            kind = self.kinds[key] if key else None
            self.formulas[key] = Formula(self.of_all, self.states, kind, self.views, self.properties, self.exact)
        return self.formulas[key]

    def taken_by(self, transition: Transition) -> tuple[tuple[object, ...], tuple[int, ...]]:
        """The kind of a transition, and who takes it."""
        if transition.action is not None:
            pairs = list(zip(transition.action.parameters, transition.arguments, strict=True))
            plain = tuple(None if isinstance(type_, tree.ReferenceType) else value for (_, type_, _), value in pairs)
            who = tuple(value for (_, type_, _), value in pairs if isinstance(type_, tree.ReferenceType))
            return (transition.action.name, *plain), who
        frame, location, processors = transition.frame, transition.location, self.of_all.real.processors
        assert frame is not None and location is not None and processors is not None and transition.processor is not None
        own = (frame.record, frame.index) == (processors.record, transition.processor)
        who = (self.states.reference(processors.record, transition.processor),)
        return (location.number, frame.record, frame.depth, own), who

    def violated(self, state: int) -> list[tuple[str, str, tuple[int, ...]]] | None:
        """The invariants that do not hold in a state; None where one ends in a model error."""
        try:
            return [
                (x.predicate.property, x.predicate.name, x.arguments)
                for x in self.invariants
                if x.predicate.property in self.properties and not x.holds(state)
            ]
        except OutOfRange:
            return None

    def everyone(self) -> Iterator[tuple[tuple[object, ...], tuple[int, ...]]]:
        """Each kind of step with everybody who could take it."""
        for key, kind in self.kinds.items():
            processors = self.of_all.real.processors
            if kind.action is not None:
                records = [t.record for _, t, _ in kind.action.parameters if isinstance(t, tree.ReferenceType)]
            else:
                assert processors is not None
                records = [processors.record]
            for who in itertools.product(*(range(self.of_all.real.arenas[record][0]) for record in records)):
                yield key, tuple(self.states.reference(record, n) for record, n in zip(records, who, strict=True))

    def differences(self, count: int, each: int) -> list[str]:
        """In states on random walks, and in each of them the kinds of steps with outcomes that were not looked at `each` times yet: how the formulas and the engine differ in some reachable states; empty if they do not."""
        found: list[str] = []
        some = walked(self.search, count)
        if self.viewed:
            self.views = self.of_all.views(standing(self.of_all.real, self.search.layout, some))
        for state in some:
            found += self.at(state, each)
            if found:
                return found
        return found

    def at(self, state: int, each: int) -> list[str]:
        ended: dict[tuple[tuple[object, ...], tuple[int, ...]], list[object]] = {}
        for transition, _, end in alternatives(self.search.transitions, state):
            if not (isinstance(end, int) and end >> self.search.layout.mark):
                ended.setdefault(self.taken_by(transition), []).append(end)
        if self.exact:
            for key, who in self.everyone():
                if self.kinds[key].action is not None:
                    ended.setdefault((key, who), [])
        before = self.states.values(state)
        good = self.violated(state) == []
        found: list[str] = []
        for (key, who), ends in ended.items():
            if key not in self.kinds:
                continue
            what = key, frozenset(self.outline(before, end) for end in ends)
            self.looked[what] = self.looked.get(what, 0) + 1
            if self.looked[what] > each:
                continue
            formula = self.formula(key)
            formula.given(self.states.with_anything_dead(before, self.chance), who, good)
            name = f"{formula.kind.name if formula.kind is not None else ''} by {who}"
            found += [f"{name}: {text}" for text in self.step(formula, before, ends)]
            formula.done()
        return found

    def outline(self, before: Values, end: object) -> object:
        """What kind of outcome this is: what is violated, or which functions change and what is wrong afterwards."""
        if not isinstance(end, int):
            return end.property if isinstance(end, Violated) else type(end).__name__
        after = self.states.values(end)
        changed = frozenset(name for (name, place), value in before.items() if after[name, place] != value)
        return changed, tuple(sorted({name for name, _, _ in self.violated(end) or ()}))

    def step(self, formula: Formula, before: Values, ends: Sequence[object]) -> Iterator[str]:
        wrong = formula.obligation.wrong
        happens: set[str] = set()
        after: list[Values] = []
        for end in ends:
            if isinstance(end, int):
                values = self.states.values(end)
                if values in after:
                    continue
                after.append(values)
                yield from self.led(formula, before, values, end)
            elif isinstance(end, Violated):
                happens.add(end.property if end.how is How.CHECK else RAISES)
            elif isinstance(end, OutOfRange):
                happens.add(RAISES)
            elif isinstance(end, Cut) and end.reason == "frames":
                happens.add(CUT)
        for name in sorted(happens & (self.properties | {RAISES, CUT})):
            if name not in wrong or not formula.can(formula.goal(name)):
                yield f"{name} is not seen"
        if self.exact:
            for name in wrong:
                if not name.startswith("keeps ") and name not in happens and formula.can(formula.goal(name)):
                    yield f"{name} is seen where it is not"
            for values in formula.successors():
                if not any(all(other[cell] == value for cell, value in values.items()) for other in after):
                    yield f"a step is allowed that is none: to {values}"
                    return

    def led(self, formula: Formula, before: Values, after: Values, end: int) -> Iterator[str]:
        """A step to a state: that the formula allows it, with what views show there, and with what is wrong there."""
        leads = formula.leads_to(before, after)
        if leads is None or not formula.can(*leads):
            changed = {cell: (value, after[cell]) for cell, value in before.items() if after[cell] != value}
            yield f"a step is excluded, which changes {changed}"
            return
        self.states.seen.state = end
        for v, view in enumerate(self.views):
            instances = [self.chance.randrange(self.of_all.real.arenas[record][0]) for record in view.records]
            if len(set(zip(view.records, instances, strict=True))) == len(instances):
                row = self.states.seen.row(view, instances)
                if not formula.can(*leads, *formula.shows(v, instances, row)):
                    shown = [f"{f} = {value}" for f, value in zip(view.features, row, strict=True)]
                    yield f"view {view.records} of {instances} shows something else than {', '.join(shown)}"
        violated = self.violated(end)
        if violated is None:
            return
        for n, demand in enumerate(formula.demands):
            for arguments in self.choices(demand):
                expected = (demand.predicate.property, demand.predicate.name, arguments) in violated
                if not expected and not self.exact:
                    continue
                there = [
                    value
                    for (_, type_, _), value in zip(demand.predicate.parameters, arguments, strict=True)
                    if isinstance(type_, tree.ReferenceType)
                ]
                instances = [at // self.of_all.real.arenas[r][1] - 1 for r, at in zip(demand.records, there, strict=True)]
                seen = formula.can(*leads, *formula.any_are(demand.records, instances), formula.goal(f"keeps {n}"))
                if seen != expected:
                    yield f"{demand.predicate.name}{arguments} after the step: violated {expected}, in the formula {seen}"

    def choices(self, demand: Demand) -> Iterator[tuple[int, ...]]:
        domains: list[Sequence[int]] = []
        for (_, type_, _), value in zip(demand.predicate.parameters, demand.values, strict=True):
            if value is not None:
                domains.append((value,))
            else:
                assert isinstance(type_, tree.ReferenceType)
                count = self.of_all.real.arenas[type_.record][0]
                domains.append([self.states.reference(type_.record, n) for n in range(count)])
        return itertools.product(*domains)


def _key(system: ir.System, kind: Kind) -> tuple[object, ...]:
    if kind.action is not None:
        return (kind.action.name, *kind.values)
    return kind.location, kind.record, kind.depth, kind.own
