# SPDX-License-Identifier: GPL-2.0-only
"""Checked where a page table entry is set: spec/kernel/mm/memory.py."""

from checker.language import demand

right_stack = demand(
    "right-stack",
    "While a CPU switches stacks, `current` is not yet the task whose stack the stack pointer is in. A handler that grows "
    "the stack of `current` then leaves the fault unresolved and gives a page to a stack that did not fault.",
)
