# SPDX-License-Identifier: GPL-2.0-only
"""Changes of an expression: what one of its parts can be replaced by."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NEGATE = "negate"
OFF_BY_ONE = "off by one"
AND_OR = "and/or"
DROP_CONDITION = "drop condition"
CONSTANT = "constant"

FlagNames = Callable[[ast.expr], tuple[str, ...]]
"""The members of the enumeration whose member an expression is, by name, with the empty name first where it is one of flags;
nothing for any other expression."""

_NEIGHBOUR: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


@dataclass(frozen=True)
class Slot:
    """A place in a syntax tree that holds an expression: a field of a node, or an element of one that is a list."""

    parent: ast.AST
    field: str
    index: int | None = None

    def get(self) -> ast.expr:
        held = getattr(self.parent, self.field)
        found: ast.expr = held if self.index is None else held[self.index]
        return found

    def put(self, node: ast.expr) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def slots(parent: ast.AST, names: tuple[str, ...] | None = None) -> Iterator[Slot]:
    """All expressions in a node, outermost first, in the order of the text; names: in these of its fields only. Annotations
    and what a call calls are left out."""
    for name, value in ast.iter_fields(parent):
        if name == "annotation" or (names is not None and name not in names) or (name == "func" and isinstance(parent, ast.Call)):
            continue
        items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            if isinstance(item, ast.expr):
                yield Slot(parent, name, index)
            if isinstance(item, ast.AST):
                yield from slots(item)


@dataclass(frozen=True)
class Replacement:
    """kind: of change. text: what changes, in words of the source."""

    kind: str
    text: str
    node: ast.expr


def replacements(slot: Slot, flags: FlagNames) -> Iterator[Replacement]:
    """What an expression can be replaced by."""
    for kind, new in _replacements(slot, flags):
        yield Replacement(kind, f"{ast.unparse(slot.get())} -> {ast.unparse(new)}", new)
    match slot.get():
        case ast.BoolOp(op=operator, values=values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            text = "or -> and" if isinstance(other, ast.And) else "and -> or"
            yield Replacement(AND_OR, text, ast.BoolOp(other, values))
            for number, value in enumerate(values):
                rest = [*values[:number], *values[number + 1 :]]
                left = rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
                yield Replacement(DROP_CONDITION, ast.unparse(value), left)
        case node if isinstance(slot.parent, ast.comprehension) and slot.field == "ifs":
            yield Replacement(DROP_CONDITION, ast.unparse(node), ast.Constant(True))


def _replacements(slot: Slot, flags: FlagNames) -> Iterator[tuple[str, ast.expr]]:
    node = slot.get()
    match node:
        case ast.Constant(value=bool(value)):
            yield CONSTANT, ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield OFF_BY_ONE, ast.Constant(value + 1)
            yield OFF_BY_ONE, ast.Constant(value - 1)
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            for number, operator in enumerate(operators):
                if type(operator) in _NEIGHBOUR:
                    changed = [*operators[:number], _NEIGHBOUR[type(operator)](), *operators[number + 1 :]]
                    yield OFF_BY_ONE, ast.Compare(left, changed, comparators)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield CONSTANT, right
            yield CONSTANT, left
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            yield CONSTANT, operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield NEGATE, ast.IfExp(negated(test), body, orelse)
        case ast.Attribute(value=ast.Name() as enumeration, attr=member):
            names = flags(node)
            if "" in names and isinstance(slot.parent, ast.Call):
                yield CONSTANT, ast.Call(enumeration, [ast.Constant(0)], [])
            elif names and "" not in names and len(names) > 1:
                following = names[(names.index(member) + 1) % len(names)]
                yield CONSTANT, ast.Attribute(enumeration, following, ast.Load())
        case ast.Name() if isinstance(slot.parent, ast.Call) and "" in flags(node):
            yield CONSTANT, ast.BinOp(node, ast.BitAnd(), ast.UnaryOp(ast.Invert(), node))
    if _is_bound(slot):
        for operator_ in (ast.Add(), ast.Sub()):
            yield OFF_BY_ONE, ast.BinOp(node, operator_, ast.Constant(1))
    if isinstance(slot.parent, ast.comprehension) and slot.field == "ifs":
        yield NEGATE, negated(node)
    if isinstance(slot.parent, ast.Call) and isinstance(slot.parent.func, ast.Name) and slot.parent.func.id == "require":
        yield NEGATE, negated(node)


def _is_bound(slot: Slot) -> bool:
    """Whether it is a bound of a range, and none whose own constants are changed anyway."""
    match slot.parent, slot.get():
        case _, ast.Constant() | ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.Constant()):
            return False
        case ast.Call(func=ast.Name(id="range")), _:
            return True
    return False


def negated(test: ast.expr) -> ast.expr:
    """The contrary of a condition, without two negations in a row."""
    opposite: dict[type[ast.cmpop], type[ast.cmpop]] = {
        ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq,
        ast.Is: ast.IsNot,
        ast.IsNot: ast.Is,
        ast.In: ast.NotIn,
        ast.NotIn: ast.In,
        ast.Lt: ast.GtE,
        ast.GtE: ast.Lt,
        ast.Gt: ast.LtE,
        ast.LtE: ast.Gt,
    }
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[operator], comparators=comparators):
            return ast.Compare(left, [opposite[type(operator)]()], comparators)
    return ast.UnaryOp(ast.Not(), test)
