# SPDX-License-Identifier: GPL-2.0-only
"""A spinlock: each CPU runs code of its own."""

from checker.language import (
    atomic,
    enter,
    executes,
    in_routine,
    initial,
    instance,
    invariant,
    parameter,
    record,
    require,
    routine,
)

CPUS = parameter(2, 1, 8, "CPUs")


@record(count=CPUS, frames=1, symmetric=True)
class Cpu:
    spare: bool = False


locked: bool = False


@executes
def itself(cpu: Cpu) -> Cpu:
    return cpu


@routine
def work() -> None:
    global locked
    while True:
        with atomic("cmpxchg"):
            require(not locked)
            locked = True
        critical()
        locked = False


@routine
def critical() -> None:
    with atomic("one part of it"):
        pass
    with atomic("and another"):
        pass


@initial
def boot() -> None:
    for index in range(CPUS):
        enter(instance(Cpu, index), work)


@invariant("mutex", "{a} and {b} have the lock")
def mutex(a: Cpu, b: Cpu) -> bool:
    """Two at once."""
    return a is b or not (in_routine(a, critical) and in_routine(b, critical))
