# SPDX-License-Identifier: GPL-2.0-only
"""What partial-order reduction assumes of a model, and what a search raises that meets a transition which it excludes."""

from __future__ import annotations

from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.analysis.ownership import Discipline


@dataclass(frozen=True)
class Assumptions:
    """What the reduction takes for granted until a run shows otherwise. observed: conditions whose readers depend on
    their truth only."""

    discipline: Discipline
    observed: frozenset[ir.Expression] = frozenset()


class Broken(Exception):
    """A transition that the assumptions exclude, in a state. instead: weaker ones, that exclude it no more."""

    def __init__(self, instead: Assumptions, state: int, why: str) -> None:
        super().__init__(why)
        self.instead = instead
        self.state = state
        self.why = why
