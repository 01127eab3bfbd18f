# SPDX-License-Identifier: GPL-2.0-only
"""Conditions that code looks at as a whole, such as "some thread uses this page".

Who reads a hundred cells for one condition does not depend on each of them, but on the condition. It can be observed whole if
its locals are known or run over a few known values, and it cannot raise.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

from checker.ir import system as ir
from checker.ir.simplify import Specialiser

MOST = 64
"""Instances of one condition that are worth looking at."""

Ranges = Mapping[str, tuple[int, ...]]
Shape = tuple[object, ...]


def observable(block: ir.Block) -> Iterator[tuple[ir.Expression, Ranges]]:
    """The conditions in a block that can be observed whole, outer before inner, with the values of their locals."""
    yield from _in_block(block, {}, frozenset(_assigned(block)))


def instances(
    e: ir.Expression, ranges: Ranges, variables: Mapping[str, ir.Variable], arenas: Mapping[str, ir.Arena]
) -> Iterator[ir.Expression]:
    """The condition for all values of its locals."""
    names = sorted(_free(e))
    for values in itertools.product(*(ranges[name] for name in names)):
        yield Specialiser(variables, arenas, dict(zip(names, values, strict=True))).expression(e)


def shape(e: ir.Expression) -> Shape:
    """What an expression is but for its constants and where it stands in the text."""
    if isinstance(e, ir.Constant):
        return ()
    named = tuple(value for value in vars(e).values() if isinstance(value, str | int))
    return (type(e), named, *map(shape, ir.operands(e)))


def _in_block(block: ir.Block, ranges: Ranges, assigned: frozenset[str]) -> Iterator[tuple[ir.Expression, Ranges]]:
    for i in block:
        match i:
            case ir.Loop(_, local, low, high, step, body):
                yield from _in_expression(low, ranges)
                yield from _in_expression(high, ranges)
                inner = _bound(ranges, local, _span(low, high, step), assigned)
                yield from _in_block(body, inner, assigned)
            case ir.If(test, then, otherwise):
                yield from _in_expression(test, ranges)
                yield from _in_block(then, ranges, assigned)
                yield from _in_block(otherwise, ranges, assigned)
            case ir.Region(_, body) | ir.Turn(_, body):
                yield from _in_block(body, ranges, assigned)
            case ir.Choose(local, _, values, low, high, step, condition, _):
                if condition is not None:
                    known: tuple[int, ...] | None
                    if values is None:
                        known = _span(low, high, step)
                    else:
                        constants = [v.value for v in values if isinstance(v, ir.Constant)]
                        known = tuple(constants) if len(constants) == len(values) else None
                    yield from _in_expression(condition, _bound(ranges, local, known, assigned))
            case _:
                for e in ir.expressions((i,)):
                    yield from _in_expression(e, ranges)


def _span(low: ir.Expression, high: ir.Expression, step: int) -> tuple[int, ...] | None:
    if isinstance(low, ir.Constant) and isinstance(high, ir.Constant):
        return tuple(range(low.value, high.value, step))
    return None


def _bound(ranges: Ranges, local: str, values: tuple[int, ...] | None, assigned: frozenset[str]) -> Ranges:
    found = {name: known for name, known in ranges.items() if name != local}
    if values is not None and local not in assigned and local not in ranges:
        found[local] = values
    return found


def _in_expression(e: ir.Expression, ranges: Ranges) -> Iterator[tuple[ir.Expression, Ranges]]:
    if isinstance(e, ir.Logical) and not ir.may_raise(e) and not ir.contains(e, ir.Processor):
        free = _free(e)
        if free <= ranges.keys() and math.prod(len(ranges[name]) for name in free) <= MOST:
            yield e, {name: ranges[name] for name in free}
    for operand in ir.operands(e):
        yield from _in_expression(operand, ranges)


def _free(e: ir.Expression) -> frozenset[str]:
    match e:
        case ir.Local(name):
            return frozenset((name,))
        case ir.Let(name, value, body):
            return _free(value) | (_free(body) - {name})
    return frozenset().union(*(_free(operand) for operand in ir.operands(e)))


def _assigned(block: ir.Block) -> Iterator[str]:
    """The locals that the code sets other than by counting or choosing, or binds more than once."""
    bound: set[str] = set()
    for name, counts in _bindings(block):
        if not counts or name in bound:
            yield name
        bound.add(name)
    for e in ir.expressions(block):
        yield from _lets(e)


def _bindings(block: ir.Block) -> Iterator[tuple[str, bool]]:
    for i in block:
        match i:
            case ir.Set(local, _) | ir.Allocate(local):
                yield local, False
            case ir.Loop(_, local, _, _, _, body):
                yield local, True
                yield from _bindings(body)
            case ir.Choose(local):
                yield local, True
            case ir.If(_, then, otherwise):
                yield from _bindings(then)
                yield from _bindings(otherwise)
            case ir.Region(_, body) | ir.Turn(_, body):
                yield from _bindings(body)


def _lets(e: ir.Expression) -> Iterator[str]:
    if isinstance(e, ir.Let):
        yield e.local
    for operand in ir.operands(e):
        yield from _lets(operand)
