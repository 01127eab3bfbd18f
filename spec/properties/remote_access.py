# SPDX-License-Identifier: GPL-2.0-only
"""Checked where another task's stack is read: spec/kernel/faults.py."""

from checker.language import demand

remote_access = demand(
    "remote-access",
    "A stack grows by faults of its own task only; the handler cannot take a lock against the owner, who may grow it at the "
    "same moment. Whoever else reads a stack has to keep to its mapped pages.",
)
