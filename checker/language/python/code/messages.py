# SPDX-License-Identifier: GPL-2.0-only
"""Messages: text with expressions in it, and with texts that depend on a condition: `{'no page' if page is None else page}`."""

from __future__ import annotations

import ast
import string

from checker.language import build, tree
from checker.language.python.code.expressions import ExpressionTranslator


def message(translator: ExpressionTranslator, node: ast.Constant) -> tree.Message:
    """A message with its expressions."""
    parts: list[str | tree.Expression | tree.Alternative] = []
    effects, translator.effects = translator.effects, False
    try:
        for text, field, form, conversion in string.Formatter().parse(str(node.value)):
            if conversion or (form and "'" not in str(field)):
                raise translator.module.error(node, "a message has plain {expressions}, without `:` or `!`")
            if text:
                parts.append(text)
            if field is not None:
                expression = ast.parse(f"{field}:{form}" if form else field, mode="eval").body  # `:` inside a text
                for inner in ast.walk(expression):
                    ast.copy_location(inner, node)
                parts += _filled(translator, expression)
    except (ValueError, SyntaxError):
        raise translator.module.error(node, "the message's {expressions} cannot be read; write {{ for a brace") from None
    finally:
        translator.effects = effects
    return tuple(parts)


def _filled(translator: ExpressionTranslator, node: ast.expr) -> tree.Message:
    """What stands in braces: a value, a text, one of two, or several joined by `+`."""
    match node:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _is_text(node):
            return (*_filled(translator, left), *_filled(translator, right))
        case ast.IfExp(test=test, body=body, orelse=orelse) if _is_text(node):
            condition = build.truth(translator.expression(test))
            then, otherwise = _filled(translator, body), _filled(translator, orelse)
            if isinstance(condition, tree.Constant):
                return then if condition.value else otherwise
            return (tree.Alternative(condition, then, otherwise),)
    return (translator.expression(node),)


def _is_text(node: ast.expr) -> bool:
    """Whether there is a text among what it can come to."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(left) or _is_text(right)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_text(body) or _is_text(orelse)
    return False
