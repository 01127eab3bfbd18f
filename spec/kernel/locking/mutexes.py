# SPDX-License-Identifier: GPL-2.0-only
"""Mutexes."""

from checker.language import atomic, check, function, has_frames, null, require, routine
from spec.kernel.locking.lock_order import note_order, number_of_mutex
from spec.kernel.locking.locks import Mutex
from spec.kernel.records import Cpu, Task, this_cpu
from spec.kernel.sched.scheduler import __schedule
from spec.properties.lock_held import lock_held
from spec.properties.lock_recursion import lock_recursion


@function
def can_block(cpu: Cpu) -> bool:
    """Whether there is somebody who can be put to sleep."""
    return not has_frames(cpu) and not cpu.stack.idle


@routine
def might_sleep_for_mutex() -> None:
    """might_sleep(): no-sleep-atomic looks for code that stands here."""
    with atomic("a place to stand at, also where nothing comes before it"):
        pass


@routine
def mutex_lock(mutex: Mutex) -> None:
    """mutex_lock(): waits until nobody has the mutex; meanwhile other tasks run on the CPU. Left out: that the waiting is a
    queue (the task may be picked, and looks again), that it spins for a time, and priorities.

    Context: process. It sleeps (kernel/locking/mutex.c)."""
    might_sleep_for_mutex()
    waits = True
    while waits:
        with atomic("one compare-and-exchange of mutex->owner"):
            cpu = this_cpu()
            task = cpu.stack
            check(mutex.owner is not task, lock_recursion, "{task} waits for {mutex}, which it holds already")
            # Who cannot sleep, and should not be here, waits as for a spinlock.
            require(mutex.owner is None or can_block(cpu))
            note_order(cpu, number_of_mutex(mutex))
            waits = mutex.owner is not None
            if not waits:
                mutex.owner = task
        if waits:
            __schedule()


@routine
def mutex_unlock(mutex: Mutex) -> None:
    """mutex_unlock(), by the task that has it."""
    with atomic("one store to mutex->owner with release semantics"):
        task = this_cpu().stack
        check(mutex.owner is task, lock_held, "{task} unlocks {mutex}, which {mutex.owner if mutex.owner else 'nobody'} holds")
        mutex.owner = null(Task)


@routine
def mutex_trylock(mutex: Mutex) -> bool:
    """mutex_trylock(): takes the mutex if nobody has it, and says whether.

    Context: process."""
    with atomic("one compare-and-exchange of mutex->owner"):
        if mutex.owner is not None:
            return False
        mutex.owner = this_cpu().stack
        return True
