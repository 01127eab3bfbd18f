# SPDX-License-Identifier: GPL-2.0-only
"""A smaller model with the same difference."""

from __future__ import annotations

import re
import time
from dataclasses import replace

from .models import Model
from .ways import Difference, Plan, try_model

LONGEST = 60.0
"""Seconds to spend on one model."""


def kind_of(difference: Difference) -> str:
    """What two differences of one kind have in common: numbers, places and names of models may differ."""
    way = difference.way.partition(" ")[0].partition(",")[0]
    return f"{way}: {re.sub(r'[-+]?0x[0-9a-f]+|[0-9]+|/[^ ]*', 'N', difference.what)[:60]}"


def shrunk(model: Model, plan: Plan, difference: Difference) -> Model:
    """The model without as many of its lines as can be left out, one lot after the other, in the time there is."""
    wanted, end = kind_of(difference), time.monotonic() + LONGEST
    lines = model.text.splitlines()
    size = len(lines) // 2
    while size:
        begin = 0
        while begin < len(lines) and time.monotonic() < end:
            fewer = [*lines[:begin], *lines[begin + size :]]
            if _differs(replace(model, text="\n".join([*fewer, ""])), plan, wanted):
                lines = fewer
            else:
                begin += size
        size //= 2
    return replace(model, text="\n".join([*lines, ""]))


def _differs(model: Model, plan: Plan, wanted: str) -> bool:
    try:
        try_model(model, plan)
    except Difference as difference:
        return kind_of(difference) == wanted
    except Exception:  # the search for a smaller model goes by text: it may come upon anything
        return False
    return False
