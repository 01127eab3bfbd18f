# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, allocate, demand, initial, record

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, allocated=True)
class Page:
    v: Small = 0


p: "Page | None" = None


@action
def a() -> None:
    global p
    p = allocate(Page)


@initial
def start() -> None:
    pass
