# SPDX-License-Identifier: GPL-2.0-only
"""How text for a terminal is coloured, and kept from being obeyed."""

from __future__ import annotations

from dataclasses import dataclass

from checker.report.characters import escaped

BOLD, DIM, RED, YELLOW, CYAN, RESET = "\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[33m", "\x1b[36m", "\x1b[0m"


@dataclass(frozen=True)
class Style:
    """Wraps text in ANSI colours, or leaves it alone."""

    colour: bool

    def __call__(self, code: str, text: str) -> str:
        return f"{code}{text}{RESET}" if self.colour and code and text else text


def plain(text: str) -> str:
    """The text in one line, with an escape for each character that cannot be printed, as a terminal would obey it."""
    return text if text.isprintable() else "".join(c if c.isprintable() else escaped(c) for c in text)
