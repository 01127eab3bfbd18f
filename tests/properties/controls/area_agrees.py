# SPDX-License-Identifier: GPL-2.0-only
"""Control of area-agrees: half of the multi-page loop of rfc_v1 is left unmended.

PLANTED=1: nr_pages counts up in the stack's record, but the pages of one fault are all listed at the index of the first. The
page tables and the count are right, and nothing here reads pages[]: area-agrees alone is violated.
PLANTED=2: the pages of all stacks are listed in the first one. A stack at rest disagrees while a fault on another one is being
handled. That cannot be wrong alone: a page listed in one stack and mapped in another has two owners (one-owner).
"""

from checker.language import implements, instance, invariant, parameter
from models.rfc_v1 import dynamic_stack, dynamic_stack_get_page
from spec.kernel import STACK_PAGES, Count, Level, Task, TaskFlags, VmArea, set_pte_at, stack_fault
from spec.properties.at_rest import fault_active

__all__ = ["dynamic_stack"]

PLANTED = parameter(
    1, 0, 2, "0: no fault, 1: the pages of one fault are listed at one index, 2: all are listed in the first stack"
)


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
    first = nr_pages
    for addr in range(first, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        if PLANTED == 1:
            vm_area.pages[first] = page
        elif PLANTED == 2:
            first_stack = instance(VmArea, 0)
            first_stack.pages[nr_pages] = page
        else:
            vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@invariant("reached-full", "{task} has all its pages, listed and mapped, and no fault is being handled")
def reached_full(task: Task) -> bool:
    """area-agrees has something to say where faults have listed and mapped pages, and all is at rest."""
    area = task.stack_vm_area
    if area is None or fault_active(task):
        return True
    return any(area.pages[level] is None or area.pte[level] is None for level in range(STACK_PAGES))


@invariant("reached-in-between", "pages[{level}] of {task}'s stack is listed and not mapped while a fault is being handled")
def reached_in_between(task: Task, level: Level) -> bool:
    """The exemption of a stack whose fault is being handled is needed."""
    area = task.stack_vm_area
    if area is None or level == STACK_PAGES or not fault_active(task):
        return True
    return area.pages[level] is area.pte[level]
