# SPDX-License-Identifier: GPL-2.0-only
"""Macros that compute (include/linux/minmax.h, include/linux/array_size.h, include/linux/build_bug.h)."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.api.locking import name_of
from checker.language.c.translate import integers
from checker.language.c.translate.places import Cell
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import UNSIGNED_LONG, CInteger, arithmetic
from checker.language.c.translate.values import Nothing, Scalar, Value


def _smaller(code: StatementTranslator, call: syntax.Call, sides: list[Scalar]) -> Scalar:
    """The smaller or the larger of two numbers, by the name of the call. Each is evaluated once."""
    position = at(call)
    first, second = (code.kept(call, side) if code.does_anything(side.expression) else side for side in sides)
    assert isinstance(first, Scalar)
    assert isinstance(second, Scalar)
    type_ = arithmetic(first.type, second.type)
    a, b = (integers.converted(position, side, type_) for side in (first, second))
    operator = "<" if name_of(call).startswith("min") else ">"
    return Scalar(build.conditional(position, build.compare(position, operator, a, b), a, b), type_)


@entry(2, "min", "max")
def smaller(code: StatementTranslator, call: syntax.Call) -> Value:
    """The smaller or the larger one; each operand is evaluated once."""
    left, right = code.operands(call, *call.arguments)
    if not isinstance(left, Scalar) or not isinstance(right, Scalar):
        raise error(call, "these are no numbers, and have no order")
    return _smaller(code, call, [left, right])


@entry(3, "min_t", "max_t")
def smaller_of_type(code: StatementTranslator, call: syntax.Call) -> Value:
    """As min and max, of both operands as the type."""
    named, *rest = call.arguments
    wanted = code.text.c_type(named.type) if isinstance(named, syntax.TypeArgument) else None
    left, right = code.operands(call, *rest)
    if not isinstance(wanted, CInteger) or not isinstance(left, Scalar) or not isinstance(right, Scalar):
        raise error(call, "these are no numbers of an integer type, and have no order")
    return _smaller(code, call, [integers.cast(at(call), side, wanted) for side in (left, right)])


@entry(1, "ARRAY_SIZE")
def array_size(code: StatementTranslator, call: syntax.Call) -> Value:
    """How many elements an array has."""
    found = code.value(call.arguments[0])
    shape = getattr(found, "variable", None)
    if shape is None or not shape.shape or not isinstance(shape.shape[0], int):
        raise error(call.arguments[0], "this is no array whose length is known")
    return Scalar(build.integer(at(call), shape.shape[0]), UNSIGNED_LONG)


@entry(2, "swap")
def swap(code: StatementTranslator, call: syntax.Call) -> Value:
    """Two loads, then two stores."""
    targets = [code.target(place) for place in call.arguments]
    old: list[Value] = []
    for place, target in zip(call.arguments, targets, strict=True):
        found = code.load(place, target) if isinstance(target, Cell) else code.value(place)
        old.append(code.kept(place, found))
    for target, value in zip(targets, reversed(old), strict=True):
        code.store(call, target, value)
    return Nothing()


@entry(1, "BUILD_BUG_ON")
@entry(2, "BUILD_BUG_ON_MSG")
def build_bug_on(code: StatementTranslator, call: syntax.Call) -> Value:
    """Nothing, where the condition is a constant and false; else an error, as the kernel would not compile."""
    condition = code.condition(call.arguments[0])
    if not isinstance(condition, tree.Constant):
        raise error(call.arguments[0], "this is no constant of the model; leave it out")
    if condition.value:
        raise error(call.arguments[0], "this holds at the sizes that are checked, so that the kernel does not compile")
    return Nothing()


@entry(3, "container_of", "container_of_const")
def container_of(code: StatementTranslator, call: syntax.Call) -> Value:
    """An error: a model has no way from a member back to what it is a part of (include/linux/container_of.h)."""
    raise error(call, "a model has no way from a member back to its struct; pass a pointer to the struct")
