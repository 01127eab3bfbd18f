# SPDX-License-Identifier: GPL-2.0-only
"""The domain `clients`: a machine whose tasks, interrupts and NMIs call a protocol with nodes of theirs. Importing it brings in
all of it, with the properties that are demanded here, and nothing of the domain of stacks."""

from spec.clients.contexts import interrupt, nmi, own_frames, task
from spec.clients.nodes import client_gives, client_takes
from spec.clients.properties.listed_free import listed_free
from spec.clients.properties.listed_once import listed_once
from spec.clients.properties.none_lost import none_lost
from spec.clients.properties.taken_once import taken_once
from spec.properties.no_deadlock import no_deadlock
from spec.properties.no_wild_pointer import no_wild_pointer

__all__ = [
    "client_gives",
    "client_takes",
    "interrupt",
    "listed_free",
    "listed_once",
    "nmi",
    "no_deadlock",
    "no_wild_pointer",
    "none_lost",
    "own_frames",
    "taken_once",
    "task",
]
