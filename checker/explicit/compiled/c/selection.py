# SPDX-License-Identifier: GPL-2.0-only
"""Which actions to try in a state: most are ruled out by the value of one cell that their guard looks at first."""

from __future__ import annotations

from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.simplify import action_code, conditional, logical, operation

SMALL = 6
"""Bits of a cell that is worth a switch."""


@dataclass(frozen=True)
class Selected:
    """One instance of an action, with its arguments filled in. cell: offset and width of the cell that decides first; possible:
    the bits in it with which the action may be possible. None: try it in every state."""

    action: ir.Action
    arguments: tuple[int, ...]
    body: ir.Block
    cell: tuple[int, int] | None
    possible: frozenset[int]


def select(system: ir.System, layout: Layout, action: ir.Action, arguments: tuple[int, ...]) -> Selected:
    """An instance of an action with the cell that rules it out in most states."""
    body = action_code(system.variables, system.arenas, action, arguments)
    for test in first_requirements(body):
        if ir.may_raise(test):
            break
        load = _only_load(test)
        if load is None or system.variables[load.variable].constant:
            continue
        variable, cells = system.variables[load.variable], layout.cells[load.variable]
        if not 0 < cells.width <= SMALL:
            continue
        number = variable.cell(tuple(index.value for index in load.indices if isinstance(index, ir.Constant)))
        possible = frozenset(
            value - variable.low
            for value in range(variable.low, variable.high + 1)
            if with_value(test, load, value) != ir.Constant(0)
        )
        return Selected(action, arguments, body, (cells.offset + number * cells.width, cells.width), possible)
    return Selected(action, arguments, body, None, frozenset())


def first_requirements(body: ir.Block) -> list[ir.Expression]:
    """The conditions that code requires before it does anything else, in order."""
    if len(body) == 1 and isinstance(body[0], ir.Region):
        body = body[0].body
    found: list[ir.Expression] = []
    for instruction in body:
        match instruction:
            case ir.Cover():
                continue
            case ir.Require(test):
                found.extend(test.operands if isinstance(test, ir.Logical) and test.operator == "and" else (test,))
            case _:
                break
    return found


def _only_load(e: ir.Expression) -> ir.Load | None:
    """The one cell that an expression reads, None if there are others or it is not known which."""
    found: set[ir.Load] = set()

    def look(part: ir.Expression) -> bool:
        match part:
            case ir.Constant():
                return True
            case ir.Load(indices=indices) if all(isinstance(index, ir.Constant) for index in indices):
                found.add(part)
                return True
            case ir.Operation() | ir.Logical() | ir.Conditional():
                return all(look(operand) for operand in ir.operands(part))
        return False

    return found.pop() if look(e) and len(found) == 1 else None


def with_value(e: ir.Expression, load: ir.Load, value: int) -> ir.Expression:
    """The expression where a cell has a value."""
    if e == load:
        return ir.Constant(value)
    match e:
        case ir.Operation(name, operands):
            return operation(name, *(with_value(operand, load, value) for operand in operands))
        case ir.Logical(name, operands):
            return logical(name, [with_value(operand, load, value) for operand in operands])
        case ir.Conditional(test, then, otherwise):
            return conditional(*(with_value(part, load, value) for part in (test, then, otherwise)))
    return e
