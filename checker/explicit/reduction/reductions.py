# SPDX-License-Identifier: GPL-2.0-only
"""The reductions by name, and which of them can do anything for a system."""

from __future__ import annotations

from checker.explicit.reduction.canonical import EXCHANGES
from checker.ir import system as ir
from checker.ir.analysis.ownership import Discipline

PARTIAL_ORDER = "partial-order"
REDUCTIONS = (*EXCHANGES, PARTIAL_ORDER)


def usable(system: ir.System, discipline: Discipline | None) -> frozenset[str]:
    """The reductions that can leave out states of a system. discipline: what partial order would assume."""
    symmetry = system.symmetry
    found = {
        "pages": symmetry is not None and bool(symmetry.unordered),
        "symmetry": symmetry is not None and bool(symmetry.tabled),
        PARTIAL_ORDER: discipline is not None,
    }
    return frozenset(name for name, can in found.items() if can)


def unused(system: ir.System, asked: frozenset[str], discipline: Discipline | None) -> dict[str, str]:
    """What the model declares or the user asks for and is of no use here, each with the reason."""
    found: dict[str, str] = {}
    if asked & frozenset(EXCHANGES) and system.symmetry is not None:
        found = {symmetry_of(record): why for record, why in system.symmetry.unreduced.items()}
    if PARTIAL_ORDER in asked and discipline is None:
        found[PARTIAL_ORDER] = "the model has neither two processors nor two instances of a record that actions have first"
    return found


def symmetry_of(record: str) -> str:
    """What stands for the symmetry of a record among what is unused."""
    return f"symmetry of {record}"
