# SPDX-License-Identifier: GPL-2.0-only
"""What text is shown on, and how it is broken into lines there."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass

NO_TERMINAL = 110
"""Columns of tables and traces where there is no terminal."""

LEAST = 20
"""Lines are never made shorter than this."""


def terminal_width() -> int:
    """Columns of the terminal (or what COLUMNS says), at most 160."""
    return max(LEAST, min(shutil.get_terminal_size((NO_TERMINAL, 24)).columns, 160))


@dataclass(frozen=True)
class Screen:
    """width: columns that a line may have; None for a pipe, whose reader wants each message on one line. colour: ANSI colours."""

    width: int | None = None
    colour: bool = False

    def wrap(self, text: str, hanging: int = 4) -> list[str]:
        """The text in lines, the later ones indented; no word is broken unless it is longer than a line."""
        if self.width is None:
            return [text]
        return textwrap.wrap(
            text, max(self.width, LEAST), subsequent_indent=" " * hanging, break_on_hyphens=False, drop_whitespace=True
        ) or [""]
