# SPDX-License-Identifier: GPL-2.0-only
"""A ring of two slots with one producer and one consumer, as a kfifo. FAULT: the index is published before the data."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Array,
    Range,
    array,
    check,
    demand,
    enter,
    executes,
    initial,
    instance,
    parameter,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: the store of the index comes first")
no_deadlock = demand("no-deadlock", "somebody can go on")

Index = Annotated[int, Range(0, 3)]
Word = Annotated[int, Range(0, 3)]
slots: Array[Word] = array(2)
put: Index = 0
got: Index = 0
in_order = demand("in-order", "what is read is what was written, once and in order")


@record(count=2, frames=2)
class Worker:
    done: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    enter(instance(Worker, 0), producer)
    enter(instance(Worker, 1), consumer)


@routine
def producer() -> None:
    global put
    value: Word = 1
    while True:
        index = put
        require((index - got + 4) % 4 < 2)
        if FAULT:
            put = (index + 1) % 4
            slots[index % 2] = value
        else:
            slots[index % 2] = value
            put = (index + 1) % 4
        value = value % 3 + 1


@routine
def consumer() -> None:
    global got
    wanted: Word = 1
    while True:
        index = got
        require(put != index)
        value = slots[index % 2]
        check(value == wanted, in_order, "{value} in place of {wanted}")
        wanted = wanted % 3 + 1
        got = (index + 1) % 4
