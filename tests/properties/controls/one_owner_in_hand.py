# SPDX-License-Identifier: GPL-2.0-only
"""Control of one-owner, of what it does not call a leak: in each hook of tasks that come and go, and in irq_work, a page is held by a
local alone for some steps. No stack grows here, and no child ever gets one.

Dead stacks are not cached; RCU leaves them to vfree_atomic, and their pages are in hand, too, when their area is gone. PLANTED=1: the
last of a dead stack's pages is forgotten.
"""

from models.lifecycle import uncharge_pages

from checker.language import function, implements, invariant, is_allocated, parameter, routine
from spec.kernel import (
    STACK_PAGES,
    Gfp,
    Page,
    Task,
    VmArea,
    __free_page,
    alloc_pages,
    exit_task_stack_account,
    free_vmap_stack,
    in_task,
    irq_work_queue,
    irq_work_run,
    kfree_vm_area,
    may_cache_stack,
    remove_vm_area,
    stack_released,
    task_forked,
    vfree_atomic,
)
from spec.properties.one_owner import is_tagged_in_a_slot, slots_with, stacks_with

PLANTED = parameter(1, 0, 1, "0: no fault, 1: a page of a dead stack is forgotten")


@routine
def hold_for_a_while() -> None:
    page = alloc_pages(Gfp.ZERO)
    if page:
        __free_page(page)


@implements(irq_work_run)
def hold_in_interrupt() -> None:
    hold_for_a_while()


@implements(task_forked)
def hold_at_fork(child: Task) -> None:
    hold_for_a_while()


@implements(exit_task_stack_account)
def hold_at_exit(task: Task) -> None:
    irq_work_queue()
    hold_for_a_while()


@implements(stack_released)
def hold_at_release(task: Task, stack: VmArea) -> None:
    uncharge_pages(stack)
    hold_for_a_while()


@implements(may_cache_stack)
@function
def never(stack: VmArea) -> bool:
    return False


@implements(free_vmap_stack)
def free_stack(stack: VmArea) -> None:
    if in_task():
        remove_vm_area(stack)
        for i in range(STACK_PAGES):
            if i < stack.nr_pages and PLANTED != 1:
                __free_page(stack.pages[i])
        kfree_vm_area(stack)
    else:
        hold_for_a_while()
        vfree_atomic(stack)


@invariant("reached-in-hand", "{page} is nowhere but in a hand")
def reached_in_hand(page: Page) -> bool:
    """The exemption of pages that protocol code holds is needed."""
    return not is_allocated(page) or slots_with(page) + stacks_with(page) > 0 or is_tagged_in_a_slot(page)
