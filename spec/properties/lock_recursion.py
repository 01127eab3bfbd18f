# SPDX-License-Identifier: GPL-2.0-only
"""Raised where a lock is taken (spec/kernel/locking/locks.py)."""

from checker.language import demand

lock_recursion = demand(
    "lock-recursion",
    "A CPU that waits for a lock which the code that it has interrupted holds waits for ever, with interrupts off, while the "
    "rest of the machine may go on; lockdep says possible recursive locking.",
)
