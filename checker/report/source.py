# SPDX-License-Identifier: GPL-2.0-only
"""A line of source as reports show it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping

from checker.language.tree import Position, line_of


def source_line(sources: Mapping[str, str], position: Position) -> str:
    """The line of source at a position, without indentation and comment; empty where the text is not at hand. The first
    line of an atomic block is given as `atomic: reason`."""
    line = _without_comment((line_of(sources.get(position.file, ""), position.line) or "").strip())
    reason = _atomic_reason(line)
    return line if reason is None else f"atomic: {reason}"


def _without_comment(line: str) -> str:
    try:
        for token in tokenize.generate_tokens(io.StringIO(line).readline):
            if token.type == tokenize.COMMENT:
                return line[: token.start[1]].rstrip()
    except (tokenize.TokenError, SyntaxError):  # a line of a longer statement: what comes after its end is missing
        pass
    return line


def _atomic_reason(line: str) -> str | None:
    """The reason, where the line is `with atomic("reason"):`."""
    try:
        body = ast.parse(f"{line} pass").body
    except (SyntaxError, ValueError):
        return None
    match body:
        case [ast.With(items=[ast.withitem(ast.Call(ast.Name("atomic"), [ast.Constant(str(reason))]))])]:
            return reason
    return None
