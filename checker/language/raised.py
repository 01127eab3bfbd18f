# SPDX-License-Identifier: GPL-2.0-only
"""Properties whose identifiers have a meaning: the checker itself raises them, where a model demands them."""

from __future__ import annotations

NO_DEADLOCK = "no-deadlock"
NO_WILD_POINTER = "no-wild-pointer"
NO_OUT_OF_RANGE = "no-out-of-range"

RAISED_BY_THE_CHECKER = (NO_WILD_POINTER, NO_OUT_OF_RANGE, NO_DEADLOCK)
