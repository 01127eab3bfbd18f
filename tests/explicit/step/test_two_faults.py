# SPDX-License-Identifier: GPL-2.0-only
"""Where one statement has two things wrong, engine and replayer take the same one, which the order of the text decides."""

from __future__ import annotations

import itertools

import pytest

from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import confirm
from tests.support.sampling import always, some
from tests.support.systems.small_programs import ONE_PROCESSOR, program_of

STATE = """
no_wild_pointer = demand("no-wild-pointer", "test")
@struct
class Pair:
    low: Small = 0
    up: Array[Small] = array(2)
@record(count=2)
class Page:
    use: Small = 0
    rows: Array[Array[Small]] = array(2, array(2))
    pair: Pair = Pair()
big: Small = 9
p: Page | None = None
x: Small = 0
slots: Array[Small] = array(2)
grid: Array[Array[Small]] = array(2, array(2))
pairs: Array[Pair] = array(2, Pair())
at: Per[Page, Array[Small]] = per(Page, array(2))
@action
def change() -> None:
    global big
    big = 1
    pairs[0].low = 1
@routine
def given() -> Small:
    global x
    x = 1
    return 9
"""
TARGETS = ("slots[big]", "grid[big][0]", "grid[0][big]", "grid[big][p.use]", "grid[p.use][big]", "p.rows[big][0]", "at[p][big]")
TARGETS += (
    "pairs[big].up[p.use]",
    "p.pair.up[big]",
    "grid[given() - 9][big]",
    "grid[big][given() - 9]",
    "p.rows[given() - 9][big]",
)
VALUES = ("big + big", "p.use", "grid[big][1]", "1 // (big - 9)", "given() + big", "choose(range(2)) + big")
WAYS = ("=", "+=")
CONTEXTS = {
    "an action": "@action\ndef step() -> None:\n    {}\n",
    "atomic": "@routine\ndef main() -> None:\n    with atomic('test'):\n        {}\n" + ONE_PROCESSOR,
    "a routine": "@routine\ndef main() -> None:\n    {}\n" + ONE_PROCESSOR,
}


@pytest.mark.parametrize("context", always(CONTEXTS, lambda context: context == "a routine"))
@pytest.mark.parametrize("target", some(TARGETS, 3))
def test_two_faults_in_one_statement(context: str, target: str) -> None:
    for way, value in itertools.product(WAYS, VALUES):
        program = program_of(STATE + CONTEXTS[context].format(f"{target} {way} {value}"))
        space = compare(program)
        assert space.violated or space.errors, f"{target} {way} {value}"
        confirm(program)
