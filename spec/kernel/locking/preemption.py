# SPDX-License-Identifier: GPL-2.0-only
"""What code does to be left alone: by the scheduler, by interrupts, on its CPU."""

from checker.language import atomic, check, null, routine
from spec.kernel.records import Cpu, this_cpu
from spec.properties.lock_held import lock_held


@routine
def preempt_disable() -> None:
    """preempt_disable(): until preempt_enable() nothing else is scheduled on the CPU. Calls nest, three deep at most."""
    with atomic("this CPU's own preempt count"):
        cpu = this_cpu()
        cpu.preempt_count += 1


@routine
def preempt_enable() -> None:
    """preempt_enable(). Left out: that it enters __schedule at once if that is due."""
    with atomic("this CPU's own preempt count"):
        cpu = this_cpu()
        check(cpu.preempt_count > 0, lock_held, "{cpu} enables preemption more often than it disabled it")
        cpu.preempt_count -= 1


@routine
def local_irq_save() -> bool:
    """local_irq_save(flags): interrupts are off on this CPU until local_irq_restore(flags). What is returned is flags, whether
    they were off before."""
    with atomic("this CPU's own flags"):
        cpu = this_cpu()
        flags = cpu.irqs_disabled
        cpu.irqs_disabled = True
        return flags


@routine
def local_irq_restore(flags: bool) -> None:
    """local_irq_restore(flags)."""
    with atomic("this CPU's own flags"):
        cpu = this_cpu()
        cpu.irqs_disabled = flags


@routine
def migrate_disable() -> None:
    """migrate_disable(): the task may be preempted, and goes on on the same CPU. Calls nest, three deep at most."""
    with atomic("current's own count, with preemption off"):
        cpu = this_cpu()
        task = cpu.current
        task.migration_disabled += 1
        task.pinned_to = cpu


@routine
def migrate_enable() -> None:
    """migrate_enable()."""
    with atomic("current's own count, with preemption off"):
        cpu = this_cpu()
        task = cpu.current
        check(task.migration_disabled > 0, lock_held, "{task} enables migration more often than it disabled it")
        task.migration_disabled -= 1
        if task.migration_disabled == 0:
            task.pinned_to = null(Cpu)
