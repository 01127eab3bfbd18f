# SPDX-License-Identifier: GPL-2.0-only
"""Random programs, in a model and compiled: do they give the same?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from checker.language.errors import ModelError
from checker.trace.state import Stopped

from . import compiled, interpreted
from .compiled import Values
from .random.programs import Program, program

TOGETHER = 250
"""Programs in one file of the compiler's."""


@dataclass(frozen=True)
class Different:
    """A program that gives something else in a model. translated: what it gives there, or why it stops."""

    program: Program
    compiled: list[Values]
    translated: list[Values] | str

    def text(self) -> str:
        return f"program {self.program.number}: called with {self.program.given}\ncompiled {self.compiled}\nin the model {self.translated}\n{self.program.text}"


@dataclass
class Totals:
    """What came of all programs. refused: by what the translation says, names left out."""

    equal: int = 0
    calls: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    different: list[Different] = field(default_factory=list)

    def add(self, more: Totals) -> None:
        self.equal += more.equal
        self.calls += more.calls
        self.refused += more.refused
        self.different += more.different

    @property
    def programs(self) -> int:
        return self.equal + self.refused.total() + len(self.different)

    def text(self) -> Iterator[str]:
        yield (
            f"{self.programs:,} programs: {self.equal:,} equal ({self.calls:,} calls), {self.refused.total():,} refused, "
            f"{len(self.different):,} different"
        )
        yield from (f"  {count:>7,}  refused: {why}" for why, count in self.refused.most_common())


def compare(numbers: Iterable[int], compiler: str, checked: bool = False) -> Iterator[tuple[Program, str | Different | None]]:
    """Each program with what came of it: None where both give the same, why it is refused, or the difference. checked: the
    programs are compiled with checks for undefined behaviour."""
    pending: list[tuple[Program, interpreted.Translated]] = []
    for number in numbers:
        written = program(number)
        try:
            pending.append((written, interpreted.translated(written)))
        except ModelError as error:
            yield written, _without_names(error.message)
        if len(pending) == TOGETHER:
            yield from _compared(pending, compiler, checked)
            pending = []
    if pending:
        yield from _compared(pending, compiler, checked)


def _compared(
    pending: Sequence[tuple[Program, interpreted.Translated]], compiler: str, checked: bool
) -> Iterator[tuple[Program, Different | None]]:
    expected = compiled.run([written for written, _ in pending], compiler, checked)
    for written, made in pending:
        found: list[Values] | str
        try:
            found = interpreted.run(written, made)
        except Stopped as stopped:
            found = str(stopped)
        wanted = expected[written.number]
        yield written, None if found == wanted else Different(written, wanted, found)


def totals(numbers: Iterable[int], compiler: str, checked: bool = False) -> Totals:
    """What came of these programs."""
    found = Totals()
    for written, came in compare(numbers, compiler, checked):
        match came:
            case None:
                found.equal += 1
                found.calls += len(written.given)
            case Different():
                found.different.append(came)
            case _:
                found.refused[came] += 1
    return found


def _without_names(message: str) -> str:
    return re.sub(r"`[^`]*`|\d+", "_", message)
