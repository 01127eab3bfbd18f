# SPDX-License-Identifier: GPL-2.0-only
"""What reaches a terminal: text of models, traces and file names is other people's, and a terminal obeys control characters.

Reports take them out of what they print; this stands behind all of them, for error messages and whatever else is printed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from typing import BinaryIO, TextIO

from checker.report.characters import escaped
from checker.report.text.screen import Screen, terminal_width

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters but for tab and newline, and those that change the direction of text."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def harmless(text: str, colours: bool = False) -> str:
    """The text with what a terminal would obey written as an escape such as \\x1b. colours: let colours through."""
    if OBEYED.search(text) is None:
        return text
    if not colours:
        return OBEYED.sub(_escape, text)
    kept = COLOUR.findall(text)
    parts = [OBEYED.sub(_escape, part) for part in COLOUR.split(text)]
    return "".join(part + colour for part, colour in zip(parts, [*kept, ""], strict=True))


def _escape(found: re.Match[str]) -> str:
    return escaped(found[0])


PIECE = 4096
"""Characters that are written at once. Of a longer text Python drops what a reader who goes away has not read."""


class Harmless(io.TextIOWrapper):
    """Text for a file or terminal, harmless, and with an escape for each character that its encoding lacks."""

    colours = False

    def write(self, text: str) -> int:
        whole = harmless(text, self.colours)
        for begin in range(0, len(whole), PIECE):
            super().write(whole[begin : begin + PIECE])
        return len(text)


def guard_output() -> None:
    """Have standard output and error print only what is harmless."""
    sys.stdout = _guarded(sys.stdout, 1)
    sys.stderr = _guarded(sys.stderr, 2)


def _guarded(stream: TextIO | None, descriptor: int) -> TextIO:
    encoding = "utf-8"
    buffer: BinaryIO = os.fdopen(descriptor, "wb", closefd=False)
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        encoding = stream.encoding
        buffer = stream.detach()
    guarded = Harmless(buffer, encoding, "backslashreplace", line_buffering=descriptor == 2 or os.isatty(descriptor))
    guarded.colours = guarded.isatty()
    return guarded


def wants_colour() -> bool:
    """Whether to print with ANSI colours: on a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def screen() -> Screen:
    """What standard output shows text on. A pipe has no width: who reads it wants each message on one line."""
    return Screen(terminal_width() if sys.stdout.isatty() else None, wants_colour())


def terminal_of_errors() -> TextIO:
    """Standard error for a progress line, which moves the cursor. What it shows has to be harmless by itself."""
    return open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def say(line: str) -> None:
    """A line on standard error, if anybody can be told there."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def flush_all() -> None:
    """Write out what stands in buffers. What cannot be written is dropped, so that Python does not complain of it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            stream.flush()
