# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test: arrays of arrays, values for each pair of instances, and structs wherever they can stand."""

from typing import Annotated

from checker.language import (
    Array,
    Per,
    Range,
    action,
    array,
    demand,
    enter,
    every,
    executes,
    initial,
    invariant,
    per,
    processor,
    record,
    require,
    routine,
    struct,
)

Small = Annotated[int, Range(0, 2)]
Bit = Annotated[int, Range(0, 1)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")


@struct
class Lock:
    held: bool = False
    queue: Array["Cpu | None"] = array(2)


@struct
class Pair:
    outer: Lock = Lock()
    last: Small = 2


@record(count=2, frames=1)
class Cpu:
    rows: Array[Array[Bit]] = array(2, array(2, 1))
    pair: Pair = Pair(outer=Lock(held=True))


@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None


grid: Array[Array[Small]] = array(2, array(3))
met: Per[Cpu, Per[Cpu, bool]] = per(Cpu, per(Cpu))
mixed: Array[Per[Cpu, Bit]] = array(2, per(Cpu, 1))
locks: Array[Lock] = array(2, Lock())
alone: Pair = Pair()
index: Small = 0


@initial
def start() -> None:
    for cpu in every(Cpu):
        met[cpu][cpu] = True
        cpu.rows[1][0] = 0
        enter(cpu, main)


@routine
def main() -> None:
    cpu = processor(Cpu)
    mixed[cpu.rows[1][0]][cpu] = 0
    require(not locks[1].held)
    locks[1].held = True
    locks[1].queue[mixed[1][cpu]] = cpu
    cpu.pair.outer.held = not alone.outer.held
    grid[index][cpu.pair.last] += 1
    locks[1].held = False


@action
def meet(cpu: Cpu, other: Cpu) -> None:
    global index
    require(locks[1].queue[1] is cpu and not met[cpu][other])
    met[cpu][other] = True
    alone.last = 0
    if met[other][cpu]:
        index += 2


@invariant("small", "{grid[0][2]} of {cpu.pair.last}")
def small(cpu: Cpu) -> bool:
    """Test."""
    return grid[0][2] < cpu.pair.last or met[cpu][cpu] and alone.last == 0
