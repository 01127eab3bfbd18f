# SPDX-License-Identifier: GPL-2.0-only
"""What Spacer's process is asked, and what it tells: plain data, without Z3."""

from __future__ import annotations

from dataclasses import dataclass

from checker.symbolic.bmc.question import Stopped

BitLiteral = tuple[int, int, bool]
"""The number of a variable of the state, the number of a bit of it (of a Boolean: 0), and what that bit is."""

BitClause = tuple[BitLiteral, ...]
"""One of the literals holds."""


@dataclass(frozen=True)
class SpacerProblem:
    """A step relation as text, as in question.Problem. The roots are: steps, the next value of each variable of the state, and
    everything that must not be, of states and of steps."""

    text: str
    state: tuple[tuple[str, int], ...]
    inputs: tuple[tuple[str, int], ...]
    initials: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Safe:
    """An inductive invariant: all of the clauses. It excludes everything that must not be."""

    clauses: tuple[BitClause, ...]


@dataclass(frozen=True)
class Unsafe:
    """What must not be can be reached, as Spacer says."""


SpacerMessage = Safe | Unsafe | Stopped
