# SPDX-License-Identifier: GPL-2.0-only
"""Options that several commands take, and how their values are read."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psutil

from checker.cli.output import harmless, terminal_of_errors
from checker.explicit.compiled.checkpoint import CheckpointError, check_place
from checker.explicit.compiled.resuming import Checkpoints, header_of
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.reduction.reductions import REDUCTIONS
from checker.explicit.search.results import Limits, Statistics
from checker.language.errors import UsageError

if TYPE_CHECKING:
    from rich.status import Status
    from rich.text import Text

SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.IGNORECASE)
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class Duration(click.ParamType[float]):
    """A length of time: 90, 90s, 5m, 2h."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        match = DURATION.fullmatch(value.strip())
        if match is None or float(match[1]) <= 0:
            self.fail(f"{value!r} is no length of time above 0; write it as 90, 90s, 5m or 2h", param, ctx)
        return float(match[1]) * SECONDS[match[2].lower()]


class Size(click.ParamType[int]):
    """An amount of memory: 500M, 2G."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = SIZE.fullmatch(value.strip())
        if match is None or float(match[1]) <= 0:
            self.fail(f"{value!r} is not an amount of memory; write for example 500M or 2G")
        return int(float(match[1]) * UNITS[match[2].upper()])


class Setting(click.ParamType[tuple[str, int]]):
    """NAME=VALUE with an integer value."""

    name = "name=value"

    def convert(self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        name, equals, number = value.partition("=")
        if not equals or not re.fullmatch(r"[+-]?\d{1,18}", number.strip()) or not name.strip():
            self.fail(f"{value!r} is not a setting; write NAME=NUMBER, for example --set T=3")
        return name.strip(), int(number)


def limits(max_states: int | None, max_memory: int | None, timeout: float | None) -> Limits:
    """The limits asked for. Without --max-memory, three quarters of the machine's memory."""
    return Limits(max_states, psutil.virtual_memory().total * 3 // 4 if max_memory is None else max_memory, timeout)


def checkpoints_of(file: Path | None, minutes: float, resume: Path | None) -> Checkpoints | None:
    """What was asked for with --checkpoint and --resume. Raises UsageError where no checkpoint can be written."""
    wanted = file or resume
    if wanted is None:
        return None
    try:
        if resume is not None:
            header_of(resume)
        elif file is not None and file.exists():
            header_of(file)
            raise CheckpointError(f"error: {file} is a checkpoint already; go on from it with --resume, or remove it")
        check_place(wanted)
    except CheckpointError as error:
        raise UsageError(str(error)) from None
    return Checkpoints(wanted, minutes * 60, resume, lambda line: print(line, file=sys.stderr))


def wants_colour() -> bool:
    """Whether to print with ANSI colours: on a terminal, unless NO_COLOR is set."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


class Reductions(click.ParamType[frozenset[str]]):
    """none, all, or names of reductions with commas between them. All are those that every engine has and that keep
    counterexamples shortest."""

    name = "reductions"

    def convert(self, value: str | frozenset[str], param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        if isinstance(value, frozenset):
            return value
        if value in ("none", "all"):
            return frozenset(EXCHANGES if value == "all" else ())
        names = frozenset(name.strip() for name in value.split(","))
        for name in names - frozenset(REDUCTIONS):
            self.fail(f"{name!r} is no reduction; write none, all, or some of {', '.join(REDUCTIONS)} with commas between them")
        return names


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
