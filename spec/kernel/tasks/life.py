# SPDX-License-Identifier: GPL-2.0-only
"""What tasks and idle tasks do all their life."""

from checker.language import atomic, every, require, routine
from spec.kernel.hooks import keeps_idle_awake, shrinker_scan
from spec.kernel.mm.allocator_locking import lock_stock, lock_vmap, lock_zone, unlock_stock, unlock_vmap, unlock_zone
from spec.kernel.mm.vfree import delayed_vfree_work
from spec.kernel.parameters import (
    ALLOCATOR_FAULT,
    CPU_OFFLINE,
    EXIT,
    FORK,
    HOTPLUG,
    OOPS_CONTINUES,
    PROC_STACK,
    RECLAIM,
    TASKS_END,
)
from spec.kernel.records import Task, this_cpu
from spec.kernel.sched.scheduler import __schedule, finish_task_switch, is_runnable
from spec.kernel.tasks.exit import do_exit
from spec.kernel.tasks.fork import copy_process
from spec.kernel.tasks.hotplug import cpu_hotplug, cpuhp_thread_fun, wants_callback
from spec.kernel.tasks.plain_work import Work, end_of_round, is_killed, plain_work
from spec.kernel.tasks.proc_stack import proc_pid_stack
from spec.kernel.tasks.start import smp_init, start_kernel


@routine
def use_allocators(work: Work) -> None:
    """What any system call does with the kernel's allocators. Only that their locks are held for a time is of interest."""
    if work is Work.ALLOCATE:
        lock_zone()
        unlock_zone()
    elif work is Work.CHARGE:
        lock_stock()
        unlock_stock()
    elif work is Work.VMALLOC:
        lock_vmap()
        unlock_vmap()


@routine
def live() -> None:
    """A task's life, one round after the other."""
    while True:
        work = plain_work()
        if (OOPS_CONTINUES and is_killed()) or (EXIT and work is Work.EXIT):
            do_exit()
        else:
            if FORK and work is Work.FORK:
                copy_process()
            elif HOTPLUG and work is Work.HOTPLUG:
                cpu_hotplug()
            elif RECLAIM and work is Work.SHRINK:
                shrinker_scan()
            elif PROC_STACK and work is Work.READ_STACK:
                proc_pid_stack()
            elif TASKS_END and work is Work.VFREE:
                delayed_vfree_work()
            elif ALLOCATOR_FAULT:
                use_allocators(work)
            end_of_round()


@routine
def ret_from_fork() -> None:
    """A task, from its first run on."""
    finish_task_switch()
    live()


@routine
def kernel_init() -> None:
    """kernel_init(): the init task, which brings up the other CPUs and then lives as other tasks do (event boot)."""
    finish_task_switch()
    smp_init()
    live()


@routine
def cpu_startup() -> None:
    """The idle task of the boot CPU, init_task: it starts the kernel and then idles (rest_init; event boot)."""
    start_kernel()
    cpu_idle()


@routine
def cpu_idle() -> None:
    """The idle task: it enters __schedule when there is a task for this CPU, whether or not that may be picked yet."""
    while True:
        with atomic("need_resched is set by a wakeup, looked at with interrupts off"):
            cpu = this_cpu()
            require(
                (cpu.online and (wants_callback(cpu) or keeps_idle_awake(cpu)))
                or any(is_runnable(task, cpu) for task in every(Task))
            )
        if CPU_OFFLINE:
            with atomic("its own state"):
                called = wants_callback(cpu)
            if called:
                cpuhp_thread_fun(cpu)
        __schedule()
