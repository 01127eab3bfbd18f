# SPDX-License-Identifier: GPL-2.0-only
"""Raised where a lock is taken (spec/kernel/locking/lock_order.py)."""

from checker.language import demand

lock_order = demand(
    "lock-order",
    "Two CPUs that each hold one of two locks and wait for the other wait forever. Locks have one order: if B is taken under "
    "A, then A is never taken under B, directly or through other locks. As lockdep does, this reports the order even where no "
    "run at these sizes reaches the deadlock.",
)
