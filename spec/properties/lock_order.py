# SPDX-License-Identifier: GPL-2.0-only
"""Raised where a lock is taken (spec/kernel/locking/lock_order.py)."""

from checker.language import demand

lock_order = demand(
    "lock-order",
    "Two CPUs that each have one of two locks and wait for the other wait for ever. Locks have one order: where a second is "
    "taken under a first, the first is never taken under the second, through however many others; as lockdep demands, also "
    "where no run at these sizes comes to the deadlock itself.",
)
