# SPDX-License-Identifier: GPL-2.0-only
"""__schedule and finish_task_switch."""

from checker.language import address, atomic, choose, every, function, in_routine, null, routine
from spec.kernel.architecture import CURRENT_WITH_STACK
from spec.kernel.hooks import may_switch_to, schedule_irqs_off, schedule_start, switch_finished, switch_prepare
from spec.kernel.mm.stack_cache import drop_stack_reference
from spec.kernel.parameters import MIGRATE, POOL_SLOTS, SWITCH_FAULT, TASKS_END
from spec.kernel.records import Cpu, Slot, Task, TaskState, this_cpu


@function
def is_runnable(task: Task, cpu: Cpu) -> bool:
    """Whether the task, which is not an idle task, is current on this CPU, or waits and may run here."""
    if task.idle or task.state is not TaskState.TASK_RUNNING:
        return False
    # A task that must not migrate still runs on a CPU that goes down, which waits for it (balance_push).
    if not (cpu.online if task.pinned_to is None else task.pinned_to is cpu):
        return False
    if task is cpu.current:
        return True
    return not task.on_cpu and (MIGRATE or task.cpu is None or task.cpu is cpu or not task.cpu.online)


@function
def may_run(task: Task, cpu: Cpu) -> bool:
    """Whether pick-next on this CPU may take the task."""
    return task is cpu.idle or (is_runnable(task, cpu) and may_switch_to(cpu, cpu.current, task))


@function
def is_usable(cpu: Cpu, slot: Slot) -> bool:
    """Whether a fault could take the page of this slot: there is one, without a tag."""
    return cpu.pool[slot] is not None and not address(cpu.pool[slot]) & 1


@function
def in_scheduler(task: Task) -> bool:
    """Whether the task is anywhere between the start of __schedule and the end of finish_task_switch."""
    if in_routine(task, __schedule) or in_routine(task, finish_task_switch):
        return True
    return CURRENT_WITH_STACK and any(cpu.stack is task and is_first_run(cpu) for cpu in every(Cpu))


@function
def is_first_run(cpu: Cpu) -> bool:
    """Whether the CPU has switched to a task that has never run, and stands before its finish_task_switch."""
    task = cpu.stack
    return cpu.previous is not None and not in_routine(task, __schedule) and not in_routine(task, finish_task_switch)


@function
def interrupts_on(task: Task) -> bool:
    """Whether the task's code runs with interrupts on: outside of __schedule, or in the first part of it, up to where the hook
    has returned. Left out: interrupts in the last part of finish_task_switch, where a dead task's stack is released."""
    return not in_scheduler(task) or in_routine(task, before_pick)


@routine
def before_pick(prev: Task) -> None:
    """The part of __schedule that runs with interrupts on."""
    schedule_start(prev)


@routine(noinline=True)
def __schedule() -> None:
    """__schedule(): picks the next task and switches to it. Linux: with preemption off throughout, under rq->lock from
    before the pick until finish_task_switch. Left out: blocking and waking (a task may always be picked again),
    priorities and balancing (any task that may run may be picked)."""
    cpu = this_cpu()
    prev = cpu.current
    before_pick(prev)
    schedule_irqs_off(prev)
    with atomic("pick_next_task: rq->lock is held and interrupts are off"):
        # The hook may have slept and resumed on another CPU.
        cpu = this_cpu()
        note_full_pool(cpu)
        next = pick_next_task(cpu)
        if next is not prev:
            next.on_cpu = True
            if not MIGRATE and not next.idle:
                next.cpu = cpu
    if next is not prev:
        switch_prepare(prev, next)
        with atomic("one load of the stack pointer; the architecture hands prev over in a register"):
            cpu.stack = next
            cpu.previous = prev
            if CURRENT_WITH_STACK:
                cpu.current = next
        # From here this frame sleeps. What runs is next's own frame: at this same place, or in ret_from_fork.
        finish_task_switch()


@routine
def pick_next_task(cpu: Cpu) -> Task:
    """pick_next_task(): any task that may run on this CPU; part of the one step in __schedule."""
    next = choose(task for task in every(Task) if may_run(task, cpu))
    if next is cpu.idle:
        return pick_task_idle(cpu)
    return next


@routine
def pick_task_idle(cpu: Cpu) -> Task:
    """pick_task_idle(): called by pick_next_task where it takes the idle task, as part of its one step."""
    return cpu.idle


@routine
def note_full_pool(cpu: Cpu) -> None:
    """For the property capacity only."""
    if all(is_usable(cpu, slot) for slot in range(POOL_SLOTS)):
        cpu.short = False


@routine
def end_of_switch() -> None:
    """The end of cpu_switch_to, on next's stack: it returns, and the caller's frame is the first thing there."""
    with atomic("the return to who called it: nothing but registers and the stack"):
        pass


@routine
def finish_task_switch() -> None:
    """The end of a switch, on the stack of the task switched to, maybe on another CPU than the one it left: the store to
    `current`, which x86 does in __switch_to, and finish_task_switch. As in Linux the state of `prev` is read before its
    on_cpu is cleared: from then on another CPU may run it, and it may die there, whose stack is released by that CPU."""
    if SWITCH_FAULT and CURRENT_WITH_STACK:
        end_of_switch()
    with atomic("one store to this CPU's own current_task, with interrupts off; the rest is registers"):
        cpu = this_cpu()
        if not CURRENT_WITH_STACK:
            cpu.current = cpu.stack
        prev = cpu.previous
    switch_finished(prev)
    with atomic("one store with release semantics, after prev's state was read, which nobody else writes till then"):
        note_full_pool(cpu)
        ended = prev.state is TaskState.TASK_DEAD if TASKS_END else False
        prev.on_cpu = False
        cpu.previous = null(Task)
    if TASKS_END and ended:
        drop_stack_reference(prev)
