# SPDX-License-Identifier: GPL-2.0-only
"""What code asks of its own context (include/linux/preempt.h)."""

from checker.language import atomic, has_frames, routine
from spec.kernel.entry.contexts import Context, context, is_unmaskable
from spec.kernel.records import this_cpu


@routine
def in_task() -> bool:
    """in_task(): whether this code runs for a task, and not in an exception, an interrupt or a softirq.

    Context: any."""
    with atomic("looks at the CPU's own preempt count only"):
        return not has_frames(this_cpu())


@routine
def in_interrupt() -> bool:
    """in_interrupt(): whether it runs in a softirq, a hard interrupt or an NMI. A stack fault counts as an NMI. Left out: that
    it is true as well for a task with softirqs disabled, of which there is none here.

    Context: any."""
    with atomic("looks at the CPU's own preempt count only"):
        return has_frames(this_cpu())


@routine
def in_hardirq() -> bool:
    """in_hardirq(): whether it runs in a hard interrupt, that is, in irq_work.

    Context: any."""
    with atomic("looks at the CPU's own preempt count only"):
        return context(this_cpu()) is Context.HARDIRQ


@routine
def in_nmi() -> bool:
    """in_nmi(): whether it runs in an NMI, or in a stack fault, whose entry counts as one: irqentry_nmi_enter() in
    exc_double_fault (arch/x86/kernel/traps.c).

    Context: any."""
    with atomic("looks at the CPU's own preempt count only"):
        return is_unmaskable(context(this_cpu()))
