# SPDX-License-Identifier: GPL-2.0-only
"""The engine against a brute-force search by the replayer's machine, on random small systems; and its findings, replayed."""

from __future__ import annotations

import random

from hypothesis import event

from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import confirm
from tests.support.random.drawn import drawn_program, small_enough
from tests.support.random.random_systems import READS_TWICE, random_system
from tests.support.seeds import seeds


@seeds(15, 1500)
def test_the_engine_finds_what_brute_force_finds(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    text = random_system(random.Random(seed))
    program = drawn_program(text)
    with small_enough():
        space = compare(program, operands=any(twice in text for twice in READS_TWICE))
    for kind, _ in space.violated.values():
        event(kind)
    event("a model error" if space.errors else "a cut" if space.cuts else "complete")
    confirm(program)
