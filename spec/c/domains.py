# SPDX-License-Identifier: GPL-2.0-only
"""The domains that C text can be checked in."""

from __future__ import annotations

import functools

from checker.language.c.api.linux import linux
from checker.language.c.translate.table import Api, Domain
from spec.c.clients import calls
from spec.c.stacks import boot, mapping, memory, names, slab, tasks

STACKS = Domain(
    "stacks",
    "dynamic_stacks.toml",
    "a patch of dynamic kernel stacks",
    (memory, slab, mapping, tasks, boot),
    names.FLAGS,
    names.OPAQUE,
    slab.ARRAYS,
)
CLIENTS = Domain("clients", "clients.toml", "the code that the manifest's clients call", (calls,))

DOMAINS = {each.name: each for each in (STACKS, CLIENTS)}
"""By name. A text whose manifest names none is of the first."""


@functools.cache
def api_of(name: str) -> Api:
    """The table of the API in one of the domains."""
    return linux(DOMAINS[name], (each for each in DOMAINS.values() if each.name != name))
