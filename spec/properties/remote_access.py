# SPDX-License-Identifier: GPL-2.0-only
"""Checked where another task's stack is read, and where a child gets its first frame: spec/kernel/entry/faults.py, fork.py."""

from checker.language import demand

remote_access = demand(
    "remote-access",
    "A stack grows only by faults of its own task: the handler cannot take a lock against the owner, who may grow it at the "
    "same moment. Whoever else reads a stack, or writes to it as fork does for a child, has to stay within its mapped pages.",
)
