# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks, hardened."""

from checker.language import Expected, Per, address, atomic, function, implements, null, per, reference, routine
from spec.kernel import (
    POOL_SLOTS,
    PREALLOC_PAGES,
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_vmap_stack,
    cpu_dead,
    cpu_prepare,
    free_vmap_stack,
    get_vm_area_node,
    in_task,
    is_charged,
    is_marked,
    keeps_idle_awake,
    kfree_vm_area,
    may_read_stack,
    may_switch_to,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    mod_lruvec_page_state,
    owes_refill,
    remove_vm_area,
    schedule_start,
    set_pte_at,
    stack_fault,
    stack_released,
    switch_finished,
    task_forked,
    this_cpu,
    vfree_atomic,
)

DYNAMIC_STACK_PAGE_ACQUIRED_FLAG = 0x1

stack_grown: Per[Task, bool] = per(Task, False)  # the stack has pages that are not charged yet
needs_refill: Per[Cpu, bool] = per(Cpu, False)  # a slot of the pool is taken or empty


@function
def is_acquired(page: Page | None) -> bool:
    return bool(address(page) & DYNAMIC_STACK_PAGE_ACQUIRED_FLAG)


@function
def acquired(page: Page | None) -> Page:
    return reference(Page, address(page) | DYNAMIC_STACK_PAGE_ACQUIRED_FLAG)


@function
def not_acquired(page: Page | None) -> Page:
    return reference(Page, address(page) & ~DYNAMIC_STACK_PAGE_ACQUIRED_FLAG)


@function
def is_free_to_take(page: Page | None) -> bool:
    return page is not None and not is_acquired(page)


# -- the fault handler: on the exception stack, with everything off; an NMI may enter it a second time --


@routine
def dynamic_stack_take_page(cpu: Cpu, stack: VmArea, i: Level) -> bool:
    """Claims a page of the pool for the level: first in the stack, with the flag, so that whoever comes in between takes
    the same page for the same level; then in its slot."""
    for slot in range(POOL_SLOTS):
        page = cpu.pool[slot]
        if is_free_to_take(page):
            with atomic("cmpxchg: an NMI may have filled this level meanwhile"):
                claimed = stack.pages[i] is None
                if claimed:
                    stack.pages[i] = acquired(page)
            if claimed:
                cpu.pool[slot] = acquired(page)
            return True
    return stack.pages[i] is not None


@routine
def dynamic_stack_help(cpu: Cpu, page: Page) -> None:
    """Finishes what the fault handler that this NMI interrupted was about to do: marks the slot of the page."""
    for slot in range(POOL_SLOTS):
        if cpu.pool[slot] is page:
            cpu.pool[slot] = acquired(page)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    cpu = this_cpu()
    # The stack pointer tells whose stack this is; `current` may still be the task that is leaving.
    owner = cpu.stack
    if stack is not owner.stack_vm_area or level >= STACK_PAGES:
        return False
    stack_grown[owner] = True
    needs_refill[cpu] = True
    nr_pages = stack.nr_pages
    for i in range(nr_pages, level + 1):
        page = stack.pages[i]
        if page is None:
            if not dynamic_stack_take_page(cpu, stack, i):
                return False
            page = stack.pages[i]
        elif is_acquired(page):
            dynamic_stack_help(cpu, not_acquired(page))
        page = not_acquired(page)
        stack.pages[i] = page
        set_pte_at(stack, i, page)
        with atomic("cmpxchg: an NMI may have counted this level and deeper ones"):
            if stack.nr_pages == i:
                stack.nr_pages = i + 1
    return True


# -- leaving the CPU --


@routine
def dynamic_stack_charge(tsk: Task) -> None:
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        if not is_charged(page):
            memcg_kmem_charge_page(page, Gfp.NOFAIL, tsk)
            mod_lruvec_page_state(page)


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        # A fault from here on sets it again.
        needs_refill[cpu] = False
        for i in range(POOL_SLOTS):
            if not is_free_to_take(cpu.pool[i]):
                page = alloc_pages(Gfp.ZERO)
                if page is None:
                    needs_refill[cpu] = True
                cpu.pool[i] = page


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()


# -- demands on others --


@function
def pages_to_take(cpu: Cpu) -> Count:
    return sum(1 for i in range(POOL_SLOTS) if is_free_to_take(cpu.pool[i]))


@function
def levels_to_grow(task: Task) -> Count:
    return 0 if task.idle else STACK_PAGES - task.stack_vm_area.nr_pages


@implements(may_switch_to)
@function
def dynamic_stack_may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    """The scheduler picks a task only if the pool covers all that its stack and the leaving task's can still grow; else
    it picks idle, whose stack is mapped whole."""
    return prev is next or pages_to_take(cpu) >= levels_to_grow(prev) + levels_to_grow(next)


@implements(may_read_stack)
@function
def dynamic_stack_may_read(stack: VmArea, level: Level) -> bool:
    """Whoever reads another task's stack reads the pages that are mapped, and no others."""
    return stack.pte[level] is not None


@implements(keeps_idle_awake)
@function
def dynamic_stack_keeps_idle_awake(cpu: Cpu) -> bool:
    """An idle CPU whose pool is not full keeps its tick, and tries again."""
    return needs_refill[cpu]


@implements(is_marked)
@function
def dynamic_stack_is_marked(task: Task) -> bool:
    return stack_grown[task]


@implements(owes_refill)
@function
def dynamic_stack_owes_refill(cpu: Cpu, task: Task) -> bool:
    return needs_refill[cpu] and not task.idle


# -- stacks come and go --


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    vm_area = get_vm_area_node()
    if vm_area is None:
        return None
    for i in range(PREALLOC_PAGES):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            dynamic_stack_free_now(vm_area)
            return None
        vm_area.pages[i] = page
        set_pte_at(vm_area, i, page)
        vm_area.nr_pages = i + 1
    return vm_area


@routine
def dynamic_stack_free_now(vm_area: VmArea) -> None:
    remove_vm_area(vm_area)
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        vm_area.pages[i] = null(Page)
        __free_page(page)
    kfree_vm_area(vm_area)


@implements(free_vmap_stack)
def dynamic_stack_free(vm_area: VmArea) -> None:
    if in_task():
        dynamic_stack_free_now(vm_area)
    else:
        vfree_atomic(vm_area)


@implements(task_forked)
def dynamic_stack_forked(child: Task) -> None:
    stack_grown[child] = False


@implements(stack_released)
def dynamic_stack_released(tsk: Task, vm_area: VmArea) -> None:
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        memcg_kmem_uncharge_page(vm_area.pages[i])


# -- CPUs come and go --


@implements(cpu_prepare)
def dynamic_stack_cpu_prepare(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            dynamic_stack_empty_pool(cpu)
            return False
        cpu.pool[i] = page
    return True


@routine
def dynamic_stack_empty_pool(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page is not None:
            cpu.pool[i] = None
            __free_page(page)


@implements(cpu_dead)
def dynamic_stack_cpu_dead(cpu: Cpu) -> None:
    dynamic_stack_empty_pool(cpu)
    needs_refill[cpu] = False


EXPECTED = (Expected(settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, events=("touch",), ladder=True),)
