# SPDX-License-Identifier: GPL-2.0-only
"""Invariants, evaluated fast: what a few bits of a state decide is remembered for each value of those bits.

An invariant for one binding of its parameters is a disjunction. The alternatives that do not ask where frames stand are
evaluated once for each value of the bits that they read. Where they hold, the invariant holds; where they do not, the whole
invariant is evaluated in the state. Bindings that read the same bits are remembered together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from checker.explicit.step.outcome import OutOfRange, Raised, Violated
from checker.explicit.step.python_code import FunctionMaker
from checker.ir import system as ir
from checker.ir.analysis.footprint import Footprints
from checker.ir.simplify import Specialiser, logical, negate

TOGETHER = 64
"""Bits that bindings may read together to be remembered together."""

Test = Callable[[int], object]


@dataclass(frozen=True, eq=False)
class Instance:
    """An invariant for one binding. quick: the part that is remembered, None if there is none. whole: all of it."""

    predicate: ir.Predicate
    arguments: tuple[int, ...]
    mask: int
    quick: Test | None
    whole: Test

    def holds(self, state: int) -> bool:
        """Whether the invariant holds. One that meets a wild pointer does not; a value out of range is a model error."""
        return _holds(self.whole, state)

    def is_violated(self, state: int) -> bool:
        """Whether the invariant is evaluated and does not hold."""
        try:
            return not self.holds(state)
        except OutOfRange:
            return False


def _holds(test: Test, state: int) -> bool:
    try:
        return bool(test(state))
    except Violated:
        return False
    except OutOfRange as error:
        if not error.wild:
            raise
        return False


@dataclass(eq=False)
class Cluster:
    """Instances that are remembered together. known: for each value of the bits, the instances that are not decided by them."""

    mask: int
    instances: list[Instance] = field(default_factory=list)
    known: dict[int, tuple[Instance, ...]] = field(default_factory=dict)

    def undecided(self, key: int) -> tuple[Instance, ...]:
        found = tuple(instance for instance in self.instances if instance.quick is None or not _quick(instance.quick, key))
        self.known[key] = found
        return found


def _quick(test: Test, key: int) -> bool:
    try:
        return bool(test(key))
    except Raised:
        return False


def make_clusters(maker: FunctionMaker, properties: frozenset[str]) -> list[Cluster]:
    """The clusters of all invariants of these properties."""
    footprints = Footprints(maker.system, maker.layout)
    clusters: list[Cluster] = []
    for predicate in maker.system.predicates:
        if predicate.property not in properties:
            continue
        for arguments in itertools.product(*(values for _, _, values in predicate.parameters)):
            instance = _instance(maker, footprints, predicate, arguments)
            if instance is not None:
                _join(clusters, instance)
    return clusters


def _instance(
    maker: FunctionMaker, footprints: Footprints, predicate: ir.Predicate, arguments: tuple[int, ...]
) -> Instance | None:
    known = {local: value for (local, _, _), value in zip(predicate.parameters, arguments, strict=True)}
    body = Specialiser(maker.system.variables, maker.system.arenas, known).expression(predicate.body)
    if isinstance(body, ir.Constant) and body.value:
        return None
    quick: list[ir.Expression] = []
    for e in alternatives(body):
        if not ir.contains(e, (ir.FrameIn, ir.HasFrames)):
            quick.append(e)
        elif ir.may_raise(e):
            break  # it is evaluated first, and where it raises the invariant is violated
    mask = 0
    for e in quick:
        mask |= footprints.reads(e)
    test = maker.predicate(logical("or", quick)) if quick else None
    return Instance(predicate, arguments, mask, test, maker.predicate(body))


def _join(clusters: list[Cluster], instance: Instance) -> None:
    for cluster in clusters:
        wider = cluster.mask | instance.mask
        if wider in (cluster.mask, instance.mask) or wider.bit_count() <= TOGETHER:
            cluster.mask = wider
            cluster.instances.append(instance)
            return
    clusters.append(Cluster(instance.mask, [instance]))


def alternatives(e: ir.Expression) -> list[ir.Expression]:
    """Conditions of which each one makes the expression true, and one of which holds where it is true."""
    match e:
        case ir.Logical("or", operands):
            return [part for operand in operands for part in alternatives(operand)]
        case ir.Conditional(test, ir.Constant(value), otherwise) if value:
            return [*alternatives(test), *alternatives(otherwise)]
        case ir.Conditional(test, ir.Constant(0), otherwise):
            rest = alternatives(otherwise)
            return [logical("and", [negate(test), part]) for part in rest]
        case ir.Let(name, value, body):
            return [ir.Let(name, value, part) for part in alternatives(body)]
    return [e]
