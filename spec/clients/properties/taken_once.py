# SPDX-License-Identifier: GPL-2.0-only
from checker.language import demand

taken_once = demand(
    "taken-once",
    "Nobody else holds a node that a client gets: two owners of one node overwrite each other's data.",
)
