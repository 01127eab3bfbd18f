# SPDX-License-Identifier: GPL-2.0-only
"""Literal texts that declarations take."""

from __future__ import annotations

import ast

from checker.language.python.source.modules import Module


def texts(module: Module, call: ast.Call, count: int, form: str, keywords: tuple[str, ...] = ()) -> list[str]:
    """The literal texts that a declaration takes. keywords: what it takes by name."""
    values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    named = tuple(keyword.arg for keyword in call.keywords)
    if len(values) != count or len(call.args) != count or named != keywords or not all(isinstance(v, str) for v in values):
        raise module.error(call, f"write {form}")
    return [str(value) for value in values]


def meaning(module: Module, call: ast.Call, before: int, form: str) -> str:
    """The text that says what something is: the last argument, after those that the number says."""
    found = call.args[before] if len(call.args) == before + 1 and not call.keywords else None
    if not isinstance(found, ast.Constant) or not isinstance(found.value, str):
        raise module.error(call, f"write {form}")
    return found.value
