# SPDX-License-Identifier: GPL-2.0-only
"""Hooks: what the kernel calls, and how its parameters become those of the C function."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checker.counting import counted
from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.raising import at
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.types import CPointer, spell
from checker.language.c.translate.values import AreaAddress, Opaque, Scalar, Value
from checker.language.errors import ModelError, UsageError

_OPAQUE = re.compile(r"opaque\((.+)\)")
_ADDRESS = re.compile(r"address\((\w+), (\w+)\)")
_OF_THIS_CPU = re.compile(r"this_cpu\((\w+)\)")


def implementation(
    functions: Functions, hook: str, function: syntax.FunctionDefinition, arguments: Sequence[str], success: int | None
) -> tree.Routine | tree.Function | None:
    """The routine that implements a hook by a function of the text, a function where the hook is one, None where the text's is
    empty: the hook then is what it is without an implementation. arguments: for each parameter of the function what it gets, as
    the manifest has it."""
    if len(arguments) != len(function.parameters):
        raise ModelError(
            at(function),
            f"`{function.name}` has {counted(len(function.parameters), 'parameter')}, and {functions.manifest.path} gives it "
            f"{len(arguments)} for the hook {hook}; bind it anew, [[hooks]]",
        )

    def values(code: StatementTranslator) -> Sequence[Value]:
        return [_value(functions, code, function, hook, text) for text in arguments]

    routine = functions.implement(hook, function, values, success)
    if functions.kernel.hook(hook).is_function:
        return functions.predicate(routine)
    return None if routine.result is None and not function.body.statements else routine


def _value(functions: Functions, code: StatementTranslator, function: syntax.FunctionDefinition, hook: str, text: str) -> Value:
    """What a parameter of the function gets."""
    position = at(function)
    if found := _OPAQUE.fullmatch(text):
        return Opaque(found[1])
    if found := _ADDRESS.fullmatch(text):
        area = _parameter(functions, hook, found[1], position)
        level = _parameter(functions, hook, found[2], position)
        return AreaAddress(area, _offset(functions, code, position, level))
    if found := _OF_THIS_CPU.fullmatch(text):
        field = functions.kernel.field("Cpu", found[1])
        cpu = tree.Call(position, functions.cpu_type, functions.kernel.service("this_cpu").name, ())
        read = tree.Read(position, field.type, tree.Place(position, field, "Cpu", cpu))
        return Scalar(read, functions.type_of_value(field.type))
    parameter = _parameter(functions, hook, text, position)
    return Scalar(parameter, functions.type_of_value(parameter.type))


def _parameter(functions: Functions, hook: str, name: str, position: tree.Position) -> tree.Expression:
    for parameter in functions.kernel.hook(hook).parameters:
        if parameter.name == name:
            return tree.LocalRead(position, parameter.type, name)
    known = ", ".join(parameter.name for parameter in functions.kernel.hook(hook).parameters)
    raise UsageError(f"the hook {hook} has no parameter `{name}`; it has {known or 'none'}", functions.manifest.path)


def _offset(functions: Functions, code: StatementTranslator, position: tree.Position, level: tree.Expression) -> tree.Expression:
    """Where in its area a page of a level is: the byte of it that was touched, from the lowest address of the area."""
    page, pages = functions.size(functions.addresses.page), functions.size(functions.addresses.pages)
    from_low = build.binary(position, "-", build.integer(position, pages - 1), level)
    first = build.binary(position, "*", from_low, build.integer(position, page))
    bytes_ = [0 if each == "first" else page - 1 for each in functions.manifest.fault_bytes]
    if len(bytes_) == 1:
        return build.binary(position, "+", first, build.integer(position, bytes_[0]))
    type_ = tree.IntType(min(bytes_), max(bytes_))
    local = code.fresh("byte", type_)
    domain = tree.ValuesDomain(tuple(build.integer(position, each) for each in bytes_))
    choice = tree.Choose(position, type_, tree.Binding(code.fresh("choice", type_), domain), None)
    code.emit(tree.Atomic(position, "where in the page it is", (tree.Assign(position, local.name, choice),)))
    return build.binary(position, "+", first, tree.LocalRead(position, type_, local.name))


def check_signature(functions: Functions, function: syntax.FunctionDefinition, wanted: syntax.FunctionDeclaration) -> None:
    """ModelError if the function has not the signature that the manifest has for it; names of parameters do not count."""
    mine = [spell(functions.c_type(p.type)) for p in function.parameters]
    other = [spell(functions.c_type(p.type)) for p in wanted.parameters]
    results = spell(functions.c_type(function.result)), spell(functions.c_type(wanted.result))
    if mine != other or results[0] != results[1]:
        raise ModelError(
            at(function),
            f"`{function.name}` is {results[0]} ({', '.join(mine)}), and {functions.manifest.path} has it as {results[1]} "
            f"({', '.join(other)}); bind it anew, [[hooks]]",
        )


__all__ = ["CPointer", "check_signature", "implementation"]
