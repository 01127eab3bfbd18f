# SPDX-License-Identifier: GPL-2.0-only
"""No stack fault at all: between the pick and the switch the next task gets the rest of its stack from the pool of its CPU. What is below
its saved stack pointer goes back there when the task that came after it leaves. For one CPU.

WRONG=1: the page that the stack pointer is in goes back, too. WRONG=2: what goes back is not cleared. WRONG=3: what the next
task gets is not charged. WRONG=4: the next task gets a page only for each other level. WRONG=5: a page that goes back stays charged.
WRONG=6: pages are taken from the task that is about to leave, which may stay: then nothing is prepared.
"""

from checker.language import Per, every, function, implements, in_routine, null, parameter, per, routine
from models.rfc_v1 import alloc_vmap_stack_dynamic, free_vmap_stack_dynamic
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Cpu,
    Gfp,
    Page,
    Task,
    VmArea,
    __free_page,
    alloc_pages,
    clear_highpage,
    list_is_exact,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    schedule_start,
    set_pte_at,
    stack_released,
    switch_finished,
    switch_prepare,
    task_stack_level,
    this_cpu,
    vunmap_range,
)

__all__ = ["alloc_vmap_stack_dynamic", "free_vmap_stack_dynamic"]

WRONG = parameter(0, 0, 6, "what is wrong with the design; 0: nothing")

left: Per[Cpu, Task | None] = per(Cpu, None)


@routine
def take_from_pool() -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page is not None:
            cpu.pool[i] = null(Page)
            return page
    return None


@routine
def put_into_pool(page: Page) -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if cpu.pool[i] is None:
            cpu.pool[i] = page
            return
    __free_page(page)


@routine
def populate(task: Task, stack: VmArea) -> None:
    for level in range(1, STACK_PAGES):
        if stack.pages[level] is None:
            if WRONG == 4 and level == STACK_PAGES - 1:
                return
            page = take_from_pool()
            if page is None:
                return
            if WRONG != 3:
                memcg_kmem_charge_page(page, Gfp.NOFAIL, task)
            stack.pages[level] = page
            stack.nr_pages = level + 1
            set_pte_at(stack, level, page)


@routine
def take_back(task: Task, stack: VmArea) -> None:
    saved = task_stack_level(task)
    for i in range(1, STACK_PAGES):
        level = STACK_PAGES - i
        page = stack.pages[level]
        if page is not None:
            if level > saved or (WRONG == 1 and level == saved):
                vunmap_range(stack, level)
                stack.pages[level] = null(Page)
                stack.nr_pages = level
                if WRONG != 5:
                    memcg_kmem_uncharge_page(page)
                if WRONG != 2:
                    clear_highpage(page)
                put_into_pool(page)


@implements(switch_prepare)
def populate_next(prev: Task, next: Task) -> None:
    stack = next.stack_vm_area
    if stack is not None:
        populate(next, stack)


@implements(switch_finished)
def note_who_left(prev: Task) -> None:
    cpu = this_cpu()
    left[cpu] = None if prev.idle else prev


@implements(schedule_start)
def take_back_and_refill(prev: Task) -> None:
    cpu = this_cpu()
    other = left[cpu] if WRONG != 6 else prev
    if other is not None and other.stack_vm_area is not None:
        take_back(other, other.stack_vm_area)
        left[cpu] = None
    for i in range(POOL_SLOTS):
        if cpu.pool[i] is None:
            cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(stack_released)
def uncharge(task: Task, stack: VmArea) -> None:
    for level in range(STACK_PAGES):
        page = stack.pages[level]
        if page is not None:
            memcg_kmem_uncharge_page(page)


@implements(list_is_exact)
@function
def is_left_alone(stack: VmArea) -> bool:
    return not any(in_routine(task, take_back) for task in every(Task))
