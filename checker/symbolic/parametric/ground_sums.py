# SPDX-License-Identifier: GPL-2.0-only
"""Sums over arenas are counted up to a few only (ground_expressions.SATURATED), which is exact where they are compared with
less."""

from __future__ import annotations

from collections.abc import Iterator

from checker.ir import system as ir
from checker.symbolic.parametric.ground_expressions import SATURATED
from checker.symbolic.terms.terms import Unsupported

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


def check_sums(system: ir.System, properties: frozenset[str]) -> None:
    """Unsupported, with the place in the model, if a sum over an arena is used otherwise in a step or in what these
    properties demand."""
    for e in _expressions(system, properties):
        _check(system, e)


def _expressions(system: ir.System, properties: frozenset[str]) -> Iterator[ir.Expression]:
    for predicate in system.predicates:
        if predicate.property in properties:
            yield predicate.body
    for action in system.actions:
        yield from ir.expressions(action.body)
    for location in system.locations:
        yield from ir.expressions(location.body)
    if system.processors is not None:
        yield system.processors.executes


def _check(system: ir.System, e: ir.Expression) -> None:
    match e:
        case ir.Operation(name, (left, ir.Constant(value))) if name in COMPARISONS and 0 <= value < SATURATED and _has_sum(left):
            _counted(system, left)
        case ir.Operation(name, (ir.Constant(value), right)) if (
            name in COMPARISONS and 0 <= value < SATURATED and _has_sum(right)
        ):
            _counted(system, right)
        case ir.Over(kind="sum"):
            raise Unsupported(
                f"{e.position}: a sum over {e.record} that is not compared with one of 0 to {SATURATED - 1}; that takes counting"
            )
        case _:
            for part in ir.operands(e):
                _check(system, part)


def _counted(system: ir.System, e: ir.Expression) -> None:
    """A sum, or one of sums and other numbers that are not negative."""
    match e:
        case ir.Over(kind="sum", body=body):
            _check(system, body)
        case ir.Operation("+", operands) if any(map(_has_sum, operands)):
            for operand in operands:
                _counted(system, operand)
        case _:
            _check(system, e)
            if not _at_least_0(system, e):
                raise Unsupported("a sum over an arena is added to, or compared as, what may be negative")


def _has_sum(e: ir.Expression) -> bool:
    return (isinstance(e, ir.Over) and e.kind == "sum") or any(map(_has_sum, ir.operands(e)))


def _at_least_0(system: ir.System, e: ir.Expression) -> bool:
    match e:
        case ir.Constant(value):
            return value >= 0
        case ir.Load(name):
            return system.variables[name].low >= 0
        case ir.InRange(low=low):
            return low >= 0
        case ir.Conditional(_, then, otherwise):
            return _at_least_0(system, then) and _at_least_0(system, otherwise)
        case ir.Operation("+", operands):
            return all(_at_least_0(system, operand) for operand in operands)
        case ir.Operation(name) if name in (*COMPARISONS, "not"):
            return True
        case ir.Logical() | ir.FrameIn() | ir.HasFrames() | ir.Over(kind="any") | ir.Over(kind="all"):
            return True
    return False
