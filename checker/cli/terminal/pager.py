# SPDX-License-Identifier: GPL-2.0-only
"""A pager for text that is longer than the screen, where git would use one."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from types import FrameType

from checker.cli.terminal.output import harmless
from checker.report.text.screen import terminal_size

DEFAULT = "less"

ENVIRONMENT = {"LESS": "FRX", "LV": "-c"}
"""What pagers are told, where the user's environment does not say: less ends by itself on a short text, and passes colours on."""

NONE = ("", "cat")
"""Pagers that are none."""


def page(text: str, wanted: bool = True) -> None:
    """Print the text; through a pager where standard output is a terminal that it does not fit on. wanted: whether a pager may be
    used. A pager that does not start, fails or is killed changes nothing of how the command ends; what one that fails may not
    have shown is printed."""
    command = pager() if wanted and _is_too_long(text) else None
    if command is None or not _paged(command, text):
        print(text, end="" if text.endswith("\n") else "\n", flush=True)


def pager() -> list[str] | None:
    """The pager's command line, from $STACKPROOF_PAGER, $PAGER or the default; None for none."""
    chosen = next((found for name in ("STACKPROOF_PAGER", "PAGER") if (found := os.environ.get(name)) is not None), DEFAULT)
    if chosen.strip() in NONE:
        return None
    try:
        return shlex.split(chosen) or None
    except ValueError:  # a quote that is not closed
        return None


def _is_too_long(text: str) -> bool:
    if not (sys.stdout.isatty() and sys.stdin.isatty()) or os.environ.get("TERM") in (None, "", "dumb"):
        return False
    return text.count("\n") >= terminal_size().lines


def _paged(command: list[str], text: str) -> bool:
    """Whether the pager has shown it."""
    sys.stdout.flush()
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, env={**ENVIRONMENT, **os.environ})
    except OSError:
        return False
    left = False

    def leave(number: int, frame: FrameType | None) -> None:
        nonlocal left
        left = True

    before = signal.signal(signal.SIGINT, leave)  # Ctrl-C in less is less's own business
    try:
        child.communicate(harmless(text, colours=True).encode("utf-8", "backslashreplace"))
    except OSError:
        child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return left or child.returncode <= 0
