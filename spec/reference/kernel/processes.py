# SPDX-License-Identifier: GPL-2.0-only
"""What tasks do all their life, and how it begins and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec.reference.kernel.failures import DirtyPage, Halted, RemoteFault, WildPointer
from spec.reference.kernel.hotplug import can_be_plugged, cpu_hotplug
from spec.reference.kernel.objects import Cpu, Task, TaskState
from spec.reference.kernel.operations import Atomic, Choose, Load, Steps, Store, Wait, call, in_use, last_call
from spec.reference.kernel.scheduler import finish_task_switch, schedule
from spec.reference.kernel.stacks import alloc_thread_stack_node, delayed_vfree_work, waiting_for_vfree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec.reference.kernel.kernel import Kernel
    from spec.reference.kernel.operations import Choice

NOTHING, FORK, EXIT, HOTPLUG, VFREE = "NOTHING", "FORK", "EXIT", "HOTPLUG", "VFREE"


def ret_from_fork(kernel: Kernel) -> Steps[bool]:
    """Where a task begins, when somebody has switched to it for the first time."""
    yield from finish_task_switch(kernel)
    return False


def task_round(kernel: Kernel) -> Steps[bool]:
    """What a task does from one schedule() to the next."""
    work = yield from plain_work(kernel)
    if (kernel.oops_continues and (yield from is_killed(kernel))) or work == EXIT:
        return (yield from do_exit(kernel))
    if work == FORK:
        yield from copy_process(kernel)
    elif work == HOTPLUG:
        yield from cpu_hotplug(kernel)
    elif work == VFREE:
        yield from delayed_vfree_work(kernel)
    yield from last_call(schedule(kernel))
    return True


def idle_round(kernel: Kernel) -> Steps[bool]:
    """The idle task waits until there is something to run, whether or not it may be picked yet."""

    def need_resched() -> bool:
        cpu = kernel.this_cpu()
        if not cpu.online:
            return False
        return kernel.protocol.keeps_idle_awake(cpu) or any(kernel.is_runnable(task, cpu) for task in kernel.tasks)

    yield Wait("need_resched", need_resched)
    yield from last_call(schedule(kernel))
    return True


def plain_work(kernel: Kernel) -> Steps[str]:
    """All that is of no concern here, stack faults apart; and what it leads to."""

    def decisions() -> Sequence[Choice] | None:
        if not (kernel.fork or kernel.tasks_end or kernel.hotplug):
            return None
        cpu = kernel.this_cpu()
        found = [NOTHING]
        if kernel.fork and any(map(kernel.is_unused, kernel.tasks)):
            found.append(FORK)
        if kernel.exit and not kernel.is_last(cpu.current):
            found.append(EXIT)
        if kernel.hotplug and any(can_be_plugged(other, cpu) for other in kernel.cpus):
            found.append(HOTPLUG)
        if kernel.tasks_end and waiting_for_vfree(kernel):
            found.append(VFREE)
        return found

    work: str | None = yield Choose("plain work", decisions, lambda choice: choice)
    return NOTHING if work is None else work


def is_killed(kernel: Kernel) -> Steps[bool]:
    """Whether an oops has killed the task since it was last asked."""
    task: Task = yield Load(kernel.this_cpu(), "current")
    killed: bool = yield Load(task, "killed")
    return killed


def do_exit(kernel: Kernel) -> Steps[bool]:
    """The end of a task. Should a new one take its place in the table of tasks, that goes on here when schedule() returns."""
    task: Task = yield Load(kernel.this_cpu(), "current")
    if kernel.protocol.has_exit_task_stack_account:
        yield from call(kernel.protocol.exit_task_stack_account(task))

    def die() -> None:
        if kernel.is_last(task):
            raise Halted("init is killed")
        task.killed = False
        task.state = TaskState.TASK_DEAD

    yield Atomic("do_task_dead", die)
    yield from last_schedule(kernel)
    return False


def last_schedule(kernel: Kernel) -> Steps[None]:
    """What a dead task does last. Whoever goes on from here is a new one, and comes to its plain work next."""
    yield from call(schedule(kernel))


def copy_process(kernel: Kernel) -> Steps[None]:
    """A child, if there is a place for it in the table of tasks, and memory for its stack."""

    def candidates() -> list[int] | None:
        return [task.index for task in kernel.tasks if kernel.is_unused(task)] or None

    def duplicate(index: int | None) -> Task | None:
        if index is None:
            return None
        child = kernel.tasks[index]
        child.state = TaskState.TASK_NEW
        child.flags = kernel.this_cpu().current.flags
        child.cpu = None
        return child

    child: Task | None = yield Choose("dup_task_struct", candidates, duplicate)
    if child is None:
        return
    if kernel.protocol.has_task_forked:
        yield from call(kernel.protocol.task_forked(child))
    if (yield from alloc_thread_stack_node(kernel, child)):
        yield Atomic("wake_up_new_task", lambda: wake_up_new_task(kernel, child))
    else:
        yield Store(child, "state", TaskState.TASK_DEAD)


def wake_up_new_task(kernel: Kernel, child: Task) -> None:
    """The child begins to use its stack, on which its parent has written the first frame."""
    stack = in_use(child.stack_vm_area)
    if kernel.mapped(stack, 0) is None:
        parent = kernel.this_cpu().current
        raise RemoteFault(f"{parent} writes the first frame of {child} to level 0 of {stack}, which is not mapped")
    pages = []
    for level in range(kernel.stack_pages):
        page = kernel.mapped(stack, level)
        if page is not None:
            if not page.allocated:
                raise WildPointer(f"{page} is mapped at level {level} of {stack}, and is free")
            if page.dirty or page in pages:
                raise DirtyPage(f"{child} begins on {stack} with data of others in {page} at level {level}")
            pages.append(page)
    for page in pages:
        page.dirty = True
    child.state = TaskState.TASK_RUNNING


def is_at_plain_work(cpu: Cpu) -> bool:
    """Whether the task on the CPU is at its plain work: not in a system call, and not between schedule() and the end of
    finish_task_switch()."""
    inside = cpu.stack.context.inside
    if not inside:  # between two rounds
        return True
    if "plain_work" in inside or "is_killed" in inside:
        return True
    return "last_schedule" in inside and not inside & {"schedule", "finish_task_switch"}
