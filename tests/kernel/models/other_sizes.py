# SPDX-License-Identifier: GPL-2.0-only
"""hardened with two pages mapped from the start, and a pool of any size."""

from checker.language import inherit, parameter

inherit("models.hardened")

PREALLOC_PAGES = 2
SLOTS = parameter(2, 1, 4, "slots of a CPU's pool")
POOL_SLOTS = SLOTS
