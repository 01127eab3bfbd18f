# SPDX-License-Identifier: GPL-2.0-only
"""Checked where a page enters a stack, and where a cached stack gets a new task: spec/kernel/mm/memory.py, fork.py."""

from checker.language import demand

zeroed = demand(
    "zeroed",
    "A kernel stack leaks its old contents to its task, through uninitialized variables and saved registers. A page that "
    "enters a stack holds nobody else's data.",
)
