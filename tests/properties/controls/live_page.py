# SPDX-License-Identifier: GPL-2.0-only
"""Control of live-page: a shrinker takes from a task that sleeps the pages below its saved stack pointer. The scheduler leaves the
task alone meanwhile.

PLANTED=1: the page that the stack pointer is in is taken too. PLANTED=2: no stack pointer is looked at. PLANTED=3: nor by a plain
store to the page table, where no service looks. PLANTED=4: a page in use is replaced by a new one. A task that has
died gives pages back where its stack is released. PLANTED=5: in the hook of its last __schedule, while it is on them. PLANTED=6: the shrinker takes
pages from tasks that run, too. PLANTED=7: as 4, by a plain store.
"""

from models.lifecycle import alloc_vmap_stack_dynamic, charge_and_refill, dynamic_stack_fault, uncharge_pages

from checker.language import (
    Per,
    atomic,
    choose,
    every,
    function,
    implements,
    in_routine,
    invariant,
    null,
    parameter,
    per,
    routine,
)
from spec.kernel import (
    STACK_PAGES,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    TaskFlags,
    TaskState,
    VmArea,
    __free_page,
    alloc_pages,
    depth_in_use,
    list_is_exact,
    may_switch_to,
    memcg_kmem_charge_page,
    schedule_start,
    set_pte_at,
    shrinker_scan,
    stack_released,
    task_stack_level,
    vunmap_range,
)

__all__ = ["alloc_vmap_stack_dynamic", "dynamic_stack_fault"]

PLANTED = parameter(
    1,
    0,
    7,
    "0: no fault, 1: the page that the stack pointer is in is taken, 2: all but the first, 3: the same by plain stores, "
    "4: the first page is replaced, 5: a dead task gives pages back on which it is, 6: pages of a running task are taken, "
    "7: the first page is replaced by a plain store",
)

held: Per[Task, bool] = per(Task, False)


@implements(may_switch_to)
@function
def is_left_alone(cpu: Cpu, prev: Task, next: Task) -> bool:
    return not held[next]


@function
def may_be_taken_from(task: Task) -> bool:
    if task.idle or task.stack_vm_area is None or held[task] or task.state is not TaskState.TASK_RUNNING:
        return False
    return PLANTED == 6 or not task.on_cpu


@routine
def hold_one() -> Task | None:
    with atomic("under the lock of the runqueue"):
        if any(may_be_taken_from(task) for task in every(Task)):
            found = choose(task for task in every(Task) if may_be_taken_from(task))
            held[found] = True
            return found
        return None


@routine
def take(stack: VmArea, level: Level) -> None:
    page = stack.pages[level]
    stack.pages[level] = null(Page)
    stack.nr_pages = level
    if PLANTED == 3:
        stack.pte[level] = null(Page)
    else:
        vunmap_range(stack, level)
    __free_page(page)


@routine
def replace(task: Task, stack: VmArea) -> None:
    page = stack.pages[0]
    fresh = alloc_pages(Gfp.ZERO)
    stack.pages[0] = fresh
    memcg_kmem_charge_page(fresh, Gfp.NOFAIL, task)
    if PLANTED == 7:
        stack.pte[0] = fresh
    else:
        set_pte_at(stack, 0, fresh)
    __free_page(page)


@implements(shrinker_scan)
def scan() -> None:
    task = hold_one()
    if task is not None:
        stack = task.stack_vm_area
        saved = task_stack_level(task)
        if PLANTED == 4 or PLANTED == 7:
            replace(task, stack)
        for i in range(1, STACK_PAGES):
            level = STACK_PAGES - i
            if level < stack.nr_pages:
                if level > saved or PLANTED == 2 or PLANTED == 3 or PLANTED == 6 or (PLANTED == 1 and level == saved):
                    take(stack, level)
        held[task] = False


@routine
def give_back(stack: VmArea) -> None:
    for i in range(1, STACK_PAGES):
        if STACK_PAGES - i < stack.nr_pages:
            take(stack, STACK_PAGES - i)


@implements(list_is_exact)
@function
def gives_nothing_back(stack: VmArea) -> bool:
    return not any(in_routine(task, give_back) for task in every(Task))


@implements(schedule_start)
def charge_refill_and_give_back(prev: Task) -> None:
    if prev.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_and_refill()
        prev.flags &= ~TaskFlags.PF_DYNAMIC_STACK
    if PLANTED == 5 and prev.state is TaskState.TASK_DEAD:
        give_back(prev.stack_vm_area)


@implements(stack_released)
def uncharge_and_give_back(task: Task, stack: VmArea) -> None:
    give_back(stack)
    uncharge_pages(stack)


@invariant("reached-taken", "a page of {task}'s stack is taken by a shrinker")
def reached_taken(task: Task) -> bool:
    """There are pages to take."""
    return not held[task] or not any(in_routine(other, take) for other in every(Task))


@invariant("reached-given-back", "{task}, which is dead, gives a page back")
def reached_given_back(task: Task) -> bool:
    """Also in the stacks of dead tasks."""
    return task.state is not TaskState.TASK_DEAD or not any(in_routine(other, take) for other in every(Task))


@invariant("reached-deep", "{task} is off the CPU, and all pages of its stack are in use")
def reached_deep(task: Task) -> bool:
    """Tasks sleep deep in their stack."""
    return task.on_cpu or depth_in_use(task) < STACK_PAGES - 1
