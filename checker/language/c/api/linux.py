# SPDX-License-Identifier: GPL-2.0-only
"""The table for Linux: what every domain has, and with it what one domain has."""

from __future__ import annotations

from collections.abc import Iterable

from checker.language.c.api import arithmetic, atomics, context, core, locking, loops, percpu, pointers, refused
from checker.language.c.translate.table import Api, Domain, entries

OPAQUE = {"NUMA_NO_NODE": "a NUMA node"}

NUMBERS = {"NULL": 0, "true": 1, "false": 0, "ENOMEM": 12, "EINVAL": 22, "EBUSY": 16, "EFAULT": 14, "EAGAIN": 11}

MODULES = (core, arithmetic, percpu, loops, atomics, locking, context, pointers, refused)

NOWHERE = Domain("", "")
"""No domain: only what every one has."""


def linux(domain: Domain = NOWHERE, others: Iterable[Domain] = ()) -> Api:
    """What the translation knows of Linux in a domain. others: those whose names are refused as what belongs to them."""
    found = [*(each for module in MODULES for each in entries(module)), *domain.entries()]
    calls = {(each.name, each.arity): each for each in found}
    known = {name for name, _ in calls} | NUMBERS.keys() | OPAQUE.keys() | domain.names()
    elsewhere = {name: other.name for other in others for name in other.names() - known}
    return Api(
        calls,
        domain.flags,
        {**OPAQUE, **domain.opaque},
        NUMBERS,
        loops.LOOPS,
        locking.GUARDS,
        percpu.PLACES,
        domain.arrays,
        elsewhere,
    )
