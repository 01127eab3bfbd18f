# SPDX-License-Identifier: GPL-2.0-only
"""C text on one line, from its syntax tree: for names, and to tell two parts apart, not for a compiler. Macros are expanded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from checker.language.c import syntax

_BINDS = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    "<": 7,
    ">": 7,
    "<=": 7,
    ">=": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "%": 10,
}
_LOOSEST, _UNARY, _POSTFIX = 0, 11, 12


def expression(node: syntax.Node, around: int = _LOOSEST) -> str:
    """An expression or type, in parentheses where it binds less than what is around it."""
    level, text = _parts(node)
    return f"({text})" if level < around else text


def statement(node: syntax.Node) -> str:
    """A statement; of one that has others in it, what stands before them."""
    match node:
        case syntax.ExpressionStatement(expression=inside):
            return expression(inside)
        case syntax.Declaration(name=name, initialiser=value):
            return name if value is None else f"{name} = {expression(value)}"
        case syntax.If(test=test):
            return f"if ({expression(test)})"
        case syntax.While(test=test):
            return f"while ({expression(test)})"
        case syntax.DoWhile(test=test):
            return f"do while ({expression(test)})"
        case syntax.Switch(value=value):
            return f"switch ({expression(value)})"
        case syntax.For(initial=initial, test=test, step=step):
            parts = ("; ".join(map(statement, initial)), *("" if p is None else expression(p) for p in (test, step)))
            return f"for ({'; '.join(parts)})"
        case syntax.IteratorLoop(macro=macro, arguments=arguments):
            return f"{macro}({_list(arguments)})"
        case syntax.Return(value=value):
            return "return" if value is None else f"return {expression(value)}"
        case syntax.Goto(label=label):
            return f"goto {label}"
        case syntax.Label(name=name):
            return f"{name}:"
        case syntax.Case(value=value):
            return f"case {expression(value)}:"
        case syntax.GuardStatement(kind=kind, arguments=arguments):
            return f"guard({kind})({_list(arguments)})"
        case syntax.ScopedGuard(kind=kind, arguments=arguments):
            return f"scoped_guard({kind}, {_list(arguments)})"
    return type(node).__name__.lower()


def whole(node: object) -> str:
    """A part of C text with all that is in it, so that two are the same if, and only if, they say the same."""
    if isinstance(node, tuple):
        return f"[{', '.join(map(whole, node))}]"
    if isinstance(node, syntax.Position):
        return ""
    if isinstance(node, syntax.Node):
        return f"{type(node).__name__}({', '.join(whole(getattr(node, each.name)) for each in dataclasses.fields(node))})"
    return repr(node)


def _list(nodes: Iterable[syntax.Node]) -> str:
    return ", ".join(map(expression, nodes))


def _parts(node: syntax.Node) -> tuple[int, str]:
    """How strongly it binds, and its text."""
    match node:
        case syntax.Binary(operator=operator, left=left, right=right):
            level = _BINDS[operator]
            return level, f"{expression(left, level)} {operator} {expression(right, level + 1)}"
        case syntax.Assign(operator=operator, place=place, value=value):
            return _LOOSEST, f"{expression(place)} {operator} {expression(value)}"
        case syntax.Conditional(test=test, then=then, otherwise=otherwise):
            middle = "" if then is None else f" {expression(then)} "
            return _LOOSEST, f"{expression(test, 1)} ?{middle}: {expression(otherwise)}"
        case syntax.Comma(left=left, right=right):
            return _LOOSEST, f"{expression(left)}, {expression(right)}"
        case syntax.Unary(operator=operator, operand=operand):
            return _UNARY, f"{operator}{expression(operand, _UNARY)}"
        case syntax.Cast(type=type_, operand=operand):
            return _UNARY, f"({expression(type_)}){expression(operand, _UNARY)}"
        case syntax.Increment(operator=operator, operand=operand, prefix=prefix):
            inside = expression(operand, _POSTFIX)
            return _UNARY, f"{operator}{inside}" if prefix else f"{inside}{operator}"
        case syntax.SizeofExpression(operand=operand) | syntax.SizeofType(type=operand):
            return _POSTFIX, f"sizeof({expression(operand)})"
    return _POSTFIX, _postfix(node)


def _postfix(node: syntax.Node) -> str:
    """What needs no parentheses anywhere."""
    match node:
        case syntax.Name(name=name) | syntax.TypedefType(name=name) | syntax.BuiltinType(name=name):
            return name
        case syntax.Number(value=value):
            return str(value)
        case syntax.Character(value=value):
            return f"{value}"
        case syntax.String(text=text):
            return f'"{text}"'
        case syntax.Call(function=function, arguments=arguments):
            return f"{expression(function, _POSTFIX)}({_list(arguments)})"
        case syntax.Member(base=base, name=name, arrow=arrow):
            return f"{expression(base, _POSTFIX)}{'->' if arrow else '.'}{name}"
        case syntax.Index(base=base, index=index):
            return f"{expression(base, _POSTFIX)}[{expression(index)}]"
        case syntax.TaggedType(kind=kind, tag=tag):
            return f"{kind} {tag or ''}".rstrip()
        case syntax.PointerType(target=target):
            inside = expression(target)
            return f"{inside}*" if inside.endswith("*") else f"{inside} *"
        case syntax.TypeArgument(type=type_):
            return expression(type_)
    return type(node).__name__
