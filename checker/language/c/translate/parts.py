# SPDX-License-Identifier: GPL-2.0-only
"""Questions about C text that need no translation: what is in it, and what it leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from checker.language.c import syntax
from checker.language.c.syntax.walking import walk


def jumps_out(node: syntax.Statement) -> bool:
    """Whether a break or continue in the statement leaves it."""
    match node:
        case syntax.Break() | syntax.Continue():
            return True
        case syntax.For() | syntax.While() | syntax.DoWhile() | syntax.IteratorLoop():
            return False
        case syntax.Switch(body=body):
            return any(isinstance(part, syntax.Continue) for part in walk(body))
        case syntax.Compound(statements=statements):
            return any(map(jumps_out, statements))
        case syntax.If(then=then, otherwise=otherwise):
            return jumps_out(then) or (otherwise is not None and jumps_out(otherwise))
    return False


def breaks_out(node: syntax.Statement) -> bool:
    """Whether a break in the statement leaves it."""
    match node:
        case syntax.Break():
            return True
        case syntax.Compound(statements=statements):
            return any(map(breaks_out, statements))
        case syntax.If(then=then, otherwise=otherwise):
            return breaks_out(then) or (otherwise is not None and breaks_out(otherwise))
    return False


def assigned_names(node: syntax.Node) -> set[str]:
    """The names that a part of C text gives a value, or takes the address of."""
    found = set()
    for part in walk(node):
        match part:
            case syntax.Assign(place=syntax.Name(name=name)) | syntax.Increment(operand=syntax.Name(name=name)):
                found.add(name)
            case syntax.Unary(operator="&", operand=syntax.Name(name=name)):
                found.add(name)
            case syntax.IteratorLoop(arguments=(syntax.Name(name=name), *_)):
                found.add(name)
            case syntax.Declaration(name=name, initialiser=value) if value is not None:
                found.add(name)
    return found


def moving_names(body: syntax.Node) -> frozenset[str]:
    """The names that a function gives a value more than once, or under a condition that a fixed value would hide: all that are
    assigned in more than one place, or changed by an operator."""
    seen: set[str] = set()
    again: set[str] = set()
    for part in walk(body):
        names: set[str] = set()
        match part:
            case syntax.Assign(operator=operator, place=syntax.Name(name=name)):
                names.add(name)
                if operator != "=":
                    again.add(name)
            case syntax.Increment(operand=syntax.Name(name=name)):
                again.add(name)
            case syntax.Declaration(name=name, initialiser=value) if value is not None:
                names.add(name)
        again |= names & seen
        seen |= names
    return frozenset(again)


@dataclass(frozen=True)
class Counted:
    """for (name = low; name < high; name++), `strict`; or with <=."""

    name: str
    low: syntax.Expression
    high: syntax.Expression
    strict: bool


def counted(node: syntax.For) -> Counted | None:
    """The loop as one that counts upwards by one, if it is one, and neither its body nor anything in it changes the bound."""
    match node.initial:
        case (syntax.Declaration(name=name, initialiser=low),) if low is not None:
            pass
        case (syntax.ExpressionStatement(expression=syntax.Assign(operator="=", place=syntax.Name(name=name), value=low)),):
            pass
        case _:
            return None
    match node.step:
        case syntax.Increment(operator="++", operand=syntax.Name(name=other)) if other == name:
            pass
        case syntax.Assign(operator="+=", place=syntax.Name(name=other), value=syntax.Number(value=1)) if other == name:
            pass
        case _:
            return None
    match node.test:
        case syntax.Binary(operator="<" | "<=" as operator, left=syntax.Name(name=other), right=high) if other == name:
            changed = assigned_names(node.body)
            used = {part.name for part in walk(high) if isinstance(part, syntax.Name)}
            if name in changed or name in used or used & changed or any(isinstance(p, syntax.Call) for p in walk(high)):
                return None
            return Counted(name, low, high, operator == "<")
    return None


def used_after(name: str, rest: Iterable[syntax.Statement]) -> bool:
    """Whether statements may read the local, before a loop gives it a value of its own."""
    return any(_reads(statement, name) for statement in rest)


def _reads(node: object, name: str) -> bool:
    if isinstance(node, syntax.For) and (loop := counted(node)) is not None and loop.name == name:
        return _reads(loop.low, name) or _reads(loop.high, name)
    if isinstance(node, syntax.Name):
        return node.name == name
    if isinstance(node, tuple):
        return any(_reads(each, name) for each in node)
    if isinstance(node, syntax.Node):
        return any(_reads(getattr(node, each.name), name) for each in dataclasses.fields(node) if each.name != "position")
    return False
