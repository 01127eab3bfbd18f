# SPDX-License-Identifier: GPL-2.0-only
"""Control of handler-reentrant: a handler that an NMI may interrupt anywhere, and enter again.

It takes a page and maps it at the next level in one step, until the stack is as deep as asked. A task that leaves the CPU maps the rest of
its stack, charges it and refills the pool in one step, so that NMIs find nothing unmapped in __schedule. PLANTED=1: a slot is looked at
in one step and its page taken in another; an NMI in between takes it too. That cannot be wrong alone: the page is then mapped at two
levels (one-owner). PLANTED=2: a level that was mapped meanwhile counts as an error. That cannot be wrong alone either: the fault is
refused (fault-resolved). PLANTED=3: a page is mapped before its slot is tagged, PLANTED=4: listed before that; nor can these be wrong
alone, as they are wrong without an NMI as well (one-owner). With EXCEPTION_STACKS=1 the fault is the kernel's entry code, and the handler cannot help it.
"""

from models.nested import dynamic_stack, find_slot, take

from checker.language import atomic, implements, invariant, parameter
from spec.kernel import STACK_PAGES, Count, Cpu, Level, Page, Task, TaskFlags, VmArea, set_pte_at, stack_fault

__all__ = ["dynamic_stack"]

PLANTED = parameter(
    1,
    0,
    4,
    "0: no fault, 1: a page is taken in two steps, 2: a fault on a level mapped meanwhile is refused, 3: a page is mapped before its "
    "slot is tagged, 4: listed before that",
)


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
        if PLANTED in (3, 4):
            with atomic("a control: only the tag is late"):
                nr_pages = stack.nr_pages
                early = find_slot() if nr_pages <= level else None
                if early and PLANTED == 3:
                    set_pte_at(stack, nr_pages, early)
                if early and PLANTED == 4:
                    stack.pages[nr_pages] = early
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


@invariant("reached-reentered", "{cpu} goes on with a fault that an NMI has interrupted, and the stack is full")
def reached_reentered(cpu: Cpu) -> bool:
    """An NMI enters the handler a second time."""
    return not cpu.reentered or cpu.stack.stack_vm_area.nr_pages < STACK_PAGES


@invariant("reached-alone", "{cpu} comes out of the last fault, and the stack is full")
def reached_alone(cpu: Cpu) -> bool:
    """And it ends."""
    return cpu.reentered or cpu.stack.stack_vm_area is None or cpu.stack.stack_vm_area.nr_pages < STACK_PAGES
