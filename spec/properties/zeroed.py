# SPDX-License-Identifier: GPL-2.0-only
"""Checked where a page enters a stack, and where a cached stack gets a new task: spec/kernel/mm/memory.py, fork.py."""

from checker.language import demand

zeroed = demand(
    "zeroed",
    "A kernel stack leaks what it holds into the hands of its task, through uninitialised variables and registers saved "
    "there. A page that enters a stack holds no one else's data.",
)
