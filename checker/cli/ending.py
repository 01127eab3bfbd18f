# SPDX-License-Identifier: GPL-2.0-only
"""Signals from the first line of a command to after its last: what was told has to agree with the exit status."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from checker.explicit.search.interrupts import SIGNALS, Interrupts


def interrupt(number: int, frame: FrameType | None) -> None:
    """The handler of SIGNALS while a command runs."""
    raise KeyboardInterrupt


def take_signals() -> None:
    """Take each of SIGNALS like Ctrl-C, so that what was found is still told; but not what whoever started us ignores, as nohup
    does. A signal that arrives where Python can raise nothing is sent again."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    sys.unraisablehook = _unraisable


def leave_signals() -> None:
    """From here on signals change nothing: everything is told, and the exit status is known."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def last_words() -> Iterator[None]:
    """For the end of a command, its report. The first signal changes nothing any more; a second one still ends it, as somebody
    may be tired of waiting for a pipe. When the report is out, so is the verdict, and later signals change nothing."""
    with Interrupts() as interrupts:
        yield
        sys.stdout.flush()
        if any(handler is interrupt for handler in interrupts.before.values()):
            leave_signals()
            interrupts.before.clear()


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Python drops an exception in a destructor. Ctrl-C must not be lost there: send it again when the destructor is left."""
    main = threading.main_thread().ident
    if issubclass(what.exc_type, KeyboardInterrupt) and main is not None:
        threading.Timer(0.01, signal.pthread_kill, (main, signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(what)
