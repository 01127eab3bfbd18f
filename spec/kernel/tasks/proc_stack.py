# SPDX-License-Identifier: GPL-2.0-only
"""A task reads another's stack, with a reference to it."""

from checker.language import atomic, check, choose, every, function, routine
from spec.kernel.entry.depth import depth_in_use
from spec.kernel.mm.task_stack import put_task_stack, try_get_task_stack
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Task, TaskState, this_cpu
from spec.properties.remote_access import remote_access


@function
def is_listed(task: Task) -> bool:
    """Whether others find the task: from wake_up_new_task until its stack is gone."""
    return not task.idle and task.state is not TaskState.TASK_NEW and task.stack_vm_area is not None


@function
def is_there_another(reader: Task) -> bool:
    return any(task is not reader and is_listed(task) for task in every(Task))


@routine
def proc_pid_stack() -> None:
    """proc_pid_stack(), a read of /proc/PID/stack (fs/proc/base.c): stack_trace_save_tsk() takes a reference to the stack, reads
    its frames from the saved stack pointer up, and gives the reference back. They are to be mapped all the time. Left out: that
    it reads them one after the other."""
    with atomic("find_task_by_pid_ns under RCU, and a reference to the task_struct"):
        reader = this_cpu().current
        if not is_there_another(reader):
            return
        task = choose(other for other in every(Task) if other is not reader and is_listed(other))
    if try_get_task_stack(task):
        with atomic("the frames, as they are at this moment"):
            stack = task.stack_vm_area
            check(
                stack is not None,
                remote_access,
                "{this_cpu().current} holds a reference to {task}'s stack, but the stack has been released",
            )
            check(
                all(stack.pte[level] is not None for level in range(STACK_PAGES) if level <= depth_in_use(task)),
                remote_access,
                "{this_cpu().current} holds a reference to {task}'s stack, {stack}, but its frames are not mapped",
            )
        put_task_stack(task)
