# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, enter, every, executes, initial, instance, record, require, routine

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, frames=2)
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
class N:
    var: Small = 0


@record(count=1)
class K:
    konst: "N | None" = None


k: "K | None" = None
g: Small = 0


@routine
def main() -> None:
    global g
    q = k
    g = 1
    w = q.konst.var
    g = 3


@action
def z() -> None:
    global k
    n = instance(N, 0)
    require(k is not None and n.var == 5)
    k = None
    n.var = 6
