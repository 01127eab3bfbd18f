# SPDX-License-Identifier: GPL-2.0-only
"""Error codes in pointers (include/linux/err.h): no pointer of a model is one."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import INT
from checker.language.c.translate.values import AreaAddress, Region, Scalar, Value


def _pointer(code: StatementTranslator, call: syntax.Call) -> Value:
    """The first argument, which has to be a pointer."""
    value = code.value(call.arguments[0])
    if isinstance(value, Region | AreaAddress):
        return value
    if isinstance(value, Scalar) and isinstance(value.expression.type, tree.ReferenceType):
        return value
    raise error(call.arguments[0], "this is no pointer; test the number that the call returns")


def _evaluated(code: StatementTranslator, call: syntax.Call) -> None:
    """The first argument, a pointer, whose value is dropped."""
    match _pointer(code, call):
        case Scalar(expression, _):
            code.evaluate(call, expression)
        case AreaAddress(area, offset):
            code.evaluate(call, area)
            code.evaluate(call, offset)
        case Region(_, _, base, index):
            for part in (base, index):
                if part is not None:
                    code.evaluate(call, part)


@entry(1, "IS_ERR")
def is_err(code: StatementTranslator, call: syntax.Call) -> Value:
    """0: no service of the modelled kernel returns an error code as a pointer, and ERR_PTR() is an error. The pointer is
    evaluated. NULL is no error code, as in Linux: where a service can return it, test for that (include/linux/err.h)."""
    _evaluated(code, call)
    return Scalar(build.integer(at(call), 0), INT)


@entry(1, "IS_ERR_OR_NULL")
def is_err_or_null(code: StatementTranslator, call: syntax.Call) -> Value:
    """Whether the pointer is NULL, as of IS_ERR() (include/linux/err.h)."""
    position, value = at(call), _pointer(code, call)
    if not isinstance(value, Scalar):
        raise error(call.arguments[0], "this address is never NULL here; use IS_ERR()")
    return Scalar(build.compare(position, "==", value.expression, build.null(position)), INT)


@entry(1, "PTR_ERR_OR_ZERO")
def ptr_err_or_zero(code: StatementTranslator, call: syntax.Call) -> Value:
    """0, as of IS_ERR() (include/linux/err.h)."""
    return is_err(code, call)


@entry(1, "PTR_ERR")
def ptr_err(code: StatementTranslator, call: syntax.Call) -> Value:
    """The pointer is evaluated, and that this is reached is an error: behind IS_ERR() it never is (include/linux/err.h)."""
    _evaluated(code, call)
    position = at(call)
    wrong = build.integer(position, 0)
    return Scalar(tree.Cast(position, tree.IntType(1, 1), wrong, "the error code of a pointer, which is none"), INT)


@entry(1, "ERR_PTR", "ERR_CAST")
def err_ptr(code: StatementTranslator, call: syntax.Call) -> Value:
    """An error: a pointer of a model is an instance of a record, or NULL (include/linux/err.h)."""
    raise error(call, "a pointer has no error code in it here; return NULL, or the code as an int and the pointer by an argument")
