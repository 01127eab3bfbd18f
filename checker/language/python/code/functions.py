# SPDX-License-Identifier: GPL-2.0-only
"""The body of a function -> one expression."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from checker.language import build, tree
from checker.language.python.code.expressions import ExpressionTranslator


def function_body(
    translator: ExpressionTranslator, statements: Sequence[ast.stmt], result: tree.Type | None, node: ast.FunctionDef
) -> tree.Expression:
    """The one expression that a function's lines amount to: `name = value`, `if test: return value`, `return value`. A name
    is short for its value."""
    if not statements:
        raise translator.module.error(node, f"`{node.name}` has to end in `return` on every way")
    first, rest = statements[0], statements[1:]
    position = translator.module.position(first)
    match first:
        case ast.Expr(value=ast.Constant(value=str())):
            return function_body(translator, rest, result, node)
        case ast.Return(value=value) if value is not None:
            expression = translator.expression(value)
            return expression if result is None else build.fit(expression, result, "the result")
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            if name in translator.names:
                raise translator.module.error(first, f"`{name}` has a value already; functions do not change names")
            translator.names[name] = translator.expression(value)
            return function_body(translator, rest, result, node)
        case ast.If(test=test, body=body, orelse=orelse):
            condition = translator.condition(test)
            outer = dict(translator.names)
            if isinstance(condition, tree.Constant):
                return function_body(translator, [*(body if condition.value else orelse), *rest], result, node)
            then = function_body(translator, [*body, *rest] if not _returns(body) else body, result, node)
            translator.names = dict(outer)
            otherwise = function_body(translator, [*orelse, *rest], result, node)
            return build.conditional(position, condition, then, otherwise)
    raise translator.module.error(
        first, "a function has lines `name = value`, `if test: return value` and `return value` only; use a @routine"
    )


def _returns(statements: Sequence[ast.stmt]) -> bool:
    return bool(statements) and isinstance(statements[-1], ast.Return)
