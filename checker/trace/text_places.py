# SPDX-License-Identifier: GPL-2.0-only
"""Places in the text of a language that is not Python, by what stands there: the function, and the rest of the line."""

from __future__ import annotations

import re
from functools import lru_cache

_HEAD = re.compile(r"[A-Za-z_][^;=]*?\b([A-Za-z_]\w*)\s*\(")
"""The first line of a function, in the kernel's style: it begins in column 1. Labels and directives are none."""

_COMMENT = re.compile(r"""//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""", re.DOTALL)


def place_at(source: str, line: int, column: int) -> tuple[str, str, int] | None:
    """The function that a place is in, the text from there to the end of the line, and the how many of the same in that function
    it is, from 1. None if nothing stands there."""
    lines = _lines(source)
    if not 1 <= line <= len(lines):
        return None
    scope, text = lines[line - 1]
    found = text[column - 1 :].strip()
    if not found:
        return None
    before = sum(1 for where, other in lines[: line - 1] if where == scope and _column(other, found) is not None)
    return scope, found, before + 1


def found_again(source: str, scope: str, text: str, number: int) -> tuple[int, int] | None:
    """The line and column of what place_at told; None if it is not there any more."""
    for index, (where, other) in enumerate(_lines(source), 1):
        column = _column(other, text) if where == scope else None
        if column is not None:
            number -= 1
            if number == 0:
                return index, column
    return None


def scopes(source: str) -> tuple[str, ...]:
    """The function that each line is in; those after a function count to it until the next one begins."""
    return tuple(scope for scope, _ in _lines(source))


def blanked(source: str) -> str:
    """The text with a blank for each character of a comment, so that all else stays where it is."""
    return _COMMENT.sub(lambda found: found[1] or "".join("\n" if char == "\n" else " " for char in found[0]), source)


def without_comments(source: str) -> str:
    """The text without comments and layout, for telling whether it has changed."""
    plain = _COMMENT.sub(lambda found: found[1] or " ", source)
    return " ".join(plain.split())


def _column(line: str, text: str) -> int | None:
    plain = line.rstrip()
    return len(plain) - len(text) + 1 if plain.endswith(text) else None


@lru_cache(maxsize=64)
def _lines(source: str) -> tuple[tuple[str, str], ...]:
    """Each line with the function that it is in."""
    scope, found = "", []
    for line in source.split("\n"):
        head = _HEAD.match(line)
        if head is not None and not line.startswith(("else", "if", "for", "while", "switch", "return")):
            scope = head[1]
        found.append((scope, line))
    return tuple(found)
