# SPDX-License-Identifier: GPL-2.0-only
"""Raised where the kernel's services begin: each is called only where Linux lets it be called (docs/reference/kernel.md)."""

from checker.language import demand

service_context = demand(
    "service-context",
    "A kernel function that takes a lock deadlocks if its own CPU may hold that lock already, as in a stack fault or an NMI, "
    "which can come anywhere.",
)
