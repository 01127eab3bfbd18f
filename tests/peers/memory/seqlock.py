# SPDX-License-Identifier: GPL-2.0-only
"""A sequence counter (Linux's seqcount_t): a writer of two words, and a reader. FAULT: the reader does not look again."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    atomic,
    check,
    demand,
    enter,
    executes,
    initial,
    instance,
    parameter,
    record,
    routine,
)

FAULT = parameter(0, 0, 1, "1: no read_seqcount_retry()")

Word = Annotated[int, Range(0, 2)]
sequence: Annotated[int, Range(0, 4)] = 0
first_word: Word = 0
second_word: Word = 0
agree = demand("agree", "the reader uses what no writer wrote as a whole")


@record(count=2, frames=2)
class Worker:
    done: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    enter(instance(Worker, 0), writer)
    enter(instance(Worker, 1), reader)


@routine
def writer() -> None:
    global sequence, first_word, second_word
    for value in range(1, 3):
        with atomic("one writer only"):
            sequence += 1
        first_word = value
        second_word = value
        with atomic("one writer only"):
            sequence += 1


@routine
def reader() -> None:
    while True:
        before = sequence
        if before % 2:
            continue
        one = first_word
        two = second_word
        if FAULT or sequence == before:
            check(one == two, agree, "{one} beside {two}")
