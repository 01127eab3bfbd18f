# SPDX-License-Identifier: GPL-2.0-only
from checker.language import demand

taken_once = demand(
    "taken-once",
    "A node that a client gets is held by nobody else: two that take it for theirs overwrite each other's data.",
)
