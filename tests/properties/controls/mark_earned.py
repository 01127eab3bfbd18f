# SPDX-License-Identifier: GPL-2.0-only
"""Control of mark-earned: a mark that nobody takes off.

PLANTED=1: a child keeps the copy of its parent's mark. With no fault after the refill it finds nothing to refill, and takes the mark off for
nothing. PLANTED=2: the refill leaves the mark. PLANTED=3: a task's mark is left on where its slots are refilled as the switch
is finished, and not in the hook of __schedule. That is sound but for refill-eventually, as a task that picks itself forever finishes no
switch. PLANTED=4: the idle task is marked whenever it is next.
"""

from models.lifecycle import uncharge_stack

from checker.language import implements, invariant, parameter, routine
from models.rfc_v1 import alloc_vmap_stack_dynamic, is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Cpu,
    Gfp,
    Task,
    TaskFlags,
    TaskState,
    alloc_pages,
    memcg_kmem_charge_page,
    schedule_start,
    switch_finished,
    task_forked,
    this_cpu,
)
from spec.properties.at_rest import in_protocol

__all__ = ["alloc_vmap_stack_dynamic", "dynamic_stack_fault", "uncharge_stack"]

PLANTED = parameter(
    1,
    0,
    4,
    "0: no fault, 1: the mark is inherited, 2: refill leaves it, 3: the later refill leaves it, 4: idle is marked for nothing",
)
AT_FINISH = parameter(0, 0, 1, "where pages are charged and the pool is refilled, 0: before the switch, 1: as it is finished")


@routine
def refill(tsk: Task) -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if is_acquired(cpu.pool[i]):
            memcg_kmem_charge_page(not_acquired(cpu.pool[i]), Gfp.NOFAIL, tsk)
            cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if AT_FINISH == 0 and tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        refill(tsk)
        # Nobody looks at the mark of a dead task.
        if PLANTED != 2 and tsk.state is not TaskState.TASK_DEAD:
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(switch_finished)
def dynamic_stack_finish(tsk: Task) -> None:
    if AT_FINISH == 1 and tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        refill(tsk)
        if PLANTED != 3:
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
    if PLANTED == 4:
        next = this_cpu().current
        if next.idle:
            next.flags |= TaskFlags.PF_DYNAMIC_STACK


@implements(task_forked)
def clear_mark(child: Task) -> None:
    if PLANTED != 1:
        child.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@invariant("reached-marked", "{task} is marked, and at no hook")
def reached_marked(task: Task) -> bool:
    """Tasks are marked."""
    return not task.flags & TaskFlags.PF_DYNAMIC_STACK or in_protocol(task)


@invariant("reached-in-between", "{task} is marked, and all its pages are charged")
def reached_in_between(task: Task) -> bool:
    """The exemption of a refill at work is needed."""
    area = task.stack_vm_area
    if area is None or not task.flags & TaskFlags.PF_DYNAMIC_STACK or task.state is TaskState.TASK_DEAD:
        return True
    return any(area.pte[level] is not None and area.pte[level].memcg is None for level in range(STACK_PAGES))


@invariant("reached-child", "{cpu} runs {cpu.current}, marked, while a child of it comes to be")
def reached_child(child: Task, cpu: Cpu) -> bool:
    """Marked tasks fork."""
    return child.state is not TaskState.TASK_NEW or not cpu.current.flags & TaskFlags.PF_DYNAMIC_STACK
