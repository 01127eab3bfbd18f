# SPDX-License-Identifier: GPL-2.0-only
"""A section of do_exit in which a task wants to be alone, or to stay where it is, and what it does for that."""

from checker.language import (
    Per,
    atomic,
    every,
    function,
    implements,
    in_routine,
    instance,
    invariant,
    null,
    parameter,
    per,
    routine,
)
from spec.kernel import (
    Cpu,
    Mutex,
    Spinlock,
    Task,
    exit_task_stack_account,
    local_irq_restore,
    local_irq_save,
    migrate_disable,
    migrate_enable,
    mutex_lock,
    mutex_unlock,
    preempt_disable,
    preempt_enable,
    schedule_start,
    spin_lock,
    spin_unlock,
    this_cpu,
)

GUARD = parameter(
    0,
    0,
    6,
    "0: nothing, 1: preempt_disable, 2: local_irq_save, 3: a mutex, 4: a spinlock, 5: migrate_disable, "
    "6: a spinlock, which the hook of __schedule takes as well",
)
SPINLOCKS = 1
MUTEXES = 1

here: Per[Task, Cpu | None] = per(Task, None)


@routine
def section(task: Task) -> None:
    with atomic("one look at where it is"):
        here[task] = this_cpu()
    with atomic("a place to stand at"):
        pass
    here[task] = null(Cpu)


@implements(exit_task_stack_account)
def leave(task: Task) -> None:
    if GUARD == 1:
        preempt_disable()
        section(task)
        preempt_enable()
    elif GUARD == 2:
        flags = local_irq_save()
        section(task)
        local_irq_restore(flags)
    elif GUARD == 3:
        mutex_lock(instance(Mutex, 0))
        section(task)
        mutex_unlock(instance(Mutex, 0))
    elif GUARD == 4 or GUARD == 6:
        spin_lock(instance(Spinlock, 0))
        section(task)
        spin_unlock(instance(Spinlock, 0))
    elif GUARD == 5:
        migrate_disable()
        section(task)
        migrate_enable()
    else:
        section(task)


@implements(schedule_start)
def schedule(prev: Task) -> None:
    if GUARD == 6:
        spin_lock(instance(Spinlock, 0))
        spin_unlock(instance(Spinlock, 0))


@function
def is_inside(task: Task) -> bool:
    return here[task] is not None


@invariant("alone", "{task} is in the section, and so is another task")
def alone(task: Task) -> bool:
    """Two tasks in the section see half of what the other does."""
    return not is_inside(task) or all(other is task or not is_inside(other) for other in every(Task))


@invariant("stays", "{task} runs on {cpu} in the section, and began on {here[task]}")
def stays(task: Task, cpu: Cpu) -> bool:
    """What it has found out about its CPU is about another one."""
    return not is_inside(task) or cpu.current is not task or not in_routine(task, section) or here[task] is cpu
