# SPDX-License-Identifier: GPL-2.0-only
"""DKS: a small cut of the protocol of rfc_v1.py on which independent checkers agree, state for state.

A benchmark and an oracle, not a model of the kernel: every action is one atomic step, a stack page is one of two places
in a thread's record, and a page frame is a number. Steps, state and counts are those of the benchmark's description.
"""

from enum import Enum
from typing import Annotated

from checker.language import Array, Range, action, array, every, function, initial, instance, invariant, parameter, record, require

C = parameter(2, 1, 4, "CPUs")
T = parameter(2, 1, 6, "threads")
S = parameter(3, 2, 8, "stack pages of a thread")
FAIL = parameter(0, 0, 1, "1: alloc_pages may fail")
LATE = parameter(0, 0, 1, "1: a stack fault may also strike after the refill")

D = S - 1  # pool slots of a CPU
M = C * D + T * S  # page frames

PageId = Annotated[int, Range(0, M)]
Level = Annotated[int, Range(0, S - 1)]
Count = Annotated[int, Range(0, S)]
SlotCount = Annotated[int, Range(0, D)]


class Pc(Enum):
    IDLE = 0
    RUN = 1
    F_CHECK = 2
    F_GET = 3
    F_STORE = 4
    F_MAP = 5
    PANIC = 6
    S_TEST = 7
    R_LOOP = 8
    R_CHARGE = 9
    R_ALLOC = 10
    S_CLEAR = 11
    S_OUT = 12


@record(count=C)
class Cpu:
    pool: Array[PageId] = array(D)
    tag: Array[bool] = array(D, False)


@record(count=T)
class Thread:
    pc: Pc = Pc.IDLE
    on_cpu: Cpu | None = None
    nr: Count = 1
    vmpages: Array[PageId] = array(S)
    pte: Array[PageId] = array(S)
    flag: bool = False
    target: Level = 0
    n: Level = 0
    a: Count = 0
    i: SlotCount = 0
    pg: PageId = 0
    late: bool = False


@record(count=M)
class Frame:
    charged: Thread | None = None


@initial
def start() -> None:
    for c in range(C):
        for i in range(D):
            instance(Cpu, c).pool[i] = c * D + i + 1
    for t in range(T):
        thread = instance(Thread, t)
        thread.vmpages[0] = C * D + t + 1
        thread.pte[0] = C * D + t + 1
        instance(Frame, C * D + t).charged = thread


@function
def busy(cpu: Cpu) -> bool:
    return any(thread.on_cpu is cpu for thread in every(Thread))


@function
def used(page: PageId) -> bool:
    return any(cpu.pool[i] == page for cpu in every(Cpu) for i in range(D)) or any(
        thread.pg == page or any(thread.vmpages[k] == page or thread.pte[k] == page for k in range(S))
        for thread in every(Thread)
    )


@action
def dispatch(thread: Thread, cpu: Cpu) -> None:
    require(thread.pc == Pc.IDLE and not busy(cpu))
    thread.on_cpu = cpu
    thread.pc = Pc.RUN


@action
def touch(thread: Thread, level: Level) -> None:
    require(thread.pc == Pc.RUN or (LATE == 1 and thread.pc == Pc.S_OUT))
    require(thread.pte[level] == 0)
    thread.late = thread.pc == Pc.S_OUT
    thread.target = level
    thread.pc = Pc.F_CHECK


@action
def f_check(thread: Thread) -> None:
    require(thread.pc == Pc.F_CHECK)
    if thread.nr >= S or thread.target < thread.nr:
        thread.target = 0
        thread.late = False
        thread.pc = Pc.PANIC
    else:
        thread.n = thread.nr
        thread.a = thread.nr
        thread.pc = Pc.F_GET
