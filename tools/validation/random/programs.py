# SPDX-License-Identifier: GPL-2.0-only
"""Whole random programs: each has a number, which decides all about it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .loops import Body
from .numbers import BOOL, INT, LONG, S8, U8, UNSIGNED, UNSIGNED_LONG, Range, Type
from .scope import IN_MEMORY, KEPT, Expression, Function, Parameter, Pointer, Scope, Variable
from .statements import StatementWriter

BUDGET = 1500
"""The most statements that one call of a program executes, about."""

CALLS = 3
"""How often the entry of a program is called, one after the other on what the calls before left."""

_SCALARS: tuple[Type, ...] = (INT, INT, UNSIGNED, LONG, UNSIGNED_LONG, BOOL, U8, S8)
_ARRAYS: tuple[Type, ...] = (INT, INT, UNSIGNED, LONG, U8)


@dataclass(frozen=True)
class Program:
    """A program in C. entry: the function that is called, for each of `given` with these arguments. statics: its variables."""

    number: int
    text: str
    entry: str
    parameters: tuple[Parameter, ...]
    result: Type
    statics: tuple[Variable, ...]
    given: tuple[tuple[int, ...], ...]


def program(number: int) -> Program:
    """The program of that number."""
    chance = random.Random(number)
    prefix = f"g{number}_"
    statics = _statics(chance, prefix)
    lines = [_definition(chance, variable) for variable in statics]
    macros = _macros(chance, prefix, lines)
    functions: list[Function] = []
    for index in range(chance.choice((0, 1, 2, 3))):
        functions.append(_function(chance, f"{prefix}f{index}", statics, functions, macros, BUDGET // 8, lines))
    entry = _function(chance, f"{prefix}entry", statics, functions, macros, BUDGET, lines, is_entry=True)
    assert entry.result is not None
    given = tuple(tuple(chance.randint(p.low, p.high) for p in entry.parameters) for _ in range(CALLS))
    text = "\n".join(lines) + "\n"
    return Program(number, text, entry.name, entry.parameters, entry.result.type, statics, given)


def _statics(chance: random.Random, prefix: str) -> tuple[Variable, ...]:
    found = []
    for number in range(chance.randint(2, 5)):
        type_ = chance.choice(_SCALARS)
        found.append(Variable(f"{prefix}s{number}", type_, *IN_MEMORY[type_], of_function=False))
    for number in range(chance.randint(1, 3)):
        type_ = chance.choice(_ARRAYS)
        length = chance.choice((1, 2, 3, 4, 6, 8))
        found.append(Variable(f"{prefix}a{number}", type_, *IN_MEMORY[type_], length=length, of_function=False))
    return tuple(found)


def _definition(chance: random.Random, variable: Variable) -> str:
    if variable.length is not None:
        return f"static {variable.type.name} {variable.name}[{variable.length}];"
    if chance.random() < 0.5:
        return f"static {variable.type.name} {variable.name};"
    return f"static {variable.type.name} {variable.name} = {chance.randint(variable.low, variable.high)};"


def _macros(chance: random.Random, prefix: str, lines: list[str]) -> list[Expression]:
    """Macros that stand for expressions, without parentheses around them."""
    found = []
    for name, text, value, level in (("k0", "3 + 4", 7, 11), ("k1", "(1 << 3)", 8, 15), ("k2", "-6", -6, 13)):
        if chance.random() < 0.4:
            lines.append(f"#define {prefix}{name} {text}")
            found.append(Expression(f"{prefix}{name}", Range(INT, value, value), level))
    return found


def _function(
    chance: random.Random,
    name: str,
    statics: tuple[Variable, ...],
    functions: list[Function],
    macros: list[Expression],
    budget: int,
    lines: list[str],
    is_entry: bool = False,
) -> Function:
    """A function, whose text is added to the lines."""
    parameters = tuple(_parameter(chance, number, is_entry) for number in range(chance.randint(1, 3)))
    result = None
    if is_entry or chance.random() < 0.8:
        type_ = chance.choice(list(KEPT))
        result = Range(type_, *chance.choice(KEPT[type_]))
    scope = Scope(chance)
    for variable in statics:
        scope.add(variable)
    for parameter in parameters:
        if parameter.room is None:
            scope.add(Variable(parameter.name, parameter.type, parameter.low, parameter.high))
        else:
            target = Variable("", parameter.type, *IN_MEMORY[parameter.type], length=parameter.room, of_function=False)
            scope.add_pointer(Pointer(parameter.name, target, parameter.room, 0, 0, False))
    writer = StatementWriter(chance, functions, macros, budget)
    body = Body(result)
    body.declared[-1] |= {parameter.name for parameter in parameters}
    _body(writer, body, scope, chance)
    given = ", ".join(f"{p.type.name} {'*' if p.room is not None else ''}{p.name}" for p in parameters)
    returned = "void" if result is None else result.type.name
    lines += [f"static {returned} {name}({given})", "{", *body.lines, "}"]
    memory = lambda names: frozenset(each for each in names if each.startswith("T:"))  # noqa: E731
    return Function(name, parameters, result, memory(writer.reads), memory(writer.writes), budget - writer.budget + 1)


def _parameter(chance: random.Random, number: int, is_entry: bool) -> Parameter:
    if not is_entry and chance.random() < 0.3:
        return Parameter(f"q{number}", chance.choice(_ARRAYS), 0, 0, chance.choice((1, 1, 2, 3)))
    type_ = chance.choice(list(KEPT))
    return Parameter(f"x{number}", type_, *chance.choice(KEPT[type_]))


def _body(writer: StatementWriter, body: Body, scope: Scope, chance: random.Random) -> None:
    """Statements, maybe some that a goto comes back to, and maybe a label at the end that gotos lead to."""
    if chance.random() < 0.4:
        body.label = "out"
    outer = scope.inner()
    if body.label is not None:
        body.add("int end = 0;")
        outer.add(Variable("end", INT, 0, 9))
        scope.add(Variable("end", INT, 0, 9))
        body.declared[-1].add("end")
    if chance.random() < 0.2:
        _again(writer, body, scope, chance)
    else:
        writer.statements(body, scope, chance.randint(2, 6), 3)
    if body.label is not None:
        body.lines.append("out:")
        writer.statements(body, outer, 1, 0)
    if body.result is not None:
        body.add(writer.returning(body, outer))


def _again(writer: StatementWriter, body: Body, scope: Scope, chance: random.Random) -> None:
    """Statements that a goto comes back to some times."""
    label, body.label = body.label, None
    rounds = chance.randint(1, 3)
    body.add("int tries = 0;")
    scope.add(Variable("tries", INT, 0, rounds, fixed=True))
    body.lines.append("again:")
    writer.rounds, body.again = rounds + 1, True
    with body.inside(indent=False):
        writer.statements(body, scope.inner(), chance.randint(1, 3), 2)
    test = writer.condition(scope, 1)
    body.add(f"if (++tries < {rounds} && ({test.text}))" if chance.random() < 0.5 else f"if (tries++ < {rounds - 1})")
    body.add("\tgoto again;")
    writer.rounds, body.again = 1, False
    body.label = label
