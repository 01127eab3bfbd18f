# SPDX-License-Identifier: GPL-2.0-only
"""Parts of small models with demands on runs, to be put together."""

from __future__ import annotations

from tests.support.systems.small_programs import ONE_PROCESSOR

TWO = """
flag: bool = False
lock: bool = False
@record(count=2, frames=3)
class Cpu:
    count: Small = 0
@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), one)
    enter(instance(Cpu, 1), other)
"""
"""Two processors, which start in the routines `one` and `other`."""

WAITS = """
@routine
def one() -> None:
    while not flag:
        pass
    while True:
        processor(Cpu).count = 1
@routine
def other() -> None:
    global flag
    flag = True
    while True:
        processor(Cpu).count = 2
"""
SET = """
@eventually("is-set", "never")
def is_set() -> bool:
    "test"
    return instance(Cpu, 0).count == 1
"""
LOCK = """
@routine
def take() -> None:
    global lock
    with atomic("test"):
        require(not lock)
        lock = True
@routine
def one() -> None:
    global lock
    while True:
        take()
        processor(Cpu).count = 1
        processor(Cpu).count = 0
        lock = False
@routine
def other() -> None:
    one_again()
@routine
def one_again() -> None:
    global lock
    while True:
        take()
        processor(Cpu).count = 1
        processor(Cpu).count = 0
        lock = False
@eventually("gets-it", "{cpu} never has the lock")
def gets_it(cpu: Cpu) -> bool:
    "test"
    return cpu.count == 1
"""
STRONG = """
@function
def is_free(cpu: Cpu) -> bool:
    return not lock
@fair("locks are fair", given=is_free)
def gets_lock(cpu: Cpu) -> bool:
    "test"
    return calls(cpu, take) or cpu.count == 1
"""
ALLOCATOR = """
@record(count=2, allocated=True)
class Page:
    used: bool = False
got: bool = False
@routine
def allocation() -> Page | None:
    with atomic("test"):
        if choose((False, True)):
            return None
        return success()
@routine
def success() -> Page:
    return allocate(Page)
@routine
def main() -> None:
    global got
    while True:
        page = allocation()
        if page:
            got = True
            free(page)
            got = False
@eventually("is-served", "never")
def is_served() -> bool:
    "test"
    return got
"""
SERVED = """
@function
def attempts(cpu: Cpu) -> bool:
    return calls(cpu, allocation)
@fair("memory is not short forever", given=attempts)
def succeeds(cpu: Cpu) -> bool:
    "test"
    return calls(cpu, success)
"""
IRQ = """
done: bool = False
@action(interrupt=True)
def irq() -> None:
    require(not has_frames(instance(Cpu, 0)))
    enter(instance(Cpu, 0), handler)
@record(count=1, frames=2)
class Cpu:
    in_irq: bool = False
@record(count=1, frames=1)
class Task:
    on: bool = True
@executes
def current(cpu: Cpu) -> Task | None:
    return instance(Task, 0)
@initial
def start() -> None:
    enter(instance(Task, 0), work)
@routine
def handler() -> None:
    processor(Cpu).in_irq = True
    processor(Cpu).in_irq = False
@routine
def work() -> None:
    global done
    while True:
        done = True
        done = False
@eventually("works", "never")
def works() -> bool:
    "test"
    return done
"""
STUCK = """
@eventually("comes-back", "{cpu} is in its handler forever")
def comes_back(cpu: Cpu) -> bool:
    "test"
    return not in_routine(cpu, handler)
@bounded("comes-back-soon", "{cpu} steps in its handler forever")
def comes_back_soon(cpu: Cpu) -> bool:
    "test"
    return not in_routine(cpu, handler)
"""
ENDS = (
    ONE_PROCESSOR
    + """
n: Small = 0
@routine
def main() -> None:
    global n
    n = 3
    n = 9
    require(n < 9)
"""
)
HIGH = """
@eventually("high", "it is {n}")
def high() -> bool:
    "test"
    return n == 9
"""
BACK = """
@function
def is_high(cpu: Cpu) -> bool:
    return n == 9
@fair("what is high comes down", given=is_high)
def low(cpu: Cpu) -> bool:
    "test"
    return n < 9
"""
HALT = """
@action
def off() -> None:
    require(n == 9)
    halt("off")
"""
CUT = """
@record(count=1, allocated=True)
class Page:
    used: bool = False
@action
def more() -> None:
    require(n == 9)
    allocate(Page)
    allocate(Page)
"""
NEVER = """
@function
def never() -> bool:
    return asked and answered
"""
IN_TIME = """
@fair("what is asked again and again is answered", given=is_asked)
def in_time() -> bool:
    "test"
    return answered
"""
QUESTION = """
@function
def is_asked() -> bool:
    return {}
@leads_to("answered", "asked, never answered", given=is_asked)
def is_answered() -> bool:
    "test"
    return {}
"""
ASKING = """
asked: bool = False
answered: bool = False
@action
def ask() -> None:
    global asked
    require(not asked)
    asked = True
@action
def forget() -> None:
    global asked
    require(asked)
    asked = False
@function
def is_asked() -> bool:
    return asked
"""
ANSWERED = """
@leads_to("answered", "asked, never answered", given=is_asked)
def is_answered() -> bool:
    "test"
    return answered
"""
ANSWER = """
@action
def answer() -> None:
    global answered
    require(asked and not answered)
    answered = True
"""
DROP = """
@action
def drop() -> None:
    global answered
    require(answered)
    answered = False
"""
LATE = (
    ONE_PROCESSOR
    + """
late: bool = False
@routine
def main() -> None:
    global late
    late = True
    late = False
    late = choose((False, True))
    while late:
        pass
"""
)
SETTLES = """
@eventually_always("settles", "on and off forever")
def settled() -> bool:
    "test"
    return {}
"""
PROPERTIES = 'no_wild_pointer = demand("no-wild-pointer", "test")\n'
