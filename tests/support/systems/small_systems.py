# SPDX-License-Identifier: GPL-2.0-only
"""Small systems on which engines could differ: each was, or could easily be, a place where they do."""

from __future__ import annotations

from tests.support.systems.small_acting import ACTING
from tests.support.systems.small_computing import COMPUTING

PROPERTIES = """
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
"""
SYSTEMS = {**COMPUTING, **ACTING}
