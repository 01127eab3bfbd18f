# SPDX-License-Identifier: GPL-2.0-only
"""The search for lassos keeps its limit of time in each of its phases. Measured is the time of the processor, as others may
use the machine too; without the limit each of these models takes several times what is allowed here."""

from __future__ import annotations

import time

import pytest

from checker.explicit.lassos import find_lassos
from checker.explicit.search.results import Limits
from checker.ir.lowering.lower import lower
from tests.support.systems.small_programs import program_of

ALLOWED = 2.5
COUNTER = """
n: Annotated[int, Range(0, {last})] = 0
@action
def step() -> None:
    global n
    n = (n + 1) % ({last} + 1)
"""
MODELS = {
    "conditions are made": COUNTER.format(last=1)
    + """
@eventually("at", "never at {k}")
def at(k: Annotated[int, Range(0, 9999)]) -> bool:
    "test"
    return """
    + " and ".join(f"k + n != {number}" for number in range(40))
    + "\n",
    "small components, again and again": """
high: bool = False
n: Annotated[int, Range(0, 5999)] = 0
@action
def step() -> None:
    global n, high
    if n == 5999:
        high = not high
    n = (n + 1) % 6000
@eventually("is-high", "never {k}")
def is_high(k: Annotated[int, Range(0, 599)]) -> bool:
    "test"
    return high or k == 600
""",
    "cycles from many states": """
begun: bool = False
n: Annotated[int, Range(0, 4999)] = 0
@action
def begin(k: Annotated[int, Range(0, 4999)]) -> None:
    global n, begun
    require(not begun)
    begun = True
    n = k
@action
def step() -> None:
    global n
    require(begun)
    n = (n + 1) % 5000
@eventually("rests", "never")
def rests() -> bool:
    "test"
    return not begun
""",
}


@pytest.mark.parametrize("engine", ["portable", "compiled"])
@pytest.mark.parametrize("text", MODELS.values(), ids=MODELS)
def test_the_limit_of_time_is_kept(text: str, engine: str) -> None:
    program = program_of(text)
    system = lower(program, liveness=True)
    begun = time.process_time()
    found = find_lassos(system, frozenset(program.properties), Limits(seconds=1.0), engine=engine)
    assert str(found.stopped) == "the limit of 1 second"
    assert time.process_time() - begun < ALLOWED
