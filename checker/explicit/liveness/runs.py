# SPDX-License-Identifier: GPL-2.0-only
"""What the search for lassos asks of a graph of states, whichever engine has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from checker.explicit.liveness.run_conditions import Demand, RunConditions
from checker.explicit.step.paths import Step

Look = Callable[[int, int, int, int], None]
"""Called again and again in long work, with the number of states found, of those expanded, of transitions, and of bytes that are
about to be taken; what it raises ends the work."""


@dataclass(frozen=True)
class FairSet:
    """A fair component. number: of those that were found last. nearest: its nodes that are nearest to the initial states, of
    those that were asked for; in order."""

    number: int
    nearest: tuple[int, ...]


@dataclass(frozen=True)
class Unanswered:
    """A node in which something is asked, and a way from there without an answer. fair: the component in which it ends; None
    where the run ends there."""

    first: int
    way: list[int]
    fair: int | None


class Runs(Protocol):
    """A graph of states. Nodes are numbered breadth-first, so that a smaller number is never farther from an initial state;
    transitions are numbered in the order of their nodes."""

    conditions: RunConditions

    def explore(self) -> None:
        """Find all states and transitions."""

    @property
    def count(self) -> int:
        """States found."""

    @property
    def transitions(self) -> int:
        """Transitions found, those to terminal states too."""

    def first_end(self, pairs: int, avoided: int) -> int | None:
        """The first node in which a run ends that is fair to these pairs and avoids these demands."""

    def fair_sets(self, pairs: int, avoided: int, failing: int = 0) -> Iterator[FairSet]:
        """The fair components without transitions at which an avoided demand holds. failing: pairs, one of which is met at a
        transition of each of the nearest nodes."""

    def cycle(self, fair: int, node: int, pairs: int) -> list[int]:
        """The transitions of a cycle through a node of one of the components found last, fair to these pairs."""

    def unanswered(self, demand: Demand) -> Unanswered | None:
        """The way with which a path from an initial state to a run that is never answered becomes the shortest."""

    def depth(self, node: int) -> int:
        """The distance from the nearest initial state."""

    def state(self, node: int) -> int:
        """The packed state."""

    def target(self, edge: int) -> int:
        """The node that a transition leads to."""

    def path(self, node: int) -> tuple[int, list[int]]:
        """The initial state at which a shortest path begins, and its transitions."""

    def step(self, edge: int) -> Step:
        """A transition with its choices."""
