# SPDX-License-Identifier: GPL-2.0-only
from checker.language import address, every, function, invariant
from spec.kernel.hooks import is_marked
from spec.kernel.parameters import POOL_SLOTS, STACK_PAGES
from spec.kernel.records import Cpu, Task, TaskState
from spec.properties.at_rest import fault_active, is_being_left, is_leaving


@function
def has_tagged_slot(task: Task) -> bool:
    """Whether a slot is tagged on the CPU that the task is on, or is leaving."""
    return any(
        bool(address(cpu.pool[slot]) & 1)
        for cpu in every(Cpu)
        if cpu.stack is task or cpu.previous is task
        for slot in range(POOL_SLOTS)
    )


@invariant("mark-earned", "{task} is marked to refill a pool, but has no slot to refill and no page left to charge")
def mark_earned(task: Task) -> bool:
    """A marked task charges to itself the pages that it finds taken when it leaves the CPU. If it did not earn the mark, as a
    child that has copied its parent's flags, those pages belong to others. Demanded: for a task that is marked, and not at a
    hook of __schedule, there is something to do: a page in its stack that is not charged yet, or a slot to refill on its CPU."""
    if not is_marked(task) or task.state is TaskState.TASK_DEAD:
        return True
    if is_leaving(task) or fault_active(task) or is_being_left(task) or has_tagged_slot(task):
        return True
    stack = task.stack_vm_area
    if stack is None:
        return task.state is TaskState.TASK_NEW
    return any(stack.pte[level] is not None and stack.pte[level].memcg is None for level in range(STACK_PAGES))
