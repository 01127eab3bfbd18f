# SPDX-License-Identifier: GPL-2.0-only
"""exit."""

from checker.language import atomic, halt, routine
from spec.kernel.hooks import exit_task_stack_account
from spec.kernel.records import TaskState, this_cpu
from spec.kernel.tasks.plain_work import end_of_round, is_last


@routine
def do_exit() -> None:
    """do_exit(), from exit_task_stack_account to the last __schedule. What follows happens in finish_task_switch, on the
    stack of another task; if a new task takes this one's place in the model, it goes on from here, which is as good as
    ret_from_fork: it begins with finish_task_switch."""
    with atomic("current: one load, also where the task is preempted and goes on elsewhere"):
        task = this_cpu().current
    exit_task_stack_account(task)
    with atomic("do_task_dead: preemption and interrupts are off"):
        if is_last(task):
            halt("init is killed")
        task.killed = False
        task.state = TaskState.TASK_DEAD
    end_of_round()
