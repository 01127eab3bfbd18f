# SPDX-License-Identifier: GPL-2.0-only
"""hardened with statistics: a task's group counts each page that is charged after a fault, and takes it back where the stack is
uncharged. (Those of a new stack are the kernel's to charge, and to count.)

hardened itself declares none, so that statistics-zero has nothing to look at there.
"""

from typing import Annotated

from checker.language import Per, Range, function, implements, inherit, invariant, per, routine
from models.hardened import dynamic_stack_refill_pages, stack_grown
from spec.kernel import (
    PREALLOC_PAGES,
    STACK_PAGES,
    Gfp,
    Task,
    TaskState,
    VmArea,
    is_charged,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    mod_lruvec_page_state,
    stack_released,
    statistics_of_task,
    switch_finished,
)

inherit("models.hardened")

Pages = Annotated[int, Range(0, STACK_PAGES)]

counted: Per[Task, Pages] = per(Task, 0)


@implements(statistics_of_task)
@function
def counts_pages(task: Task) -> bool:
    return counted[task] != 0


@routine
def dynamic_stack_charge(tsk: Task) -> None:
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        if not is_charged(page):
            memcg_kmem_charge_page(page, Gfp.NOFAIL, tsk)
            mod_lruvec_page_state(page)
            counted[tsk] += 1


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()


@implements(stack_released)
def dynamic_stack_released(tsk: Task, vm_area: VmArea) -> None:
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        if i >= PREALLOC_PAGES and is_charged(page):
            mod_lruvec_page_state(page)
            counted[tsk] -= 1
        memcg_kmem_uncharge_page(page)


@invariant("reached-counted-dead", "{task} is dead, and its group counts a page")
def counted_dead(task: Task) -> bool:
    """An occasion for statistics-zero."""
    return task.state is not TaskState.TASK_DEAD or counted[task] == 0
