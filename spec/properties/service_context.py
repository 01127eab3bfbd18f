# SPDX-License-Identifier: GPL-2.0-only
"""Raised where the kernel's services begin: each is called only where Linux lets it be called (docs/reference/kernel.md)."""

from checker.language import demand

service_context = demand(
    "service-context",
    "A service that takes a lock, called where its own CPU may hold that lock already, deadlocks; so it does in a stack fault "
    "or an NMI, which strike anywhere.",
)
