# SPDX-License-Identifier: GPL-2.0-only
"""What a search of the explicit engines is told and what it gives back, as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.explicit.step.outcome import Cut, OutOfRange, Outside
from checker.explicit.step.paths import Route
from checker.ir import system as ir
from checker.language.tree import Position
from checker.stopping import ENOUGH, Stop, memory_limit, seconds_limit, states_limit


@dataclass(frozen=True)
class Limits:
    """Where to stop: states found, bytes of the process, seconds; `spent` of these have gone by before the search.
    None: no limit. within: up to which depth all states are expanded to look for a property, by its name; where this is given,
    the search ends when each of these is found or looked for so far."""

    states: int | None = None
    memory: int | None = None
    seconds: float | None = None
    spent: float = 0.0
    within: Mapping[str, int] | None = None

    def later(self, seconds: float) -> Limits:
        """The same when so many seconds more have gone by."""
        return dataclasses.replace(self, spent=self.spent + seconds)

    def reached(self, seconds: float, memory: int, states: int | None = None) -> Stop | None:
        """The limit that is reached, if one is, by so many seconds of this search, bytes, and states."""
        if self.states is not None and states is not None and states >= self.states:
            return states_limit(self.states)
        if self.seconds is not None and seconds + self.spent >= self.seconds:
            return seconds_limit(self.seconds)
        if self.memory is not None and memory >= self.memory:
            return memory_limit(self.memory)
        return None

    def enough(self, result: Result, depth: int) -> bool:
        """Whether nothing is left to look for when all states up to a depth have been expanded; then the result says that it
        was stopped by that, if by nothing else before."""
        found = result.findings
        if self.within is None or any(name not in found and needed > depth for name, needed in self.within.items()):
            return False
        result.stopped = result.stopped or ENOUGH
        return True


@dataclass(frozen=True)
class Statistics:
    """states: found, initial and terminal ones too. transitions: taken. depth: of the deepest state found. frontier: states
    found and not expanded, 0 after a complete search. phase: what goes on, where that is not the search for states."""

    states: int
    transitions: int
    depth: int
    seconds: float
    frontier: int
    memory: int
    phase: str = ""


@dataclass(frozen=True)
class Finding:
    """A violated property. kind as in trace/data.py. path: from an initial state; the last step of a check or wild
    pointer leads to the marked state. position: None for a deadlock. arguments: the binding of an invariant, in the
    order of its parameters. cycle: of a lasso, how many steps there are before its cycle, which ends where it begins; all of
    them, where the run ends."""

    property: str
    kind: str
    position: Position | None
    path: Route
    predicate: ir.Predicate | ir.Eventuality | None = None
    arguments: tuple[int, ...] = ()
    message: str = ""
    cycle: int | None = None


def model_error(error: OutOfRange, path: Route) -> Finding:
    """That the model itself is in error. path: to the state in which, or by the step with which that is found."""
    return Finding("", "model-error", error.position, path, message=error.message)


@dataclass
class Result:
    """stopped: why the search ended early, None if it is complete. cuts: reason -> what was missing, where paths ended for want
    of room. outside: constraint -> where it stands, if paths came out of it. dropped: reduction -> why the search began anew
    without it. omission: the probability that hash compaction left out a state is at most this."""

    statistics: Statistics
    findings: dict[str, Finding] = field(default_factory=dict)
    error: Finding | None = None
    stopped: Stop | None = None
    cuts: dict[str, str] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    unreached: tuple[Position, ...] = ()
    dropped: dict[str, str] = field(default_factory=dict)
    omission: float = 0.0

    @property
    def reasons(self) -> frozenset[str]:
        """Why paths were cut, for want of room or in a state outside a constraint."""
        return frozenset((*self.cuts, *self.outside))

    def note(self, cut: Cut) -> None:
        """Keep where a path was cut."""
        kept = self.outside if isinstance(cut, Outside) else self.cuts
        kept.setdefault(cut.reason, f"{cut.position}: {cut.message}")


Progress = Callable[[Statistics], None]


def told_once(known: dict[str, Finding], announce: Callable[[Finding], None] | None) -> Callable[[Finding], None]:
    """Announces of each property what is found first, though a search begins anew. known: what was found; it grows."""

    def announced(finding: Finding) -> None:
        if announce is not None and finding.property not in known:
            announce(finding)
        known.setdefault(finding.property, finding)

    return announced


def omission(states: int) -> float:
    """A bound on the probability that hash compaction to 64 bits left out one of so many states (birthday bound)."""
    return min(1.0, states**2 / 2**65)
