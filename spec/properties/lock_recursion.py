# SPDX-License-Identifier: GPL-2.0-only
"""Raised where a lock is taken (spec/kernel/locking/locks.py)."""

from checker.language import demand

lock_recursion = demand(
    "lock-recursion",
    "A CPU that waits for a lock which it holds itself, or which the code that it interrupted holds, waits forever. lockdep "
    "reports this as possible recursive locking.",
)
