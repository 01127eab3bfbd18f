# SPDX-License-Identifier: GPL-2.0-only
"""Programs that hypothesis draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import assume, event, note

from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.tree import Program
from tests.support.judges.brute.brute_force import TooLarge
from tests.support.systems.small_programs import program_of


def drawn_program(text: str) -> Program:
    """The program of an example's text, which a failure shows. Examples that are refused do not count."""
    note(text)
    try:
        program = program_of(text)
        lower(program)
    except ModelError as error:
        event(f"refused: {error.message[:60]}")
        assume(False)
    return program


@contextmanager
def small_enough() -> Iterator[None]:
    """Examples that are too large for brute force do not count."""
    try:
        yield
    except TooLarge:
        event("too large")
        assume(False)
