# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, invariant
from spec.kernel.hooks import is_marked
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Cpu, Task, TaskState
from spec.properties.at_rest import fault_active, in_protocol


@invariant("mark-earned", "{task} is marked to refill a pool, and each page of its stack is charged")
def mark_earned(task: Task) -> bool:
    """A marked task charges what it finds taken when it leaves the CPU. If the mark is not its own, as that of a child which has
    copied its parent's flags, what it finds belongs to others. Demanded: a task that is marked, and at no hook of the
    protocol and not leaving a CPU, has a page in its stack that is not charged yet."""
    if not is_marked(task) or task.state is TaskState.TASK_DEAD:
        return True
    if in_protocol(task) or fault_active(task) or any(cpu.previous is task for cpu in every(Cpu)):
        return True
    stack = task.stack_vm_area
    if stack is None:
        return task.state is TaskState.TASK_NEW
    return any(stack.pte[level] is not None and stack.pte[level].memcg is None for level in range(STACK_PAGES))
