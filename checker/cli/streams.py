# SPDX-License-Identifier: GPL-2.0-only
"""stdin, stdout and stderr as whoever started us left them: closed, of another encoding, or read by somebody who goes away."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO


def prepare() -> None:
    """Let every standard stream be there, and print everything. What is closed becomes /dev/null, lest the next file that is
    opened takes its number; characters that an encoding lacks are escaped."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            assert opened == number
    sys.stdin = sys.stdin or os.fdopen(0, "r", encoding="utf-8")
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(line: str) -> None:
    """A line on stderr, if anybody can be told there."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def flush_all() -> None:
    """Write out what stands in buffers. What cannot be written is dropped, so that Python does not complain of it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _drop(stream)


def _drop(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    stream.flush()
