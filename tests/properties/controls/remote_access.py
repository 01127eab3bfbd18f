# SPDX-License-Identifier: GPL-2.0-only
"""Control of remote-access: readers of another's stack go by its count, which the handler raises when a page is mapped.

PLANTED=1: the count is raised first, as rfc_v1_nr_fixed does. For a moment it promises a page that is not there. PLANTED=2: nothing
is asked of readers. PLANTED=3: a new stack has no page, and its first frame is written by another task.
"""

from models.lifecycle import clear_mark, dynamic_stack

from checker.language import every, function, implements, invariant, parameter
from models.rfc_v1 import dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Gfp,
    Level,
    Task,
    TaskFlags,
    TaskState,
    VmArea,
    alloc_pages,
    alloc_vmap_stack,
    get_vm_area_node,
    may_read_stack,
    set_pte_at,
    stack_fault,
)

__all__ = ["clear_mark", "dynamic_stack"]

PLANTED = parameter(
    1,
    0,
    3,
    "0: no fault, 1: a page is counted before it is mapped, 2: readers read what they like, 3: a new stack has no page",
)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        stack.pages[addr] = page
        if PLANTED == 1:
            stack.nr_pages = addr + 1
        set_pte_at(stack, addr, page)
        if PLANTED != 1:
            stack.nr_pages = addr + 1
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(may_read_stack)
@function
def is_counted(stack: VmArea, level: Level) -> bool:
    return PLANTED == 2 or level < stack.nr_pages


@implements(alloc_vmap_stack)
def alloc_stack() -> VmArea | None:
    stack = get_vm_area_node(Gfp.DIRECT_RECLAIM)
    if stack is None or PLANTED == 3:
        return stack
    page = alloc_pages(Gfp.ZERO)
    stack.pages[0] = page
    set_pte_at(stack, 0, page)
    stack.nr_pages = 1
    return stack


@invariant("reached-readable", "{reader} may read level {level} of {task}'s stack, which has grown, and both are on a CPU")
def reached_readable(reader: Task, task: Task, level: Level) -> bool:
    """Something is read that a fault has mapped."""
    if reader is task or reader.idle or task.idle or not reader.on_cpu or not task.on_cpu or level in (0, STACK_PAGES):
        return True
    return not may_read_stack(task.stack_vm_area, level)


@invariant("reached-unmapped", "level {level} of {task}'s stack is not mapped while another task could read it")
def reached_unmapped(task: Task, level: Level) -> bool:
    """There is something that must not be read."""
    if (
        task.idle
        or level == STACK_PAGES
        or not any(other.on_cpu for other in every(Task) if not other.idle and other is not task)
    ):
        return True
    return task.stack_vm_area.pte[level] is not None


@invariant("reached-child", "{task} is being forked, and has a stack")
def reached_child(task: Task) -> bool:
    """A child's stack is there while its parent still works for it."""
    return task.state is not TaskState.TASK_NEW or task.stack_vm_area is None
