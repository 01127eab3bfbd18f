# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, choose, demand, every, initial, instance, record, routine

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

a: Small = 0
b: Small = 0
Bit = Annotated[int, Range(0, 1)]


@routine
def find(x: Small, y: Small) -> Small:
    for i in range(3):
        for j in range(2):
            for k in (x, y, 2):
                if k == i:
                    if j == 1:
                        return k + j
                    break
                if k == 2:
                    continue
                if j == 1 and k > i:
                    return 9
        if i == y:
            break
    else_ = choose(range(2))
    return else_


@routine
def helper(x: Small) -> Small:
    total: Small = 0
    for i in range(2):
        for c in every(R):
            if c.v == x:
                continue
            r = find(x, i)
            if r == 9:
                break
            total = r
            if total > 3:
                return total
    return total


@record(count=2)
class R:
    v: Small = 0


@action
def go(x: Bit, y: Bit) -> None:
    global a, b
    for i in range(3):
        a = helper(x + i)
        if a == 3:
            b = i
            break
        for j in (a, b):
            if j == i:
                b = choose(k for k in range(0, 4) if k != j)
                break
            if j == 2:
                return
        if b == choose((1, 2)):
            instance(R, choose(range(2))).v = b


@initial
def start() -> None:
    pass
