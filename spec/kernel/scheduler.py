# SPDX-License-Identifier: GPL-2.0-only
"""Tasks at work, and __schedule."""

from checker.language import atomic, choose, every, function, null, require, routine
from spec.kernel.hooks import may_switch_to, schedule_start, switch_finished
from spec.kernel.parameters import MIGRATE
from spec.kernel.records import Cpu, Task, this_cpu


@function
def may_run(task: Task, cpu: Cpu) -> bool:
    """Whether pick-next on this CPU may take the task: its own current, its idle task, or a task that waits."""
    if task is cpu.idle:
        return True
    if task.idle or not may_switch_to(cpu, cpu.current, task):
        return False
    return task is cpu.current or (not task.on_cpu and (MIGRATE or task.cpu is None or task.cpu is cpu))


@routine(noinline=True)
def __schedule() -> None:
    """__schedule(): picks the next task and switches to it. Linux: with preemption off throughout, under rq->lock from
    before the pick until finish_task_switch. Left out: blocking and waking (a task may always be picked again),
    priorities and balancing (any task that may run may be picked)."""
    cpu = this_cpu()
    prev = cpu.current
    schedule_start(prev)
    with atomic("pick_next_task: rq->lock is held and interrupts are off"):
        next = pick_next_task(cpu)
        if next is not prev:
            next.on_cpu = True
            if not MIGRATE and not next.idle:
                next.cpu = cpu
    if next is not prev:
        with atomic("one load of the stack pointer; the architecture hands prev over in a register"):
            cpu.stack = next
            cpu.previous = prev
        # From here this frame sleeps. What runs is next's own frame: at this same place, or in ret_from_fork.
        finish_task_switch()


@routine
def finish_task_switch() -> None:
    """The end of a switch, on the stack of the task switched to, maybe on another CPU than the one it left: the store to
    `current`, which Linux does in __switch_to, and finish_task_switch."""
    with atomic("one store to this CPU's own current_task, with interrupts off; the rest is registers"):
        cpu = this_cpu()
        cpu.current = cpu.stack
        prev = cpu.previous
    switch_finished(prev)
    with atomic("one store with release semantics; that `last` is forgotten costs the machine nothing"):
        prev.on_cpu = False
        cpu.previous = null(Task)


@routine
def plain_work() -> None:
    """All that a task does between two schedules. Its stack faults strike as events (faults.py); each ends before the
    next begins, so that one step stands for all of it."""
    with atomic("nothing that the task does here is seen by the model"):
        pass


@routine
def ret_from_fork() -> None:
    """A task's life, from its first run on."""
    finish_task_switch()
    while True:
        plain_work()
        __schedule()


@routine
def cpu_idle() -> None:
    """The idle task: it leaves only when there is another task that may run here."""
    while True:
        with atomic("need_resched is set by a wakeup, looked at with interrupts off"):
            cpu = this_cpu()
            require(any(may_run(task, cpu) for task in every(Task) if not task.idle))
        __schedule()


@routine
def pick_next_task(cpu: Cpu) -> Task:
    """pick_next_task(): any task that may run on this CPU; part of the one step in __schedule."""
    return choose(task for task in every(Task) if may_run(task, cpu))
