# SPDX-License-Identifier: GPL-2.0-only
"""A buddy allocator of four pages: blocks split, and free buddies merge. FAULT: a block merges with a buddy that is in use."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Array,
    Range,
    array,
    atomic,
    choose,
    enter,
    every,
    executes,
    initial,
    invariant,
    parameter,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: merge without a look at the buddy")

Order = Annotated[int, Range(0, 2)]
Head = Annotated[int, Range(0, 3)]
free_blocks: Array[Array[bool]] = array(3, array(4))
locked: bool = False
users: Array[Annotated[int, Range(0, 2)]] = array(4)


@record(count=2, frames=2, symmetric=True)
class Worker:
    done: Annotated[int, Range(0, 1)] = 0


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    free_blocks[2][0] = True
    for worker in every(Worker):
        enter(worker, run)


@routine
def run() -> None:
    while True:
        order = choose(range(2))
        head: Head = 0
        with atomic("under the zone's lock"):
            require(any(free_blocks[o][h] for o in range(order, 3) for h in range(4)))
            found: Order = 0
            searching = True
            for o in range(3):
                for h in range(4):
                    if searching and o >= order and free_blocks[o][h]:
                        searching = False
                        found = o
                        head = h
            free_blocks[found][head] = False
            for o in range(2):
                if order <= o < found:
                    free_blocks[o][head + (1 << o)] = True
            for h in range(4):
                if head <= h < head + (1 << order):
                    users[h] += 1
        with atomic("under the zone's lock"):
            for h in range(4):
                if head <= h < head + (1 << order):
                    users[h] -= 1
            at: Order = order
            merging = True
            for o in range(2):
                if merging and o == at:
                    buddy = head ^ (1 << o)
                    if free_blocks[o][buddy] or FAULT:
                        free_blocks[o][buddy] = False
                        head = head & buddy
                        at = o + 1
                    else:
                        merging = False
            free_blocks[at][head] = True


@invariant("one-user", "page {page} has two users")
def one_user(page: Head) -> bool:
    """Two users of one page overwrite each other's data."""
    return users[page] <= 1
