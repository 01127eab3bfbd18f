# SPDX-License-Identifier: GPL-2.0-only
"""The line that says how far a command is, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checker.cli.terminal.output import harmless, terminal_of_errors
from checker.explicit.search.results import Statistics

if TYPE_CHECKING:
    from rich.status import Status
    from rich.text import Text


def _status(what: str) -> Status:
    from rich.console import Console  # where nobody looks on, the start need not wait for it

    return Console(file=terminal_of_errors()).status(_line(what))


def _line(text: str) -> Text:
    from rich.text import Text

    return Text(harmless(text))


class ProgressLine:
    """While a search runs: how far it is, on stderr, if that is a terminal."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.status = _status(what) if sys.stderr.isatty() else None

    def show(self, s: Statistics) -> None:
        if self.status is not None:
            rate = s.states / s.seconds if s.seconds > 0 else 0.0
            self.say(
                f"{s.states:,} states, {rate:,.0f} states/s, frontier {s.frontier:,}, depth {s.depth}, "
                f"{s.memory / 2**20:,.0f} MiB"
            )

    def say(self, what: str) -> None:
        """Something else than a search goes on."""
        if self.status is not None:
            self.status.update(_line(f"{self.what}: {what}"))

    def tell(self, what: str) -> None:
        """A line that stays, above the line, for who looks on: a report comes at the end."""
        if self.status is not None:
            self.status.console.print(_line(what), soft_wrap=True)

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
