# SPDX-License-Identifier: GPL-2.0-only
"""Checked where a CPU becomes online: spec/kernel/tasks/hotplug.py, and at boot: start.py."""

from checker.language import demand

online_full = demand(
    "online-full",
    "The first task that a new CPU runs may need its whole pool. A CPU that comes up with less crashes the machine later, "
    "far from the cause; its bring-up can fail instead.",
)
