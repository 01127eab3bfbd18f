# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, enter, every, executes, initial, record, require, routine

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, frames=1)
class Cpu:
    own: Small = 0


@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)


@record(count=1)
class K:
    konst: Small = 0


k: "K | None" = None


@routine(noinline=True)
def callee(n: Small) -> None:
    pass


@routine
def main() -> None:
    q = k
    callee(q.konst)


@action
def z() -> None:
    global k
    require(k is not None)
    k = None
