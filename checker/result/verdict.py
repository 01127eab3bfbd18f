# SPDX-License-Identifier: GPL-2.0-only
"""What a check found, as data: one run for each configuration, one verdict for each property."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from checker.counting import counted
from checker.language.tree import Program, Setting, Translation
from checker.stopping import Stop
from checker.trace.data import Trace


class VerdictKind(Enum):
    """The kinds of verdict. A property that holds is BOUNDED or PROVED, never just true."""

    PROVED = "PROVED"
    BOUNDED = "BOUNDED"
    VIOLATED = "VIOLATED"
    UNKNOWN = "UNKNOWN"
    ERROR = "ERROR"


class Status(Enum):
    """Exit statuses."""

    AS_DEMANDED = 0
    VIOLATED = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INTERNAL = 4


PRECEDENCE = (Status.INTERNAL, Status.USAGE, Status.VIOLATED, Status.INCONCLUSIVE, Status.AS_DEMANDED)
"""When several apply, the first of these is the exit status."""


@dataclass(frozen=True)
class Configuration:
    """settings: values of all parameters, by name. events: those switched on. has_events: whether the model has any.
    As text it is what a reader has to be told of these, so nothing for a model without parameters and events."""

    settings: tuple[tuple[str, Setting], ...]
    events: tuple[str, ...]
    has_events: bool = False

    def __str__(self) -> str:
        sizes = ", ".join(_size(name, value) for name, value in told(self.settings))
        events = (",".join(self.events) or "no events") if self.events or self.has_events else ""
        return "; ".join(filter(None, (sizes, events)))

    @property
    def at(self) -> str:
        """The end of a sentence about it, with a space before it: ` at 1 CPU; touch`, ` with events touch`, or nothing."""
        if told(self.settings):
            return f" at {self}"
        if self.events or self.has_events:
            return f" with events {','.join(self.events)}" if self.events else " without events"
        return ""


NO_EVENTS = "none"
"""What --events takes for no event at all."""

USUAL: Mapping[str, Setting] = {
    "SPARE_PAGES": 0,
    "EXCEPTION_STACKS": 2,
    "PREEMPT_RT": 0,
    "IDLE_DYNAMIC": 0,
    "ARCH": "generic",
}
"""Parameters of the kernel that are told only where they have another value."""

_WORDS = {"CPUS": "CPU", "TASKS": "task", "STACK_PAGES": "stack page", "SPARE_PAGES": "spare page"}


def told(settings: Iterable[tuple[str, Setting]]) -> list[tuple[str, Setting]]:
    """The settings that a reader has to be told."""
    return [(name, value) for name, value in settings if value != USUAL.get(name)]


def _size(name: str, value: Setting) -> str:
    if name in _WORDS:
        return counted(int(value), _WORDS[name])
    return f"{name} = {value}"


@dataclass(frozen=True)
class Verdict:
    """detail: what BOUNDED covers, why UNKNOWN, what ERROR. trace: the counterexample of VIOLATED, or the path to an ERROR.
    fairness: what is assumed of the runs that a property on runs judges, a line each. stopped: what
    ended the search or the proof that this is about early. steps: of a counterexample that is not at hand. shortest: whether the
    counterexample is known to be a shortest one, where the search passed states by; None where such are found anyway."""

    property: str
    kind: VerdictKind
    detail: str
    trace: Trace | None = None
    fairness: tuple[str, ...] = ()
    stopped: Stop | None = None
    steps: int | None = None
    shortest: bool | None = None


def length_of(verdict: Verdict) -> int | None:
    """The steps of a verdict's counterexample; None without one."""
    return verdict.steps if verdict.trace is None else len(verdict.trace.steps)


def inconclusive(why: Stop) -> Verdict:
    """The verdict of every property, where something ended the search or the proof early."""
    return Verdict("", VerdictKind.UNKNOWN, str(why), stopped=why)


@dataclass(frozen=True)
class Statistics:
    """As of one run. seconds: wall time of the search. memory: bytes of the process at its end. frontier: states not expanded."""

    states: int
    transitions: int
    depth: int
    seconds: float
    memory: int
    frontier: int


@dataclass(frozen=True)
class Subject:
    """What is checked. sources: the text of each source file, by the name that positions have it under. notes: what a
    reader of the verdicts should know of the model, in lines. translation: what became of a text that is not Python.
    options: what a command line has to say beside the model, its sizes and events, so that it is read in the same way. hooks: of
    the kernel, which the model leaves as they are."""

    model: str
    configuration: Configuration
    sources: Mapping[str, str]
    notes: tuple[str, ...] = ()
    translation: Translation | None = None
    options: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.model, str(self.configuration))))

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes, and which hooks the model does not implement."""
        return (*self.notes, *hooks_lines(self.hooks))


def hooks_lines(hooks: Iterable[str]) -> tuple[str, ...]:
    """A line on hooks that a model does not implement; none if there are none."""
    names = ", ".join(dict.fromkeys(hooks))
    return (f"Hooks that the model does not implement: {names}",) if names else ()


@dataclass(frozen=True)
class Run:
    """One configuration. unreached: places in the model that no run of it reached, as file:line, after a complete search.
    cuts: (reason, what was missing) where paths ended for want of room. error: what is wrong with the model
    itself, which ended the search. engine: which one searched; remark: why it was not a faster one.
    reductions: those in use; dropped: (reduction, why it was not used to the end). omission: a bound on the probability that
    hash compaction left out a state. unused: (symmetry or reduction, why it was of no use from the beginning); the notes
    say it too. initials: how many initial states the model has, without reductions.
    outside: (constraint, where it stands), of those that paths came out of, and were not followed. program: what was searched,
    for whoever asks what its counterexamples could not do without; None where it is not at hand."""

    subject: Subject
    verdicts: tuple[Verdict, ...]
    statistics: Statistics
    stopped: Stop | None
    cuts: tuple[tuple[str, str], ...]
    unreached: tuple[str, ...]
    error: Verdict | None = None
    engine: str = "portable"
    remark: str | None = None
    reductions: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    omission: float = 0.0
    unused: tuple[tuple[str, str], ...] = ()
    initials: int = 1
    outside: tuple[tuple[str, str], ...] = ()
    program: Program | None = field(default=None, repr=False, compare=False)

    @property
    def kinds(self) -> set[VerdictKind]:
        """The verdicts that were given, that on the model itself included."""
        return {verdict.kind for verdict in self.verdicts} | ({self.error.kind} if self.error is not None else set())

    @property
    def violated(self) -> dict[str, int]:
        """The violated properties with the lengths of their shortest counterexamples."""
        lengths = ((v.property, length_of(v)) for v in self.verdicts if v.kind is VerdictKind.VIOLATED)
        return {name: length for name, length in lengths if length is not None}


def status_of(kinds: set[VerdictKind]) -> Status:
    """The exit status that a set of verdicts amounts to."""
    statuses = {
        VerdictKind.ERROR: Status.USAGE,
        VerdictKind.VIOLATED: Status.VIOLATED,
        VerdictKind.UNKNOWN: Status.INCONCLUSIVE,
        VerdictKind.BOUNDED: Status.AS_DEMANDED,
        VerdictKind.PROVED: Status.AS_DEMANDED,
    }
    found = {statuses[kind] for kind in kinds}
    return next((status for status in PRECEDENCE if status in found), Status.AS_DEMANDED)
