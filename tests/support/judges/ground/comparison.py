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
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.explicit.search.search import Search
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, How, OutOfRange, Violated
from checker.explicit.step.paths import alternatives
from checker.explicit.step.transitions import Transition
from checker.ir import system as ir
from checker.language import tree
from checker.symbolic.parametric.all_sizes import Demand
from checker.symbolic.parametric.ground_expressions import RAISES
from checker.symbolic.parametric.ground_step import CUT, Kind, kinds
from checker.symbolic.parametric.ground_sums import check_sums
from checker.symbolic.parametric.views import View, standing
from checker.symbolic.terms.terms import Unsupported
from checker.verify.proof.prove_all_sizes import family
from checker.verify.request import Request
from tests.support.judges.ground.formula import Formula
from tests.support.judges.ground.states import States, Values

LONGEST = 500
"""Steps of a random walk."""


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
            for who in itertools.product(*(range(self.of_all.real.arenas[record].instances) for record in records)):
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
            instances = [self.chance.randrange(self.of_all.real.arenas[record].instances) for record in view.records]
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
                instances = [at // self.of_all.real.arenas[r].alignment - 1 for r, at in zip(demand.records, there, strict=True)]
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
                count = self.of_all.real.arenas[type_.record].instances
                domains.append([self.states.reference(type_.record, n) for n in range(count)])
        return itertools.product(*domains)


def differences(
    model: Path,
    settings: dict[str, int],
    count: int,
    viewed: bool = True,
    exact: bool = False,
    events: tuple[str, ...] = (),
    properties: frozenset[str] | None = None,
    each: int = 3,
) -> list[str]:
    """Where the formulas of a model of that size and the engine differ, on so many states."""
    return GroundComparison(Request(model, settings, events), viewed, exact, properties).differences(count, each)


def _key(system: ir.System, kind: Kind) -> tuple[object, ...]:
    if kind.action is not None:
        return (kind.action.name, *kind.values)
    return kind.location, kind.record, kind.depth, kind.own
