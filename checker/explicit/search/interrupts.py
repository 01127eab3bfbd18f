# SPDX-License-Identifier: GPL-2.0-only
"""Ctrl-C at a time when it suits: what must not be torn apart runs to its end first."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a command early, with what was found so far: Ctrl-C, a request to end, a terminal that is closed."""


class Interrupts:
    """While this context lasts, the first of SIGNALS is remembered (arrived) instead of raised; the next one is raised.
    then: called when the first arrives. What is the end of a command anyway, as its report, need not ask whether one arrived.
    Outside of the main thread it does nothing."""

    def __init__(self, then: Callable[[], None] | None = None) -> None:
        self.then = then
        self.arrived: int | None = None
        self.before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if callable(signal.getsignal(number)):
                    self.before[number] = signal.signal(number, self._arrive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _arrive(self, number: int, frame: FrameType | None) -> None:
        if self.arrived is not None:
            raise KeyboardInterrupt
        self.arrived = number
        if self.then is not None:
            self.then()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A Ctrl-C that arrives while this lasts takes effect at its end."""
    with Interrupts() as interrupts:
        yield
    if interrupts.arrived is not None:
        signal.raise_signal(interrupts.arrived)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, also if Ctrl-C arrives while it is made or removed."""
    with uninterrupted():
        folder = tempfile.TemporaryDirectory(prefix="stackproof-", ignore_cleanup_errors=True)
    try:
        yield Path(folder.name)
    finally:
        with uninterrupted():
            folder.cleanup()
