# SPDX-License-Identifier: GPL-2.0-only
"""Searches both sides of a comparison in the same configurations, and compares what came of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits, Progress
from checker.language.errors import UsageError
from checker.language.front.load import load_program, load_wording
from checker.language.tree import Program
from checker.result.checked import Checked
from checker.result.comparison import Comparison, OnlyOne
from checker.result.verdict import Configuration, Run
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.places import Gone, carried
from checker.verify.causes.analysis import analyse
from checker.verify.causes.further import further_causes
from checker.verify.causes.review import causes_of, review_of
from checker.verify.comparing.compare import compare
from checker.verify.comparing.shown import Others, Side, by_cause
from checker.verify.comparing.sides import AnySide, Key, ModelSide, StoredSide, key_of, speaking_of
from checker.verify.configuration import check_configuration
from checker.verify.interrupted import was_interrupted
from checker.verify.known.key import key_of as key_of_search
from checker.verify.known.store import Outcomes
from checker.verify.request import Request
from checker.verify.subject import assumptions_of

MOST_FURTHER = 5
MOST_FURTHER_STATES = 100_000
"""Where the two sides violate a property by different causes, so many further causes are looked for, in so many states."""


class Waiting(Protocol):
    """A context in which a search goes on, and what to call with how far it is."""

    def __call__(self, name: str) -> AbstractContextManager[Progress]: ...


@dataclass
class Searching:
    """How both sides are searched. every: in all configurations that they record, not just in the ladder. searches, cached: how
    many there were, and how many of them were known. same: outcomes of this call, by key."""

    method: Method
    limits: Limits
    waiting: Waiting
    outcomes: Outcomes | None = None
    every: bool = False
    begun: float = field(default_factory=time.monotonic)
    searches: int = 0
    cached: int = 0
    same: dict[str, Run] = field(default_factory=dict)

    def run(self, side: AnySide, configuration: Configuration, key: Key, common: frozenset[str]) -> Run:
        """What a side comes to in a configuration that it has."""
        if isinstance(side, StoredSide):
            found = side.run_of(key, common)
            assert found is not None
            return found
        request = side.request_of(configuration)
        own = Configuration(
            tuple((side.parameters | dict(request.settings)).items()),
            tuple(name for name in side.events if name in configuration.events),
            bool(side.events),
        )
        self.searches += 1
        known = key_of_search(side.program, request, self.method)
        run = self.same.get(known) if known is not None else None
        if run is None and self.outcomes is not None:
            run = self.outcomes.find(known, side.program, own, request.properties, request.inputs.options)
        if run is not None:
            self.cached += 1
        else:
            limits = dataclasses.replace(self.limits, spent=time.monotonic() - self.begun)
            with speaking_of(side.name, side.copy), self.waiting(side.name) as progress:
                run = check_configuration(request, self.method, limits, progress)
            if self.outcomes is not None:
                self.outcomes.keep(known, run, side.program)
        if known is not None and run.stopped is None:
            self.same[known] = run
        return run

    def further(self, request: Request, run: Run, name: str) -> Others:
        """The further causes of a property that a run violates."""
        left = dataclasses.replace(self.limits, states=MOST_FURTHER_STATES, spent=time.monotonic() - self.begun)
        verdict = next(verdict for verdict in run.verdicts if verdict.property == name)
        if verdict.trace is None or verdict.trace.cycle is not None:
            return Others((), False, "further causes of conditions on whole runs are not searched for")
        known = [analyse(run, verdict, verdict.trace)]
        found = further_causes(request, run, name, known, MOST_FURTHER, left)
        if found.interrupted:
            raise KeyboardInterrupt
        shown = (by_cause(cause, cause.symptoms[0], cause.trace) for cause in causes_of(found.found))
        return Others(tuple(shown), found.complete, found.why)


def compared(old: AnySide, new: AnySide, searching: Searching) -> Comparison:
    """Search both sides and compare them. UsageError where they have no configuration in common."""
    common = _common(old, new)
    pairs, only = _pairs(old, new, common, searching.every)
    if not pairs:
        why = f": {only[0].why}" if only else ""
        raise UsageError(
            f"{old.name} and {new.name} have no configuration in common{why}; say which, with --cpus, --set, --events"
        )
    olds: list[Run] = []
    news: list[Run] = []
    interrupted = False
    before = searching.searches, searching.cached
    try:
        for key, configuration in pairs:
            first = searching.run(old, configuration, key, common)
            second = searching.run(new, configuration, key, common)
            if was_interrupted(first) or was_interrupted(second):
                raise KeyboardInterrupt
            olds.append(first)
            news.append(second)
    except KeyboardInterrupt:
        if not olds:
            raise
        interrupted = True
    stored = isinstance(old, StoredSide) or isinstance(new, StoredSide)
    sides = (_side(side, runs, stored, searching) for side, runs in ((old, olds), (new, news)))
    found = compare(*sides)
    return dataclasses.replace(
        found,
        only_one=tuple(only),
        notes=tuple(dict.fromkeys(_notes(old, new))),
        searches=searching.searches - before[0],
        cached=searching.cached - before[1],
        interrupted=interrupted,
    )


def _side(side: AnySide, runs: Sequence[Run], stored: bool, searching: Searching) -> Side:
    """stored: whether one of the two is a stored report. Then causes are told apart by what a report has, on both sides alike."""

    def program_of(configuration: Configuration) -> Program:
        assert isinstance(side, ModelSide)
        request = side.request_of(configuration)
        return load_program(request.model, request.settings, request.events, request.inputs)

    def elsewhere(trace: Trace) -> bool:
        if isinstance(side, StoredSide):
            return False
        try:
            program = program_of(Configuration(trace.settings, trace.events, bool(side.events)))
            return replay(program, carried(trace, program)).ok
        except (Gone, UsageError):
            return False

    def whole(run: Run) -> Run:
        if stored or not run.violated:
            return dataclasses.replace(run, program=None)
        return run if run.program is not None else dataclasses.replace(run, program=program_of(run.subject.configuration))

    def further(configuration: Configuration, name: str) -> Others:
        if isinstance(side, StoredSide) or stored:
            return Others((), False, "a stored report shows one cause of a property")
        run = next(run for run in wholes if run.subject.configuration == configuration)
        with speaking_of(side.name, side.copy), searching.waiting(side.name):
            return searching.further(side.request_of(configuration), run, name)

    wholes = tuple(map(whole, runs))
    return Side(side.name, review_of(Checked(wholes)), elsewhere, further)


def _common(old: AnySide, new: AnySide) -> frozenset[str]:
    """The parameters that both sides have."""
    return frozenset(_parameters(old)) & frozenset(_parameters(new))


def _parameters(side: AnySide) -> set[str]:
    if isinstance(side, ModelSide):
        return set(side.parameters)
    return set.intersection(*({name for name, _ in run.subject.configuration.settings} for run in side.checked.runs))


def _pairs(
    old: AnySide, new: AnySide, common: frozenset[str], every: bool
) -> tuple[list[tuple[Key, Configuration]], list[OnlyOne]]:
    """The configurations that both sides have, each once, and those that one of them has."""
    both: dict[Key, Configuration] = {}
    only: dict[Key, OnlyOne] = {}
    for side, other in ((old, new), (new, old)):
        for configuration in side.configurations(every):
            key = key_of(configuration, common)
            why = _lacks(other, configuration, key, common) or _varied(side, configuration, common)
            if why:
                only.setdefault(key, OnlyOne(configuration, side.name, f"{other.name}: {why}"))
            elif _asked(side, other, configuration):
                both.setdefault(key, configuration)
    return list(both.items()), list(only.values())


def _lacks(side: AnySide, configuration: Configuration, key: Key, common: frozenset[str]) -> str:
    """What keeps a side from being compared in a configuration of the other; empty if nothing does."""
    if isinstance(side, StoredSide):
        return "" if side.run_of(key, common) is not None else "the report does not have it"
    return side.lacks(dataclasses.replace(configuration, settings=tuple(s for s in configuration.settings if s[0] in common)))


def _varied(side: AnySide, configuration: Configuration, common: frozenset[str]) -> str:
    """The parameters that the other side does not have, and that have another value than that by which they are left out."""
    if isinstance(side, StoredSide):
        return ""
    defaults = side.parameters
    more = [name for name, value in configuration.settings if name not in common and value != defaults.get(name)]
    return f"it does not have {', '.join(f'the parameter {name}' for name in more)}" if more else ""


def _asked(side: AnySide, other: AnySide, configuration: Configuration) -> bool:
    """Whether a configuration of a report is one of those that the options ask for; they ask every model itself."""
    if isinstance(side, ModelSide) or isinstance(other, StoredSide):
        return True
    request = other.request
    settings = dict(configuration.settings)
    events = request.events is None or set(request.events) == set(configuration.events)
    return events and all(settings.get(name) == value for name, value in request.settings.items())


def _notes(old: AnySide, new: AnySide) -> Iterator[str]:
    """What a reader has to know of what the two sides assume and demand."""
    for side in (old, new):
        if isinstance(side, StoredSide):
            yield f"{side.name} is a stored report: what it says is taken as said, and none of its runs was run again"
    if isinstance(old, StoredSide) or isinstance(new, StoredSide):
        return
    before, after = assumptions_of(old.program), assumptions_of(new.program)
    yield from (f"only {new.name} has: {text}" for text in after if _unplaced(text) not in map(_unplaced, before))
    yield from (f"only {old.name} has: {text}" for text in before if _unplaced(text) not in map(_unplaced, after))
    with speaking_of(old.name, old.copy):
        first = load_wording(old.request.model, old.request.inputs).properties
    with speaking_of(new.name, new.copy):
        second = load_wording(new.request.model, new.request.inputs).properties
    for name in first.keys() & second.keys():
        if first[name] != second[name]:
            yield f"the property {name} does not say the same on both sides"
    yield from (f"only {new.name} has the property {name}" for name in second if name not in first)


def _unplaced(text: str) -> str:
    """A note without the lines that it names."""
    return " ".join(word for word in text.split() if ":" not in word[:-1])
