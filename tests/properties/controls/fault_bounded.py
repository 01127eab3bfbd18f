# SPDX-License-Identifier: GPL-2.0-only
"""Control of fault-bounded: rfc_v1_nr_fixed with a handler that holds a lock, for which it tries once, and goes on without.

PLANTED=1: it spins until the lock is free. Every fault ends then, if the other CPU goes on; in how many steps is its affair. PLANTED=2:
it waits for a page in a slot that nobody fills meanwhile, and whoever waits for that CPU does not run again either. PLANTED=3: it stands still until the lock is free, and
the lock is never given back.
"""

from checker.language import atomic, function, has_frames, implements, in_routine, invariant, parameter, require, routine
from models.rfc_v1 import acquired, dynamic_stack, is_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    exc_page_fault,
    set_pte_at,
    stack_fault,
    this_cpu,
)

__all__ = ["dynamic_stack"]

PLANTED = parameter(1, 0, 3, "0: no fault, 1: the handler spins for a lock, 2: for a page, 3: it waits for a lock that is lost")
locked: bool = False


@routine
def try_lock() -> bool:
    global locked
    with atomic("one compare-and-exchange"):
        if locked:
            return False
        locked = True
        return True


@routine
def lock() -> None:
    global locked
    if PLANTED == 3:
        with atomic("a queue of waiters"):
            require(not locked)
            locked = True
    else:
        taken = try_lock()
        while PLANTED == 1 and not taken:
            taken = try_lock()


@routine
def unlock() -> None:
    global locked
    if PLANTED != 3:
        locked = False


@routine
def dynamic_stack_get_page() -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            cpu.pool[i] = acquired(cpu.pool[i])
            if PLANTED == 2:
                while is_acquired(cpu.pool[i]):
                    pass
            return page
    return None


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area or level >= STACK_PAGES:
        return False
    nr_pages: Count = vm_area.nr_pages
    if nr_pages >= STACK_PAGES or level < nr_pages:
        return False
    lock()
    page = dynamic_stack_get_page()
    unlock()
    if not page:
        return False
    vm_area.pages[nr_pages] = page
    vm_area.nr_pages = nr_pages + 1
    if vm_area.pte[level] is not None:
        return False
    set_pte_at(vm_area, level, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@function
def in_fault(cpu: Cpu) -> bool:
    return in_routine(cpu, exc_page_fault)


@invariant("reached-fault", "{cpu} handles a fault")
def reached_fault(cpu: Cpu) -> bool:
    """Faults happen."""
    return not in_fault(cpu)


@invariant("reached-both", "{cpu} and {other} handle faults")
def reached_both(cpu: Cpu, other: Cpu) -> bool:
    """Two at a time."""
    return cpu is other or not (has_frames(cpu) and has_frames(other)) or not locked
