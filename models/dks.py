# SPDX-License-Identifier: GPL-2.0-only
"""DKS: a small cut of the protocol of rfc_v1.py on which independent checkers agree, state for state.

A benchmark and an oracle, not a model of the kernel: every action is one atomic step, a stack page is one of two places
in a thread's record. Steps, state and counts are those of the benchmark's description.
"""

from enum import Enum
from typing import Annotated

from checker.language import (
    Array,
    Expected,
    Range,
    Recorded,
    action,
    address,
    array,
    choose,
    every,
    first,
    function,
    initial,
    instance,
    invariant,
    null,
    parameter,
    record,
    reference,
    require,
    routine,
)

C = parameter(2, 1, 4, "CPUs")
T = parameter(2, 1, 6, "threads")
S = parameter(3, 2, 8, "stack pages of a thread")
FAIL = parameter(0, 0, 1, "1: alloc_pages may fail")
LATE = parameter(0, 0, 1, "1: a stack fault may also happen after the refill")

D = S - 1  # pool slots of a CPU
M = C * D + T * S  # page frames

Level = Annotated[int, Range(0, S - 1)]
Count = Annotated[int, Range(0, S)]
Slot = Annotated[int, Range(0, D - 1)]
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


@record(count=C, symmetric=True)
class Cpu:
    pool: Array["Frame | None"] = array(D)
    tag: Array[bool] = array(D, False)


@record(count=T, symmetric=True)
class Thread:
    pc: Pc = Pc.IDLE
    on_cpu: Cpu = null(Cpu)
    nr: Count = 1
    vmpages: Array["Frame | None"] = array(S)
    pte: Array["Frame | None"] = array(S)
    flag: bool = False
    target: Level = 0
    n: Level = 0
    a: Count = 0
    i: SlotCount = 0
    pg: "Frame | None" = None
    late: bool = False


@record(count=M, symmetric=True)
class Frame:
    charged: Thread | None = None


@initial
def start() -> None:
    for c in range(C):
        for i in range(D):
            instance(Cpu, c).pool[i] = instance(Frame, c * D + i)
    for t in range(T):
        thread = instance(Thread, t)
        frame = instance(Frame, C * D + t)
        thread.vmpages[0] = frame
        thread.pte[0] = frame
        frame.charged = thread


@function
def busy(cpu: Cpu) -> bool:
    return any(thread.on_cpu is cpu for thread in every(Thread))


@function
def used(page: Frame) -> bool:
    return any(cpu.pool[i] is page for cpu in every(Cpu) for i in range(D)) or any(
        thread.pg is page or any(thread.vmpages[k] is page or thread.pte[k] is page for k in range(S)) for thread in every(Thread)
    )


@action
def dispatch(thread: Thread, cpu: Cpu) -> None:
    require(thread.pc == Pc.IDLE and not busy(cpu))
    thread.on_cpu = cpu
    thread.pc = Pc.RUN


@action
def touch(thread: Thread, level: Level) -> None:
    require(thread.pc == Pc.RUN or (LATE == 1 and thread.pc == Pc.S_OUT))
    require(thread.pte[level] is None)
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


@action
def f_get(thread: Thread) -> None:
    require(thread.pc == Pc.F_GET)
    cpu = thread.on_cpu
    for i in range(D):
        if cpu.pool[i] is not None and not cpu.tag[i]:
            cpu.tag[i] = True
            thread.pg = cpu.pool[i]
            thread.pc = Pc.F_STORE
            return
    end_fault(thread)
    thread.pc = Pc.PANIC


@routine
def end_fault(thread: Thread) -> None:
    """Every local of the fault is dead."""
    thread.target = 0
    thread.n = 0
    thread.a = 0
    thread.pg = None
    thread.late = False


@action
def f_store(thread: Thread) -> None:
    require(thread.pc == Pc.F_STORE)
    thread.vmpages[thread.n] = thread.pg
    thread.nr = thread.n + 1
    thread.pc = Pc.F_MAP


@action
def f_map(thread: Thread) -> None:
    require(thread.pc == Pc.F_MAP)
    if thread.pte[thread.a] is not None:
        end_fault(thread)
        thread.pc = Pc.PANIC
        return
    thread.pte[thread.a] = thread.pg
    thread.a += 1
    thread.pg = None
    if thread.a <= thread.target:
        thread.pc = Pc.F_GET
        return
    thread.flag = True
    thread.pc = Pc.S_OUT if thread.late else Pc.RUN
    end_fault(thread)


@action
def switch_out(thread: Thread) -> None:
    require(thread.pc == Pc.RUN)
    thread.pc = Pc.S_TEST


@action
def s_test(thread: Thread) -> None:
    require(thread.pc == Pc.S_TEST)
    thread.pc = Pc.R_LOOP if thread.flag else Pc.S_OUT


@action
def r_loop(thread: Thread) -> None:
    require(thread.pc == Pc.R_LOOP)
    cpu = thread.on_cpu
    if thread.i == D or not cpu.tag[thread.i]:
        thread.i = 0
        thread.pc = Pc.S_CLEAR
    else:
        thread.pg = cpu.pool[thread.i]
        thread.pc = Pc.R_CHARGE


@action
def r_charge(thread: Thread) -> None:
    require(thread.pc == Pc.R_CHARGE)
    reference(Frame, address(thread.pg)).charged = thread  # never NULL here; the checker would say so
    thread.pc = Pc.R_ALLOC


