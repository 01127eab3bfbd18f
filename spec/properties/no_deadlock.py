# SPDX-License-Identifier: GPL-2.0-only
"""Raised by the engine: a state in which the machine has not stopped, but nothing except an interrupt leads to another state."""

from checker.language import demand

no_deadlock = demand(
    "no-deadlock",
    "A kernel in which no task, handler or idle loop can take another step hangs.",
)
