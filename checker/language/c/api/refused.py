# SPDX-License-Identifier: GPL-2.0-only
"""What the modelled kernel does not have, each with what to write in its place."""

from __future__ import annotations

from checker.language.c import syntax
from checker.language.c.translate.raising import error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.values import Value


@entry(1, "spin_lock_bh", "spin_unlock_bh", "spin_trylock_bh", "raw_spin_lock_bh", "raw_spin_unlock_bh", "raw_spin_trylock_bh")
@entry(0, "local_bh_disable", "local_bh_enable")
def softirqs_off(code: StatementTranslator, call: syntax.Call) -> Value:
    """An error: softirqs cannot be turned off by themselves. As a lock that leaves them on it would be told deadlocks that Linux
    does not have, and as one that turns interrupts off too, those that it has would be hidden (include/linux/spinlock.h,
    include/linux/bottom_half.h)."""
    raise error(call, "softirqs cannot be turned off without interrupts here; use the variants with _irqsave and _irqrestore")


@entry(2, "call_rcu", "call_rcu_hurry")
@entry(2, "kfree_rcu")
@entry(1, "kfree_rcu_mightsleep", "kvfree_rcu_mightsleep")
@entry(0, "synchronize_rcu", "synchronize_rcu_expedited", "rcu_barrier")
def grace_period(code: StatementTranslator, call: syntax.Call) -> Value:
    """An error: no text can wait for a grace period. What is done after one is the modelled kernel's own
    (kernel/rcu/tree.c, kernel/rcu/update.c)."""
    raise error(
        call, "grace periods of RCU are the modelled kernel's own; give it back at once, or have it done by irq_work_queue()"
    )
