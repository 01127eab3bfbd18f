# SPDX-License-Identifier: GPL-2.0-only
"""What the solver's process is asked, and what it tells: plain data, without Z3."""

from __future__ import annotations

from dataclasses import dataclass

from checker.stopping import Stop
from checker.symbolic.solvers.solvers import Z3

STATE = "state"
STEP = "step"
"""Kinds of targets: a state is wrong, or a step."""


@dataclass(frozen=True)
class Target:
    """What is looked for. name: unique. kind: STATE or STEP."""

    name: str
    kind: str


@dataclass(frozen=True)
class Problem:
    """A step relation as text. text: SMT-LIB 2 with declarations of the variables of state and inputs, and for each of `roots` an
    assertion that equates a variable with it. The roots are: steps, the next value of each variable of the state, the
    targets; if it is `ordered`, the number of the agent that steps, and for each group of fields whether the step reads or writes
    one, and whether it writes one (order.py). initials: for each initial state the number of each variable of the
    state. depth: the most steps. solver: who answers."""

    text: str
    state: tuple[tuple[str, int], ...]
    inputs: tuple[tuple[str, int], ...]
    initials: tuple[tuple[int, ...], ...]
    targets: tuple[Target, ...]
    depth: int
    solver: str = Z3
    ordered: bool = False


@dataclass(frozen=True)
class Counterexample:
    """A target that was reached. states: the numbers of the state's variables in each state of the way. inputs: those in each
    step; where the step is wrong, there are as many of them as states."""

    target: str
    states: list[list[int]]
    inputs: list[list[int]]


@dataclass(frozen=True)
class Reached:
    """No target that was not reached before can be reached in so many steps."""

    depth: int


@dataclass(frozen=True)
class Stopped:
    """The search has ended before it was complete."""

    why: Stop


Message = Counterexample | Reached | Stopped
