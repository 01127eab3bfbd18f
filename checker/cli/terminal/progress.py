# SPDX-License-Identifier: GPL-2.0-only
"""The line that says how far a command is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checker.cli.terminal.output import harmless, say, terminal_of_errors
from checker.counting import counted
from checker.explicit.search.results import Statistics
from checker.report.text.style import plain

if TYPE_CHECKING:
    from rich.status import Status
    from rich.text import Text


MINUTE = 60.0
"""Seconds between two lines where there is no terminal."""


def elapsed(seconds: float) -> str:
    """A length of time as `0:05` or `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _status(what: str) -> Status:
    from rich.console import Console  # where nobody looks on, the start need not wait for it

    return Console(file=terminal_of_errors()).status(_line(what))


def _line(text: str) -> Text:
    from rich.text import Text

    return Text(harmless(text))


class ProgressLine:
    """While a command works: how far it is, and for how long it has been at it, on stderr. On a terminal that is one line that
    changes; elsewhere, as in the log of a machine, a line of its own every MINUTE.

    what: the model. number, of: which of how many it is. each: what these are. begun: when the command began to work, by
    time.monotonic(); now, unless something was before."""

    def __init__(self, what: str, number: int = 1, of: int = 1, begun: float | None = None, each: str = "configuration") -> None:
        self.what = plain(what if of == 1 else f"{what}, {each} {number} of {of}")
        self.of = of
        self.begun = time.monotonic() if begun is None else begun
        self.next = self._next()
        self.status = _status(self.what) if sys.stderr.isatty() else None

    def _next(self) -> float:
        """When the next line is due: many configurations that take less than a minute each have one all together."""
        return self.begun + (1 + (time.monotonic() - self.begun) // MINUTE) * MINUTE

    def show(self, s: Statistics) -> None:
        """How far a search is."""
        rate = s.states / s.seconds if s.seconds > 0 else 0.0
        phase = f"{s.phase}: " if s.phase else ""
        self.say(
            f"{phase}{counted(s.states, 'state')}, {rate:,.0f} states/s, frontier {s.frontier:,}, depth {s.depth}, "
            f"{s.memory / 2**20:,.0f} MiB"
        )

    def say(self, what: str) -> None:
        """Something else than a search goes on."""
        now = time.monotonic()
        line = f"{self.what}: {plain(what)}, {elapsed(now - self.begun)}"
        if self.status is not None:
            self.status.update(_line(line))
        elif now >= self.next:
            self.next = self._next()
            say(f"progress: {line}")

    def tell(self, what: str) -> None:
        """A line that stays, above the line, for who looks on: a report comes at the end."""
        if self.status is not None:
            self.status.console.print(_line(plain(what)), soft_wrap=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The line is there while the context lasts."""
        if self.status is None:
            yield
            return
        with self.status:
            yield

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The line is away, so that something else can be printed."""
        if self.status is None:
            yield
            return
        self.status.stop()
        yield
        self.status.start()
