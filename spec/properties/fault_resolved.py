# SPDX-License-Identifier: GPL-2.0-only
"""Checked where the architecture repeats the access that faulted: spec/kernel/faults.py."""

from checker.language import demand

fault_resolved = demand(
    "fault-resolved",
    "The kernel can take a fault anywhere on its stack only if each one ends with the page mapped. One that is refused "
    "because of the protocol's own state, an empty pool or a lost count, is a crash of a machine that did nothing wrong.",
)
