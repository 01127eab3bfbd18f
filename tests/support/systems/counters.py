# SPDX-License-Identifier: GPL-2.0-only
"""Small models with counters, for proofs."""

from __future__ import annotations

COUNTER = '''
from typing import Annotated
from checker.language import Range, action, invariant, require

Number = Annotated[int, Range(0, 15)]
even: Number = 0
steps: Number = 0

@action
def count() -> None:
    global even, steps
    require(even < 10 and steps < 14)
    even += 2
    steps += 1

@action
def again() -> None:
    global even, steps
    require(even == 10)
    even = 0
    steps = 0

@invariant("even", "{even} is odd")
def is_even() -> bool:
    """Needs no lemma."""
    return even % 2 == 0

@invariant("bound", "{steps} steps")
def is_bound() -> bool:
    """Needs a lemma about both."""
    return steps <= 5
'''

CHECKED = """
from typing import Annotated
from checker.language import Range, action, check, demand, require

small = demand("small", "Violated by a step, and by no state.")
number: Annotated[int, Range(0, 7)] = 0

@action
def count() -> None:
    global number
    require(number < 7)
    check(number < 3, small, "{number} is not small")
    number += 1
"""
