# SPDX-License-Identifier: GPL-2.0-only
"""Control of no-deadlock: rfc_v1_nr_fixed with a lock around the pools, and with a demand on the scheduler (one that a task meets
where it ran before, or anywhere at first).

PLANTED=1: the refill returns with the lock held. The next fault on each CPU waits for it forever.
"""

from checker.language import atomic, every, function, implements, in_routine, invariant, parameter, require, routine
from models.rfc_v1 import dynamic_stack_get_page
from models.rfc_v1 import dynamic_stack_refill_pages as refill_pages_locked
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Level,
    Task,
    TaskFlags,
    VmArea,
    may_switch_to,
    schedule_start,
    set_pte_at,
    stack_fault,
)

PLANTED = parameter(1, 0, 1, "0: no fault, 1: the lock is not given back")

pool_lock: bool = False


@routine
def lock_pools() -> None:
    global pool_lock
    with atomic("compare-and-exchange of the lock word"):
        require(not pool_lock)
        pool_lock = True


@routine
def unlock_pools() -> None:
    global pool_lock
    pool_lock = False


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area or level >= STACK_PAGES:
        return False
    nr_pages: Count = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    if level < nr_pages:
        return False
    for addr in range(nr_pages, level + 1):
        lock_pools()
        page = dynamic_stack_get_page()
        unlock_pools()
        if not page:
            return False
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        lock_pools()
        refill_pages_locked()
        if PLANTED != 1:
            unlock_pools()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(may_switch_to)
@function
def runs_at_home(cpu: Cpu, prev: Task, next: Task) -> bool:
    return next.cpu is cpu or next.cpu is None


@invariant("reached-waiting", "{cpu} is in its fault handler, and waits for the refill of another CPU to give the lock back")
def reached_waiting(cpu: Cpu) -> bool:
    """no-deadlock has something to say where one CPU cannot go on until another one has."""
    if not in_routine(cpu, lock_pools) or not pool_lock:
        return True
    return not any(in_routine(task, refill_pages_locked) for task in every(Task))


@invariant("reached-idle", "{cpu} is idle, and no task may run there")
def reached_idle(cpu: Cpu) -> bool:
    """It has something to say where a CPU has nothing to do."""
    if cpu.stack is not cpu.idle or in_routine(cpu.idle, dynamic_stack):
        return True
    return any(not task.idle and not task.on_cpu and (task.cpu is None or task.cpu is cpu) for task in every(Task))
