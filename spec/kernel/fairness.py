# SPDX-License-Identifier: GPL-2.0-only
"""What is assumed of the kernel and its surroundings where liveness is demanded. Without any of it nothing ever has to happen.

Assumed by the checker itself, for every model (docs/reference/runs.md, "Runs"): a CPU that can step does, and what interrupts
it between two of its steps comes to an end."""

from checker.language import calls, every, fair, function, has_frames, in_routine
from spec.kernel.entry.exceptions import run_irq_work
from spec.kernel.entry.interrupts import takes_interrupts
from spec.kernel.hooks import keeps_idle_awake, may_switch_to
from spec.kernel.locking.locks import Mutex, RawSpinlock
from spec.kernel.locking.mutexes import mutex_lock
from spec.kernel.locking.spinlocks import take_raw_spinlock
from spec.kernel.mm.allocator_locking import lock_vmap, lock_zone
from spec.kernel.mm.allocator_locks import allocator_locks
from spec.kernel.mm.memory import alloc_pages, get_page_from_freelist
from spec.kernel.parameters import ALLOCATOR_FAULT
from spec.kernel.records import Cpu, Task
from spec.kernel.sched.scheduler import __schedule, is_runnable, may_run, pick_next_task, pick_task_idle
from spec.kernel.tasks.hotplug import wants_callback


@function
def may_be_picked(task: Task) -> bool:
    """Whether a CPU picks its next task, and may take this one."""
    return not task.idle and any(calls(cpu, pick_next_task) and may_run(task, cpu) for cpu in every(Cpu))


@fair("a task that CPUs could pick again and again is on a CPU again and again", given=may_be_picked)
def tasks_run(task: Task) -> bool:
    """The scheduler starves nobody that it can choose. What a CPU does that never comes to choose is another matter."""
    return task.on_cpu


@function
def is_refused(cpu: Cpu, task: Task) -> bool:
    """Whether the CPU picks its next task, and must not take this one, which waits for it."""
    return calls(cpu, pick_next_task) and is_runnable(task, cpu) and not may_switch_to(cpu, cpu.current, task)


@fair(
    "where may_switch_to refuses a task again and again, the scheduler picks idle in its place again and again",
    given=is_refused,
)
def idle_gives_way(cpu: Cpu, task: Task) -> bool:
    """A task that must not follow the one before it follows idle, if idle is let in between. Who picks the task that is there
    already, again and again, starves the other as much as who does not choose it. Where nobody is refused, nothing is assumed."""
    return calls(cpu, pick_task_idle) and is_refused(cpu, task)


@function
def may_leave_idle(cpu: Cpu) -> bool:
    """Whether the CPU steps its idle task, with another task there that waits for it, or a tick to wake it."""
    if cpu.stack is not cpu.idle or has_frames(cpu):
        return False
    return (cpu.online and keeps_idle_awake(cpu)) or any(is_runnable(task, cpu) for task in every(Task))


@fair("an idle CPU that could run a task again and again enters __schedule again and again", given=may_leave_idle)
def idle_schedules(cpu: Cpu) -> bool:
    """need_resched is seen. (A CPU that runs a task enters __schedule anyway: its steps lead there.) An idle CPU that never
    has anything to run need not enter __schedule, also in Linux."""
    return calls(cpu, __schedule)


@fair("the hotplug thread of a CPU that waits to run is picked again and again", given=wants_callback)
def hotplug_thread_runs(cpu: Cpu) -> bool:
    """It has the highest priority; the idle task stands for it."""
    return calls(cpu, pick_task_idle)


@function
def waits_for_irq_work(cpu: Cpu) -> bool:
    """Whether irq_work is queued on the CPU, and its interrupt could come."""
    return cpu.irq_work and takes_interrupts(cpu)


@fair(
    "where a CPU again and again could take the interrupt for irq_work that is queued, it runs again and again",
    given=waits_for_irq_work,
)
def irq_work_runs(cpu: Cpu) -> bool:
    """An interrupt that a CPU sends itself is delivered, sooner or later."""
    return in_routine(cpu, run_irq_work)


@function
def waits_for_allocator(cpu: Cpu) -> bool:
    """Whether code on the CPU is about to take a lock of the allocators that others take, too."""
    task = cpu.stack
    if in_routine(cpu, lock_zone) or in_routine(task, lock_zone):
        return True
    return in_routine(cpu, lock_vmap) or in_routine(task, lock_vmap)


@function
def could_take_from_allocators(cpu: Cpu) -> bool:
    """Whether it could take it now."""
    return ALLOCATOR_FAULT and waits_for_allocator(cpu) and allocator_locks().zone is None and allocator_locks().vmap is None


@fair("a CPU that waits for a lock of the allocators takes it, if all are free again and again", given=could_take_from_allocators)
def allocators_locks_are_queues(cpu: Cpu) -> bool:
    """Who waits longest is served first (kernel/locking/qspinlock.c): nobody waits while others take it again and again."""
    return not waits_for_allocator(cpu)


@function
def all_spinlocks_are_free() -> bool:
    """For which one somebody waits cannot be asked here."""
    return all(lock.holder is None for lock in every(RawSpinlock))


@function
def task_could_take_spinlock(task: Task) -> bool:
    """Whether the task waits for a spinlock, and can have it now."""
    return in_routine(task, take_raw_spinlock) and all_spinlocks_are_free()


@fair("a task that waits for a spinlock takes it, if all are free again and again", given=task_could_take_spinlock)
def spinlocks_are_queues(task: Task) -> bool:
    """As with the locks of the allocators."""
    return not in_routine(task, take_raw_spinlock)


@function
def exception_could_take_spinlock(cpu: Cpu) -> bool:
    """Whether an exception on the CPU does."""
    return in_routine(cpu, take_raw_spinlock) and all_spinlocks_are_free()


@fair("an exception that waits for a spinlock takes it, if all are free again and again", given=exception_could_take_spinlock)
def spinlocks_are_queues_in_exceptions(cpu: Cpu) -> bool:
    """And so in exceptions and interrupts."""
    return not in_routine(cpu, take_raw_spinlock)


@function
def could_take_mutex(task: Task) -> bool:
    """Whether the task waits for a mutex, and all are free."""
    return in_routine(task, mutex_lock) and all(mutex.owner is None for mutex in every(Mutex))


@fair("a task that waits for a mutex takes it, if all mutexes are free again and again", given=could_take_mutex)
def mutexes_are_handed_over(task: Task) -> bool:
    """Who has waited long enough is handed the mutex (MUTEX_FLAG_HANDOFF, kernel/locking/mutex.c)."""
    return not in_routine(task, mutex_lock)


@function
def attempts_allocation(cpu: Cpu) -> bool:
    """Whether an allocation begins on the CPU."""
    return calls(cpu, alloc_pages)


@fair("of a CPU's allocations, if it attempts them again and again, one succeeds again and again", given=attempts_allocation)
def allocations_succeed(cpu: Cpu) -> bool:
    """Memory is short for a time, not forever."""
    return calls(cpu, get_page_from_freelist)
