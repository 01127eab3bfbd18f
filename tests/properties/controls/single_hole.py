# SPDX-License-Identifier: GPL-2.0-only
"""Control of single-hole: rfc_v1_nr_fixed with a count that is wrong.

PLANTED=1: the page that fills the stack is mapped and listed, but not counted, as if nr_pages could not reach
STACK_PAGES. No level is left to fault on, so that nothing but the count is wrong: single-hole alone is violated.
PLANTED=2: the other direction, a level counted that is not mapped. That cannot be wrong alone: the level is touched sooner
or later, and a handler that goes by the count refuses the fault (fault-resolved).
PLANTED=3: the same in the stack of a task at rest, from a fault on another stack on. That stack counts as full without being so.
"""

from checker.language import implements, instance, invariant, parameter
from models.rfc_v1 import dynamic_stack, dynamic_stack_get_page
from spec.kernel import STACK_PAGES, Count, Level, Task, TaskFlags, VmArea, set_pte_at, stack_fault
from spec.properties.at_rest import fault_active

__all__ = ["dynamic_stack"]

PLANTED = parameter(
    1, 0, 3, "0: no fault, 1: a full stack is counted one short, 2: one page counts for two, 3: all is counted in the first stack"
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
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        if PLANTED == 2 and addr == 1 and level == 1:
            vm_area.nr_pages = nr_pages + 1
        elif PLANTED == 3:
            first_stack = instance(VmArea, 0)
            first_stack.nr_pages = nr_pages
        elif PLANTED != 1 or nr_pages < STACK_PAGES:
            vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@invariant("reached-partly-mapped", "{task} has {area.nr_pages} pages, grown and not full, and no fault is being handled")
def reached_partly_mapped(task: Task) -> bool:
    """single-hole has something to say where a stack has grown, has a hole left, and is at rest."""
    area = task.stack_vm_area
    if area is None or fault_active(task):
        return True
    return area.nr_pages <= 1 or area.nr_pages == STACK_PAGES


@invariant("reached-in-between", "pte[{level}] of {task}'s stack and its count differ while a fault is being handled")
def reached_in_between(task: Task, level: Level) -> bool:
    """The exemption of a stack whose fault is being handled is needed."""
    area = task.stack_vm_area
    if area is None or level == STACK_PAGES or not fault_active(task):
        return True
    return (area.pte[level] is not None) == (level < area.nr_pages)
