# SPDX-License-Identifier: GPL-2.0-only
"""Control of handler-reentrant: a handler that an NMI may interrupt anywhere, and enter again.

It takes a page and maps it at the next level in one step, until the stack is as deep as asked. A task that leaves the CPU maps the rest of
its stack, charges it and refills the pool in one step, so that NMIs find nothing unmapped in __schedule. PLANTED=1: a slot is looked at
in one step and its page taken in another; an NMI in between takes it too. That cannot be wrong alone: the page is then mapped at two
levels (one-owner). PLANTED=2: a level that was mapped meanwhile counts as an error. That cannot be wrong alone either: the fault is
refused (fault-resolved). With EXCEPTION_STACKS=1 the fault is the architecture's, and the handler cannot help it.
"""

from checker.language import atomic, implements, invariant, parameter, routine
from models.rfc_v1 import acquired, is_acquired, not_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    memcg_kmem_charge_page,
    schedule_start,
    set_pte_at,
    stack_fault,
    this_cpu,
)

PLANTED = parameter(1, 0, 2, "0: no fault, 1: a page is taken in two steps, 2: a fault on a level mapped meanwhile is refused")


@routine
def find_slot() -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            return page
    return None


@routine
def take(page: Page) -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if cpu.pool[i] is page:
            cpu.pool[i] = acquired(page)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    nr_pages: Count = stack.nr_pages
    found: Page | None = None
    while nr_pages <= level:
        if PLANTED == 1:
            found = find_slot()
        with atomic("a control: what matters here is who gets which page, not how it is mapped"):
            if PLANTED == 2 and stack.nr_pages != nr_pages:
                return False
            nr_pages = stack.nr_pages
            if nr_pages <= level:
                if PLANTED != 1:
                    found = find_slot()
                if not found:
                    return False
                take(found)
                stack.pages[nr_pages] = found
                set_pte_at(stack, nr_pages, found)
                nr_pages += 1
                stack.nr_pages = nr_pages
    return True


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    with atomic("a control: faults of NMIs in here are for others"):
        cpu = this_cpu()
        stack = tsk.stack_vm_area
        if stack is not None:
            for level in range(STACK_PAGES):
                if stack.pte[level] is None:
                    page = find_slot()
                    if page:
                        take(page)
                        stack.pages[level] = page
                        set_pte_at(stack, level, page)
                        stack.nr_pages += 1
            for i in range(POOL_SLOTS):
                if is_acquired(cpu.pool[i]):
                    memcg_kmem_charge_page(not_acquired(cpu.pool[i]), Gfp.NOFAIL, None)
                    cpu.pool[i] = alloc_pages(Gfp.ZERO)
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@invariant("reached-reentered", "{cpu} goes on with a fault that an NMI has interrupted, and the stack is full")
def reached_reentered(cpu: Cpu) -> bool:
    """An NMI enters the handler a second time."""
    return not cpu.reentered or cpu.stack.stack_vm_area.nr_pages < STACK_PAGES


@invariant("reached-alone", "{cpu} comes out of the last fault, and the stack is full")
def reached_alone(cpu: Cpu) -> bool:
    """And it ends."""
    return cpu.reentered or cpu.stack.stack_vm_area is None or cpu.stack.stack_vm_area.nr_pages < STACK_PAGES
