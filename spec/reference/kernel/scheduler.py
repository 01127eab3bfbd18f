# SPDX-License-Identifier: GPL-2.0-only
"""Tasks take turns on the CPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec.reference.kernel.objects import Cpu, Task, TaskState
from spec.reference.kernel.operations import Atomic, Choice, Choose, Load, Steps, call
from spec.reference.kernel.stacks import put_task_stack

if TYPE_CHECKING:
    from spec.reference.kernel.kernel import Kernel


def may_run(kernel: Kernel, task: Task, cpu: Cpu) -> bool:
    """Whether the CPU may pick the task now."""
    if task is cpu.idle:
        return True
    return kernel.is_runnable(task, cpu) and kernel.protocol.may_switch_to(cpu, cpu.current, task)


def note_full_pool(kernel: Kernel, cpu: Cpu) -> None:
    if kernel.oom and kernel.pool_is_full(cpu):
        cpu.short = False


def before_pick(kernel: Kernel, prev: Task) -> Steps[None]:
    """What schedule() does with interrupts still on."""
    yield from call(kernel.protocol.schedule_start(prev))


def schedule(kernel: Kernel) -> Steps[None]:
    """__schedule(): picks the next task and switches to it. Preemption is off throughout; from the pick to the end of
    finish_task_switch rq->lock is held and interrupts are off."""
    prev: Task = yield Load(kernel.this_cpu(), "current")
    yield from before_pick(kernel, prev)

    def candidates() -> list[int]:
        cpu = kernel.this_cpu()
        return [task.index for task in kernel.tasks if may_run(kernel, task, cpu)]

    def is_candidate(index: Choice) -> bool:
        known = type(index) is int and 0 <= index < len(kernel.tasks)
        return known and may_run(kernel, kernel.tasks[int(index or 0)], kernel.this_cpu())

    def pick(index: int) -> Task:
        cpu = kernel.this_cpu()  # the hook may have slept, and gone on elsewhere
        note_full_pool(kernel, cpu)
        task = kernel.tasks[index]
        if task is not prev:
            task.on_cpu = True
            if not kernel.migrate and not task.idle:
                task.cpu = cpu
        return task

    next: Task = yield Choose("pick_next_task", candidates, pick, is_candidate)
    if next is prev:
        return

    def switch_stacks() -> None:
        cpu = kernel.this_cpu()
        cpu.stack = next
        cpu.previous = prev

    yield Atomic("switch_to", switch_stacks)
    # From here on this code waits until somebody switches back; what runs is next's, at the same place or at its beginning.
    yield from finish_task_switch(kernel)


def finish_task_switch(kernel: Kernel) -> Steps[None]:
    """The end of a switch, on the stack of the task that was switched to, and on whatever CPU did that."""

    def set_current() -> Task | None:
        cpu = kernel.this_cpu()
        cpu.current = cpu.stack
        return cpu.previous

    prev: Task = yield Atomic("set current", set_current)
    if kernel.protocol.has_switch_finished:
        yield from call(kernel.protocol.switch_finished(prev))

    def let_go() -> bool:
        cpu = kernel.this_cpu()
        note_full_pool(kernel, cpu)
        prev.on_cpu = False
        cpu.previous = None
        return kernel.tasks_end and prev.state is TaskState.TASK_DEAD

    if (yield Atomic("clear on_cpu", let_go)):
        yield from put_task_stack(kernel, prev)
