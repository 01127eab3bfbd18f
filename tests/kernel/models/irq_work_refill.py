# SPDX-License-Identifier: GPL-2.0-only
"""hardened, but that an irq_work refills the pool of its CPU: the fault handler queues it, and the hooks in the switch only charge."""

from checker.language import function, implements, in_routine, parameter
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_charge,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_is_marked,
    dynamic_stack_may_read,
    dynamic_stack_released,
    dynamic_stack_take_page,
    is_free_to_take,
    needs_refill,
    not_acquired,
    stack_grown,
)
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Cpu,
    Gfp,
    Level,
    Task,
    VmArea,
    alloc_pages,
    irq_work_queue,
    irq_work_run,
    owes_refill,
    set_pte_at,
    stack_fault,
    switch_finished,
    this_cpu,
)

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_may_read",
    "dynamic_stack_released",
]

IRQ_WORK_SHARED = parameter(0, 0, 1, "1: one irq_work for all CPUs")


@implements(stack_fault)
def map_and_ask_for_refill(tsk: Task, stack: VmArea, level: Level) -> bool:
    cpu = this_cpu()
    owner = cpu.stack
    if level >= STACK_PAGES or owner.stack_vm_area is not stack:
        return False
    needs_refill[cpu] = True
    stack_grown[owner] = True
    first = stack.nr_pages
    for at in range(first, level + 1):
        if not dynamic_stack_take_page(cpu, stack, at):
            return False
        taken = not_acquired(stack.pages[at])
        stack.pages[at] = taken
        set_pte_at(stack, at, taken)
        stack.nr_pages = at + 1
    irq_work_queue()
    return True


@implements(irq_work_run)
def fill_pool() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        needs_refill[cpu] = False
        for slot in range(POOL_SLOTS):
            if not is_free_to_take(cpu.pool[slot]):
                cpu.pool[slot] = alloc_pages(Gfp.ZERO)


@implements(switch_finished)
def charge_what_has_grown(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False


@implements(owes_refill)
@function
def work_is_on_its_way(cpu: Cpu, task: Task) -> bool:
    return needs_refill[cpu] or cpu.irq_work or in_routine(cpu, fill_pool)
