# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1_nr_fixed that has something to do with dead tasks' stacks, or with references to stacks."""

from checker.language import atomic, choose, every, implements, in_routine, inherit, invariant, null, parameter, routine
from spec.kernel import (
    Level,
    Page,
    Task,
    TaskState,
    VmArea,
    put_task_stack,
    schedule_irqs_off,
    stack_fault,
    stack_released,
    switch_finished,
    try_get_task_stack,
)
from spec.kernel.mm.stack_cache import release_task_stack
from spec.kernel.sched.scheduler import finish_task_switch

inherit("models.rfc_v1_nr_fixed")

STACK_REFCOUNT = parameter(1, 0, 1, "1: references to stacks are counted")
UNMAPS = parameter("never", ("never", "off-cpu", "released"), "when the first page of a dead task's stack is unmapped")
TAKES = parameter("none", ("none", "for-a-look", "in-a-fault", "puts-only"), "the protocol's own references")


@routine
def unmap(stack: VmArea) -> None:
    with atomic("the task is dead"):
        stack.pte[0] = null(Page)


@implements(switch_finished)
def unmap_off_cpu(prev: Task) -> None:
    if UNMAPS == "off-cpu" and prev.state is TaskState.TASK_DEAD:
        unmap(prev.stack_vm_area)


@implements(stack_released)
def unmap_released(task: Task, stack: VmArea) -> None:
    if UNMAPS == "released":
        unmap(stack)


@implements(schedule_irqs_off)
def look_at_another(prev: Task) -> None:
    if TAKES == "for-a-look" or TAKES == "puts-only":
        with atomic("a task that it knows, or itself, which it leaves alone"):
            task = choose(other for other in every(Task) if other is prev or not other.idle)
            if task is prev:
                return
        if TAKES == "puts-only" or try_get_task_stack(task):
            put_task_stack(task)


@implements(stack_fault)
def keep_it_in_a_fault(task: Task, stack: VmArea, level: Level) -> bool:
    if TAKES == "in-a-fault" and try_get_task_stack(task):
        put_task_stack(task)
    return False


@invariant("released-by-its-cpu", "{task} releases a stack, and not in finish_task_switch")
def released_by_its_cpu(task: Task) -> bool:
    """Whoever gives back the last reference releases the stack."""
    return not in_routine(task, release_task_stack) or in_routine(task, finish_task_switch)