@action
def r_alloc(thread: Thread) -> None:
    require(thread.pc == Pc.R_ALLOC)
    page: Frame | None = None
    if not (FAIL == 1 and choose((False, True))):
        page = first(fresh for fresh in every(Frame) if not used(fresh))
    cpu = thread.on_cpu
    cpu.pool[thread.i] = page
    cpu.tag[thread.i] = False
    thread.i += 1
    thread.pg = None
    thread.pc = Pc.R_LOOP


@action
def s_clear(thread: Thread) -> None:
    require(thread.pc == Pc.S_CLEAR)
    thread.flag = False
    thread.pc = Pc.S_OUT


@action
def s_out(thread: Thread) -> None:
    require(thread.pc == Pc.S_OUT)
    thread.on_cpu = null(Cpu)
    thread.pc = Pc.IDLE


@function
def at_rest(thread: Thread) -> bool:
    return thread.pc in (Pc.RUN, Pc.IDLE)


@invariant("I1", "{thread} is in PANIC")
def no_panic(thread: Thread) -> bool:
    """A refused fault is the end of its thread."""
    return thread.pc != Pc.PANIC


@invariant("I2", "pte[{level}] of {thread} is {thread.pte[level]}, but nr is {thread.nr}")
def mapped_is_counted(thread: Thread, level: Level) -> bool:
    """The next fault finds its place by counting."""
    return not at_rest(thread) or (thread.pte[level] is not None) == (level < thread.nr)


@invariant("I3", "vmpages[{level}] of {thread} is {thread.vmpages[level]}, but pte[{level}] is {thread.pte[level]}")
def mapped_is_listed(thread: Thread, level: Level) -> bool:
    """A page that is mapped but not listed is lost."""
    return not at_rest(thread) or thread.vmpages[level] is thread.pte[level]


@invariant("I4", "{thread.pte[level]}, at level {level} of {thread}, has another owner, too")
def one_owner(thread: Thread, level: Level) -> bool:
    """Two owners of one page overwrite each other."""
    page = thread.pte[level]
    return page is None or not (
        any(other.pte[k] is page for other in every(Thread) for k in range(S) if other is not thread or k != level)
        or any(not cpu.tag[i] and cpu.pool[i] is page for cpu in every(Cpu) for i in range(D))
    )


@invariant("I5", "{thread.pte[level]}, at level {level} of {thread}, is not charged to it")
def charged_to_its_thread(thread: Thread, level: Level) -> bool:
    """What is not charged escapes the limit."""
    page = thread.pte[level]
    if thread.pc != Pc.IDLE or page is None:
        return True
    return page.charged is thread


@invariant("I6", "slot {i} of idle {cpu} {'still holds ' + cpu.pool[i] + ' with its tag' if cpu.tag[i] else 'is empty'}")
def idle_is_full(cpu: Cpu, i: Slot) -> bool:
    """The next thread on the CPU needs a full pool."""
    return busy(cpu) or (cpu.pool[i] is not None and not cpu.tag[i])


RECORDED = Recorded(
    properties={
        "I1": "8ee9593e9f92",
        "I2": "b1826f5b351b",
        "I3": "d7c23e837605",
        "I4": "a2c45083b6d9",
        "I5": "17f44e5e4ff3",
        "I6": "bb2dac5f14c7",
    },
    assumptions={},
)

EXPECTED = (
    Expected(
        settings={"C": 1, "T": 2, "S": 3, "FAIL": 0, "LATE": 0},
        violated={"I2": 9, "I3": 9},
        states=997,
        transitions=1_098,
        depth=59,
        ladder=True,
    ),
    Expected(
        settings={"C": 1, "T": 2, "S": 3, "FAIL": 1, "LATE": 0},
        violated={"I1": 21, "I2": 9, "I3": 9, "I5": 25, "I6": 14},
        states=2_743,
        transitions=3_134,
        depth=59,
    ),
    Expected(
        settings={"C": 1, "T": 2, "S": 3, "FAIL": 0, "LATE": 1},
        violated={"I1": 16, "I2": 9, "I3": 9, "I5": 9, "I6": 9},
        states=4_073,
        transitions=4_624,
        depth=75,
    ),
    Expected(
        settings={"C": 1, "T": 2, "S": 3, "FAIL": 1, "LATE": 1},
        violated={"I1": 16, "I2": 9, "I3": 9, "I5": 9, "I6": 9},
        states=11_795,
        transitions=13_708,
        depth=75,
    ),
    Expected(
        settings={"C": 2, "T": 2, "S": 3, "FAIL": 0, "LATE": 0},
        violated={"I2": 9, "I3": 9},
        states=42_483,
        transitions=88_640,
        depth=62,
        ladder=True,
    ),
    Expected(
        settings={"C": 2, "T": 2, "S": 3, "FAIL": 1, "LATE": 0},
        violated={"I1": 21, "I2": 9, "I3": 9, "I5": 25, "I6": 14},
        states=138_413,
        transitions=296_152,
        depth=62,
    ),
    Expected(
        settings={"C": 2, "T": 2, "S": 3, "FAIL": 0, "LATE": 1},
        violated={"I1": 16, "I2": 9, "I3": 9, "I5": 9, "I6": 9},
        states=434_077,
        transitions=909_716,
        depth=77,
    ),
    Expected(
        settings={"C": 2, "T": 2, "S": 4, "FAIL": 0, "LATE": 0},
        violated={"I1": 14, "I2": 9, "I3": 9},
        states=1_251_169,
        transitions=2_597_332,
        depth=90,
    ),
    Expected(
        settings={"C": 2, "T": 3, "S": 3, "FAIL": 0, "LATE": 0},
        violated={"I2": 9, "I3": 9},
        states=5_099_515,
        transitions=11_364_666,
        depth=90,
    ),
)
