# SPDX-License-Identifier: GPL-2.0-only
"""When the demands on a stack hold: not while its own fault handler is at work on it."""

from checker.language import address, every, function, in_routine, reference
from spec.kernel.entry.exceptions import in_stack_fault, run_irq_work
from spec.kernel.hooks import (
    alloc_vmap_stack,
    cpu_dead,
    cpu_offline,
    cpu_prepare,
    exit_task_stack_account,
    fork_init,
    free_vmap_stack,
    protocol_at_work,
    schedule_irqs_off,
    schedule_start,
    shrinker_scan,
    stack_released,
    switch_finished,
    switch_prepare,
    task_forked,
)
from spec.kernel.parameters import BOOT, POOL_SLOTS, RECLAIM, STACK_PAGES
from spec.kernel.records import Cpu, Level, Page, Task, VmArea


@function
def fault_active(task: Task) -> bool:
    """Whether a fault on this task's stack is being handled."""
    return any(cpu.stack is task and in_stack_fault(cpu) for cpu in every(Cpu))


@function
def is_leaving(task: Task) -> bool:
    """Whether the task is inside one of the protocol's hooks in __schedule, on its way off the CPU."""
    return in_routine(task, schedule_start) or in_routine(task, schedule_irqs_off) or in_routine(task, switch_prepare)


@function
def is_being_left(task: Task) -> bool:
    """Whether the protocol is at work for the task on the stack of the one that comes after it."""
    return any(cpu.previous is task and in_routine(cpu.stack, switch_finished) for cpu in every(Cpu))


@function
def is_switched(task: Task) -> bool:
    """Whether the protocol is at work in __schedule for the task, which leaves or comes."""
    return (
        is_leaving(task)
        or in_routine(task, switch_finished)
        or is_being_left(task)
        or any(in_routine(other, switch_prepare) for other in every(Task))
    )


@function
def is_changing(task: Task) -> bool:
    """Whether the protocol may be changing the task's stack: in a fault on it, as it is switched, or in a shrinker."""
    return fault_active(task) or is_switched(task) or (RECLAIM and any(in_routine(other, shrinker_scan) for other in every(Task)))


@function
def is_tagged_in_a_slot(page: Page) -> bool:
    """Whether a pool slot holds the page with a tag."""
    return any(cpu.pool[slot] is reference(Page, address(page) | 1) for cpu in every(Cpu) for slot in range(POOL_SLOTS))


@function
def is_listed_later(stack: VmArea, level: Level) -> bool:
    """Whether the page at that level is neither listed nor counted, and a slot still says that it was taken: what is made of the
    slot makes up for it."""
    page = stack.pte[level]
    if level < stack.nr_pages or any(stack.pages[i] is page for i in range(STACK_PAGES)):
        return False
    return is_tagged_in_a_slot(page)


@function
def in_protocol(task: Task) -> bool:
    """Whether the task is inside one of the protocol's hooks."""
    return (
        is_leaving(task)
        or in_routine(task, switch_finished)
        or in_routine(task, task_forked)
        or in_routine(task, alloc_vmap_stack)
        or in_routine(task, free_vmap_stack)
        or in_routine(task, exit_task_stack_account)
        or in_routine(task, stack_released)
        or in_routine(task, cpu_prepare)
        or in_routine(task, cpu_dead)
        or in_routine(task, cpu_offline)
        or (RECLAIM and in_routine(task, shrinker_scan))
        or (BOOT and in_routine(task, fork_init))
    )


@function
def protocol_active() -> bool:
    """Whether any CPU or task is inside one of the protocol's hooks or a fault, or, as the model says, elsewhere in it."""
    return (
        any(in_stack_fault(cpu) or in_routine(cpu, free_vmap_stack) or in_routine(cpu, run_irq_work) for cpu in every(Cpu))
        or any(in_protocol(task) for task in every(Task))
        or protocol_at_work()
    )
