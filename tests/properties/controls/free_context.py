# SPDX-License-Identifier: GPL-2.0-only
"""Control of free-context: dead stacks are not cached; RCU hands them over in a softirq, and the next task that exits frees them.

PLANTED=1: they are freed in the softirq. PLANTED=2: as the next switch after that is finished. PLANTED=3: the fault handler allocates
a page and frees it again.
"""

from models.lifecycle import dynamic_stack, uncharge_stack

from checker.language import (
    Per,
    atomic,
    every,
    function,
    implements,
    in_routine,
    invariant,
    is_allocated,
    parameter,
    per,
    routine,
)
from models.rfc_v1 import dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Gfp,
    Level,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    exit_task_stack_account,
    free_vmap_stack,
    holds_stack,
    may_cache_stack,
    remove_vm_area,
    set_pte_at,
    stack_fault,
    switch_finished,
)
from spec.kernel.vmalloc import kfree_vm_area

__all__ = ["dynamic_stack", "uncharge_stack"]

PLANTED = parameter(
    1, 0, 3, "0: no fault, 1: a stack is freed in a softirq, 2: as a switch is finished, 3: a page in the fault handler"
)

dead: VmArea | None = None
after: Per[VmArea, VmArea | None] = per(VmArea, None)


@routine
def free_stack(stack: VmArea) -> None:
    remove_vm_area(stack)
    for i in range(STACK_PAGES):
        if i < stack.nr_pages:
            __free_page(stack.pages[i])
    kfree_vm_area(stack)


@routine
def free_dead_stacks() -> None:
    global dead
    stack: VmArea | None = dead
    while stack is not None:
        with atomic("llist_del_first"):
            stack = dead
            if stack is not None:
                dead = after[stack]
                after[stack] = None
        if stack is not None:
            free_stack(stack)


@implements(free_vmap_stack)
def free_later(stack: VmArea) -> None:
    global dead
    if PLANTED == 1:
        free_stack(stack)
    else:
        with atomic("llist_add"):
            after[stack] = dead
            dead = stack


@implements(holds_stack)
@function
def waits_to_be_freed(stack: VmArea) -> bool:
    return (
        dead is stack
        or any(is_allocated(other) and after[other] is stack for other in every(VmArea))
        or any(in_routine(task, free_dead_stacks) for task in every(Task))
    )


@implements(may_cache_stack)
@function
def never(stack: VmArea) -> bool:
    return False


@implements(exit_task_stack_account)
def free_others(task: Task) -> None:
    if PLANTED != 2:
        free_dead_stacks()


@implements(switch_finished)
def free_now(prev: Task) -> None:
    if PLANTED == 2:
        free_dead_stacks()


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
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
        if PLANTED == 3:
            spare = alloc_pages(Gfp.ZERO)
            if spare:
                __free_page(spare)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@invariant("reached-freed", "{stack} is gone")
def reached_freed(stack: VmArea) -> bool:
    """Stacks are freed."""
    return is_allocated(stack)


@invariant("reached-freeing", "{task} takes a stack out of the tree of areas")
def reached_freeing(task: Task) -> bool:
    """In a place where that is allowed."""
    return not in_routine(task, remove_vm_area)
