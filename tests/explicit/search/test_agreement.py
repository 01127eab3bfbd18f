# SPDX-License-Identifier: GPL-2.0-only
"""Small systems on which the engine and a brute-force search by the machine have to agree: each was, or could easily be,
a place where they differ."""

from __future__ import annotations

import pytest

from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import confirm
from tests.support.systems.one_cpu import ONE_CPU, STARTS
from tests.support.systems.small_programs import program_of
from tests.support.systems.small_systems import PROPERTIES, SYSTEMS


@pytest.mark.parametrize("name", SYSTEMS)
def test_engine_and_machine_agree(name: str) -> None:
    program = program_of(PROPERTIES + SYSTEMS[name])
    compare(program, most=1_000)
    confirm(program)


def test_an_entered_routine_that_returns_a_value_harms_nothing() -> None:
    """Nobody takes its value: it is refused, or thrown away."""
    text = """
@record(count=1, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
g: Small = 0
pending: bool = True
@routine
def interrupt() -> Small:
    return 7
@routine
def main() -> None:
    global g
    x = g
    g = x
    g = x
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
@action
def strike() -> None:
    global pending
    require(pending)
    pending = False
    enter(instance(Cpu, 0), interrupt)
"""
    agree_or_refuse(text)


def test_a_value_that_nobody_takes_fits_all_the_same() -> None:
    agree_or_refuse(
        ONE_CPU
        + STARTS
        + """
g: Small = 9
@routine
def main() -> Small:
    x = g
    return x + 9
@action
def change() -> None:
    global g
    g = 0
"""
    )


def agree_or_refuse(text: str) -> None:
    try:
        program = program_of(PROPERTIES + text)
        lower(program)
    except ModelError:
        return
    compare(program)
    confirm(program)
