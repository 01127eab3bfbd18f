# SPDX-License-Identifier: GPL-2.0-only
"""Messages: text with expressions in it."""

from __future__ import annotations

import ast
import string

from checker.language import tree
from checker.language.python.code.expressions import ExpressionTranslator


def message(translator: ExpressionTranslator, node: ast.Constant) -> tree.Message:
    """A message with its expressions."""
    parts: list[str | tree.Expression] = []
    effects, translator.effects = translator.effects, False
    try:
        for text, field, form, conversion in string.Formatter().parse(str(node.value)):
            if form or conversion:
                raise translator.module.error(node, "a message has plain {expressions}, without `:` or `!`")
            if text:
                parts.append(text)
            if field is not None:
                expression = ast.parse(field, mode="eval").body
                for inner in ast.walk(expression):
                    ast.copy_location(inner, node)
                parts.append(translator.expression(expression))
    except (ValueError, SyntaxError):
        raise translator.module.error(node, "the message's {expressions} cannot be read; write {{ for a brace") from None
    finally:
        translator.effects = effects
    return tuple(parts)
