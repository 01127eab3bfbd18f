# SPDX-License-Identifier: GPL-2.0-only
"""Expressions in a system with any number of instances.

A quantifier over an arena is a Boolean of its own: where it holds, some instance bears witness; where it does not, none of the
instances that are named does. That is all that is used, so that nothing depends on how many there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from checker.ir import system as ir
from checker.language.raised import NO_WILD_POINTER
from checker.symbolic.parametric.ground_state import Ground, Heap, Place, frame_name
from checker.symbolic.relation.expressions import Expressions, Flow, Stepper
from checker.symbolic.terms.integers import Integer, Integers
from checker.symbolic.terms.terms import Term, Unsupported

RAISES = NO_WILD_POINTER
"""The target of everything that the checker raises, values out of range too: none of it may happen in what is proved."""

SATURATED = 3
"""What a sum over an arena is counted up to. Comparisons with smaller numbers are exact."""


@dataclass
class GroundFlow(Flow):
    """heap: in place of `state`."""

    heap: Heap = field(default_factory=dict)

    def copy(self, guard: Term) -> GroundFlow:
        return GroundFlow(guard, [], dict(self.locals), self.stand, dict(self.heap))


@dataclass(frozen=True)
class Standing:
    """The frame that steps: the record, place and depth."""

    record: str
    owner: Integer
    depth: int


@dataclass(frozen=True)
class Quantified:
    """A quantifier in a formula. body: its value, and when that raises, for an instance. found: what it is, when it raises."""

    over: ir.Over
    body: Callable[[Integer], tuple[Integer, Term]]
    found: Integer
    raises: Term


class GroundExpressions(Expressions):
    """Evaluates expressions on a ground state. ended: what was violated, and when. quantified: what still has to be said of the
    instances that are named."""

    def __init__(self, ground: Ground, processor: Integer | None = None, standing: Standing | None = None) -> None:
        self.ground = ground
        self.system = ground.system
        self.terms = ground.terms
        self.integers = ground.integers
        self.stepper = Stepper(processor)
        self.outcomes: dict[str, list[Term]] = {}
        self.standing = standing
        self.ended: list[tuple[str, Term]] = []
        self.quantified: list[Quantified] = []

    def ends(self, flow: Flow, condition: Term, outcome: str) -> None:
        if condition is self.terms.false:
            return
        self.ended.append((RAISES, self.terms.conjunction(flow.guard, condition)))
        flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(condition))

    def value(self, e: ir.Expression, flow: Flow) -> Integer:
        assert isinstance(flow, GroundFlow)
        match e:
            case ir.Over():
                return self.over(e, flow)
            case ir.Load(name, indices):
                return self.loaded(name, tuple(self.value(index, flow) for index in indices), flow)
            case ir.Index(record, reference, live, _):
                return self.indexed(record, self.value(reference, flow), live, flow)
            case ir.FrameIn(record, owner, routine):
                return self.integers.boolean(self.inside(record, self.value(owner, flow), self.system.inside[routine], flow))
            case ir.HasFrames(record, owner):
                here = self.at(record, self.value(owner, flow), 0, flow)
                return self.integers.boolean(self.integers.truth(here))
        return super().value(e, flow)

    def indexed(self, record: str, reference: Integer, live: bool, flow: GroundFlow) -> Integer:
        self.ends(flow, self.terms.negation(self.ground.is_instance(record, reference)), RAISES)
        self.ground.name(record, reference)
        index = self.ground.index(record, reference)
        if live:
            allocated = self.integers.truth(self.ground.load(flow.heap, f"{record}.allocated", (index,)))
            self.ends(flow, self.terms.negation(allocated), RAISES)
        return index

    def loaded(self, name: str, place: Place, flow: GroundFlow) -> Integer:
        """A load, with an index into an array split into its cases."""
        variable = self.system.variables[name]
        for number, (part, key, size) in enumerate(zip(place, variable.keys, variable.dimensions, strict=True)):
            if key is None and part.constant is None:
                found: Integer | None = None
                for n in range(max(part.low, 0), min(part.high, size - 1) + 1):
                    value = self.loaded(name, (*place[:number], self.integers.constant(n), *place[number + 1 :]), flow)
                    here = self.integers.equal(part, self.integers.constant(n))
                    found = value if found is None else self.integers.conditional(here, value, found)
                assert found is not None
                return found
        return self.ground.load(flow.heap, name, place)

    def at(self, record: str, owner: Integer, depth: int, flow: GroundFlow) -> Integer:
        """The number of the location of a frame, 0 if there is none."""
        here = self.ground.load(flow.heap, frame_name(record, depth), (owner,))
        s = self.standing
        if flow.stand is None or s is None or (record, depth) != (s.record, s.depth):
            return here
        stand = self.integers.unbiased(flow.stand, 0, len(self.system.locations))
        return self.integers.conditional(self.integers.equal(owner, s.owner), stand, here)

    def inside(self, record: str, owner: Integer, locations: frozenset[int], flow: GroundFlow) -> Term:
        found: list[Term] = []
        for depth in range(self.system.owners[record].frames):
            here = self.at(record, owner, depth, flow)
            found += [self.integers.equal(here, self.integers.constant(number)) for number in sorted(locations)]
        return self.terms.disjunction(*found)

    def over(self, e: ir.Over, flow: GroundFlow) -> Integer:
        """A quantifier. Its body is looked at again for each instance that is named; the witness is one."""
        t, i, ground = self.terms, self.integers, self.ground
        frozen = flow.copy(t.true)

        def body(instance: Integer) -> tuple[Integer, Term]:
            inner = frozen.copy(t.true)
            inner.locals[e.local] = instance
            kept, self.ended = self.ended, []
            ground.nested += 1
            value = self.value(e.body, inner)
            ground.nested -= 1
            raised = t.disjunction(*(condition for _, condition in self.ended))
            self.ended = kept
            return value, raised

        def witness(what: str) -> tuple[Integer, Integer, Term]:
            instance = ground.instance(e.record, what)
            return (instance, *body(instance))

        # Two quantifiers with one body are one, so that there are fewer witnesses.
        value, raised = body(ground.placeholder(e.record))
        key = (e.kind, e.record, value.term, value.low, value.high, raised)
        if key in ground.quantifiers:
            found, raises = ground.quantifiers[key]
            self.ends(flow, raises, RAISES)
            return found
        raises = t.false
        if raised is not t.false:
            raises = ground.boolean("raises")
            _, _, raised = witness("witness")
            ground.demands.append(t.disjunction(t.negation(raises), raised))
        if e.kind == "sum":
            found = ground.variable("sum", 0, SATURATED)
            (a, x, _), (b, y, _) = witness("first"), witness("second")
            if x.low < 0:
                raise Unsupported(f"{e.position}: a sum over an arena has negative terms")
            one, two = i.constant(1), i.constant(2)
            both = t.conjunction(i.truth(x), i.truth(y), t.negation(i.equal(a, b)))
            ground.demands += [
                t.disjunction(i.less(found, one), i.truth(x)),
                t.disjunction(i.less(found, two), t.negation(i.less(x, two)), both),
            ]
        else:
            holds = ground.boolean(e.kind)
            _, x, _ = witness("witness")
            shown = i.truth(x) if e.kind == "any" else t.negation(i.truth(x))
            ground.demands.append(t.disjunction(holds if e.kind == "all" else t.negation(holds), shown))
            found = i.boolean(holds)
        self.quantified.append(Quantified(e, body, found, raises))
        ground.quantifiers[key] = found, raises
        self.ends(flow, raises, RAISES)
        return found

    def settle(self, rounds: int = 2) -> None:
        """Say of each quantifier what it means for the instances that are named by now. More is more precise, not more right."""
        done = 0
        for _ in range(rounds):
            known = {record: list(named) for record, named in self.ground.instances.items()}
            pending, done = self.quantified[done:], len(self.quantified)
            for each in pending:
                self.instantiate(each, known.get(each.over.record, []))

    def instantiate(self, each: Quantified, instances: list[Integer]) -> None:
        t, i, ground = self.terms, self.integers, self.ground
        values: list[tuple[Term, Integer, Integer]] = []
        for instance in instances:
            there = ground.is_instance(each.over.record, instance)
            value, raised = each.body(instance)
            absent = t.negation(there)
            ground.demands.append(t.disjunction(absent, t.negation(raised), each.raises))
            if each.over.kind == "any":
                ground.demands.append(t.disjunction(absent, t.negation(i.truth(value)), i.truth(each.found)))
            elif each.over.kind == "all":
                ground.demands.append(t.disjunction(absent, i.truth(value), t.negation(i.truth(each.found))))
            else:
                values.append((there, instance, value))
        for there, _, value in values:
            enough = t.negation(i.less(each.found, _saturated(i, value)))
            ground.demands.append(t.disjunction(t.negation(there), enough))
        for (here, a, x), (there, b, y) in itertools.combinations(values, 2):
            apart = t.conjunction(here, there, t.negation(i.equal(a, b)))
            total = _saturated(i, i.operation("+", [x, y]))
            ground.demands.append(t.disjunction(t.negation(apart), t.negation(i.less(each.found, total))))


def _saturated(integers: Integers, value: Integer) -> Integer:
    most = integers.constant(SATURATED)
    return integers.conditional(integers.less(value, most), value, most)
