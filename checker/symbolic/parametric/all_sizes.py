# SPDX-License-Identifier: GPL-2.0-only
"""Proofs for any number of instances: lemmas on views, shown to be kept by every kind of step whoever takes it.

For each kind of step there is one formula without quantifiers (`Obligation`): the step is taken by instances of which nothing is
known; the lemmas hold of every choice of instances that the formula names; and one lemma does not hold afterwards of instances
of which nothing is known. If that cannot be satisfied, no step of that kind breaks the lemma, in a system of any size: what the
formula leaves out are further instances of lemmas only, and without them it is weaker.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checker.ir import system as ir
from checker.language import tree
from checker.symbolic.parametric.ground_expressions import GroundFlow
from checker.symbolic.parametric.ground_state import Function, Ground
from checker.symbolic.parametric.ground_step import GroundCode, Kind, Way, kinds, step
from checker.symbolic.parametric.initial_blocks import FAR, Block, Initial
from checker.symbolic.parametric.views import FeatureTerms, View
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term

Literal = tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class Lemma:
    """Of every choice of instances of a view, different ones if they are of one record: some of these features has one of these
    values. view: its number."""

    view: int
    literals: tuple[Literal, ...]


@dataclass(frozen=True)
class Demand:
    """An invariant that a property demands, for some values of its parameters that are not references."""

    predicate: ir.Predicate
    values: tuple[int | None, ...]

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(t.record for _, t, _ in self.predicate.parameters if isinstance(t, tree.ReferenceType))


def demands(system: ir.System, properties: frozenset[str]) -> list[Demand]:
    """What the properties demand of states."""
    found: list[Demand] = []
    for predicate in system.predicates:
        if predicate.property in properties:
            domains = [(None,) if isinstance(t, tree.ReferenceType) else values for _, t, values in predicate.parameters]
            found += [Demand(predicate, values) for values in itertools.product(*domains)]
    return found


@dataclass
class Obligation:
    """The formula for one kind of step, or with None for the initial state, made of copies of `blocks`. demands, properties:
    as in the invariant. most: instances of a record that are numbered. wrong: what must not be, by name: violations in the step,
    and demands that do not hold after it. Lemmas are said when they are asked for."""

    system: ir.System
    functions: Mapping[str, Function]
    views: Sequence[View]
    demands: Sequence[Demand]
    properties: frozenset[str]
    kind: Kind | None
    most: int
    blocks: frozenset[Block]
    feature_terms: dict[tuple[int, tuple[Term, ...], int], FeatureTerms] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ground = ground = Ground(self.system, self.functions)
        self.terms = t = ground.terms
        self.code = GroundCode(ground) if self.kind is None else step(ground, self.kind)
        widest = max((sum(r == record for r in of) for record in self.system.arenas for of in self._shapes()), default=0)
        self.fresh = {record: [ground.instance(record, f"any {record}") for _ in range(widest)] for record in self.system.arenas}
        self.acting = {record: list(named) for record, named in ground.instances.items()}
        if self.kind is None:
            self.code.ways.append(Way(t.true, {}))
        self.states = [({}, t.true), *((way.heap, way.guard) for way in self.code.ways if way.guard is not t.false)]
        hold = [
            self.demand(demand, 0, chosen)
            for demand in self.demands
            for chosen in self.choices(demand.records, self.acting)
            if self.kind is not None
        ]
        self.assumed = t.conjunction(*hold)
        self.wrong: dict[str, Term] = {}
        for name, condition in self.code.ended:
            if name in self.properties:
                self.wrong[name] = t.disjunction(self.wrong.get(name, t.false), condition)
        for number, demand in enumerate(self.demands):
            chosen = self.any_of(demand.records)
            violated = [
                t.conjunction(guard, t.negation(self.demand(demand, n, chosen))) for n, (_, guard) in enumerate(self.states) if n
            ]
            name = f"keeps {number}"
            self.wrong[name] = t.disjunction(self.wrong.get(name, t.false), *violated)
        self.acting = {record: list(named) for record, named in ground.instances.items()}
        if self.kind is None:
            initial = Initial(ground, self.functions, self.blocks)
            ground.demands += initial.globals(self.system)
            for record, named in self.acting.items():
                for instance in named:
                    initial.say(record, instance, FAR if instance in self.fresh[record] else 1)
            for record, named in self.fresh.items():
                for instance in named:
                    initial.mates(record, instance)
        self.code.settle()

    def _shapes(self) -> Iterator[tuple[str, ...]]:
        for view in self.views:
            yield view.records
        for demand in self.demands:
            yield demand.records

    def any_of(self, records: Sequence[str]) -> tuple[Integer, ...]:
        """Instances of which nothing is known."""
        taken: dict[str, int] = {}
        found: list[Integer] = []
        for record in records:
            found.append(self.fresh[record][taken.get(record, 0)])
            taken[record] = taken.get(record, 0) + 1
        return tuple(found)

    def choices(self, records: Sequence[str], among: Mapping[str, Sequence[Integer]]) -> Iterator[tuple[Integer, ...]]:
        return itertools.product(*(among.get(record, ()) for record in records))

    def demand(self, demand: Demand, state: int, chosen: tuple[Integer, ...]) -> Term:
        """Whether an invariant holds of these instances. state: 0 before the step, else after that way."""
        t = self.terms
        rest = iter(chosen)
        locals_: dict[str, Integer] = {}
        there: list[Term] = []
        for (name, type_, _), value in zip(demand.predicate.parameters, demand.values, strict=True):
            if value is None:
                assert isinstance(type_, tree.ReferenceType)
                locals_[name] = next(rest)
                there.append(self.ground.is_instance(type_.record, locals_[name]))
            else:
                locals_[name] = self.ground.integers.constant(value)
        code = GroundCode(self.ground)
        code.quantified = self.code.quantified
        flow = GroundFlow(t.true, [], locals_, None, self.states[state][0])
        value_ = code.truth(demand.predicate.body, flow)
        return t.disjunction(t.negation(t.conjunction(*there)), t.conjunction(flow.guard, value_))

    # -- lemmas --

    def looked(self, view: int, state: int, chosen: tuple[Integer, ...]) -> FeatureTerms:
        key = (view, tuple(x.term for x in chosen), state)
        if key not in self.feature_terms:
            self.feature_terms[key] = FeatureTerms(self.ground, self.states[state][0], chosen)
        return self.feature_terms[key]

    def applies(self, view: View, chosen: tuple[Integer, ...]) -> Term:
        """Whether these are instances, and different ones."""
        t, i = self.terms, self.ground.integers
        tests = [self.ground.is_instance(record, x) for record, x in zip(view.records, chosen, strict=True)]
        for (r, x), (s, y) in itertools.combinations(zip(view.records, chosen, strict=True), 2):
            if r == s:
                tests.append(t.negation(i.equal(x, y)))
        return t.conjunction(*tests)

    def lemma(self, lemma: Lemma, state: int, chosen: tuple[Integer, ...]) -> Term:
        """Whether a lemma holds of these instances."""
        view = self.views[lemma.view]
        seen = self.looked(lemma.view, state, chosen)
        literals = [seen.among(view.features[number], values) for number, values in lemma.literals]
        return self.terms.disjunction(self.terms.negation(self.applies(view, chosen)), *literals)

    def holds(self, lemma: Lemma) -> Term:
        """That it holds before the step, of all instances that are named in the step."""
        if self.kind is None:
            return self.terms.true
        records = self.views[lemma.view].records
        return self.terms.conjunction(*(self.lemma(lemma, 0, chosen) for chosen in self.choices(records, self.acting)))

    def breaks(self, lemma: Lemma) -> Term:
        """That it does not hold after it, of instances of which nothing is known."""
        chosen = self.any_of(self.views[lemma.view].records)
        return self.terms.disjunction(
            *(
                self.terms.conjunction(guard, self.terms.negation(self.lemma(lemma, n, chosen)))
                for n, (_, guard) in enumerate(self.states)
                if n
            )
        )

    def enough(self) -> bool:
        """Whether instances can be numbered as the formula numbers them: it names no more than there are numbers."""
        return all(self.ground.named(record) <= self.most for record, (n, _, _) in self.system.arenas.items() if n == self.most)


def all_kinds(system: ir.System, stands: Mapping[tuple[str, int], frozenset[int]]) -> list[Kind]:
    """The kinds of steps but those of a frame that stands where it never does. stands: where each frame may."""
    return [
        kind
        for kind in kinds(system)
        if kind.action is not None or kind.location in stands.get((kind.record, kind.depth), frozenset())
    ]
