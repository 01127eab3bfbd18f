# SPDX-License-Identifier: GPL-2.0-only
"""The outcome of a configuration: compared with what a model records of it, and made ready to be recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.counting import counted
from checker.language import tree
from checker.result.comparison import Change
from checker.result.verdict import Run, VerdictKind


@dataclass(frozen=True)
class Outcome:
    """What an entry of EXPECTED says of a configuration. violated: (property, length of its shortest counterexample)."""

    violated: tuple[tuple[str, int], ...]
    states: int
    transitions: int
    depth: int


def complete(run: Run) -> bool:
    """Whether a run has an outcome that can be recorded: it was searched to its end, and all verdicts are known."""
    undecided = (VerdictKind.UNKNOWN, VerdictKind.ERROR)
    return run.stopped is None and run.error is None and not any(verdict.kind in undecided for verdict in run.verdicts)


def stopped(run: Run) -> list[str]:
    """What ended a run early, if anything did: its search for states, or that for lassos."""
    stops = [run.stopped, *(verdict.stopped for verdict in run.verdicts)]
    return list(dict.fromkeys(str(stop) for stop in stops if stop is not None))


def outcome_of(expected: tree.Expectation, run: Run, properties: Sequence[str]) -> Outcome:
    """The outcome to be recorded of a complete run. properties: all of the model; those that were not checked keep their record,
    and those that are recorded keep their order."""
    checked = {verdict.property for verdict in run.verdicts}
    found = {name: n for name, n in expected.violated or () if name in properties and name not in checked} | run.violated
    order = [name for name, _ in expected.violated or () if name in found]
    for place, name in enumerate(properties):
        if name in found and name not in order:
            before = [order.index(other) for other in properties[:place] if other in order]
            order.insert(max(before) + 1 if before else 0, name)
    counts = run.statistics
    return Outcome(tuple((name, found[name]) for name in order), counts.states, counts.transitions, counts.depth)


@dataclass(frozen=True)
class Departure:
    """In what a run departs from its record. change: what became of it; None if that is none of a property's. worse: whether more
    is violated, or less is known, than is recorded."""

    change: Change | None
    text: str
    worse: bool


def departures(expected: tree.Expectation, run: Run) -> list[Departure]:
    """What differs from the record: one for each property, one for all counts."""
    recorded = None if expected.violated is None else dict(expected.violated)
    found = [] if recorded is None else list(_departed(recorded, run))
    found += [Departure(Change.UNKNOWN, text, True) for text in _undecided(run)]
    rest = [text for text in compare(expected, run) if not any(text.startswith(f"{v.property} is ") for v in run.verdicts)]
    if rest:
        missing = None in (expected.violated, expected.states, expected.transitions, expected.depth)
        found.append(Departure(None, "; ".join(rest), missing or run.error is not None))
    return found


def _departed(recorded: dict[str, int], run: Run) -> Iterator[Departure]:
    for verdict in run.verdicts:
        before, now = recorded.get(verdict.property), run.violated.get(verdict.property)
        if verdict.kind in (VerdictKind.UNKNOWN, VerdictKind.ERROR) or before == now:
            continue
        text = f"{verdict.property} is {_outcome(now)}, recorded is {_outcome(before)}"
        if before is None or now is None:
            yield Departure(Change.NEW if before is None else Change.FIXED, text, before is None)
        else:
            yield Departure(Change.LONGER if now > before else None, text, False)


def _undecided(run: Run) -> Iterator[str]:
    for verdict in run.verdicts:
        if verdict.kind in (VerdictKind.UNKNOWN, VerdictKind.ERROR):
            yield f"{verdict.property} is {verdict.kind.value}: {verdict.detail}"


def compare(expected: tree.Expectation, run: Run) -> list[str]:
    """What differs from the record, in words."""
    found: list[str] = []
    recorded = None if expected.violated is None else dict(expected.violated)
    for verdict in run.verdicts:
        length = run.violated.get(verdict.property)
        if verdict.kind in (VerdictKind.UNKNOWN, VerdictKind.ERROR):
            found.append(f"{verdict.property} is {verdict.kind.value}: {verdict.detail}")
        elif recorded is not None and length != recorded.get(verdict.property):
            found.append(f"{verdict.property} is {_outcome(length)}, recorded is {_outcome(recorded.get(verdict.property))}")
    if run.error is not None and not found:
        found.append(f"the model is wrong: {run.error.detail}")
    counts = run.statistics
    for what, have, want in (
        ("states", counts.states, expected.states),
        ("transitions", counts.transitions, expected.transitions),
        ("depth", counts.depth, expected.depth),
    ):
        if want is not None and have != want:
            found.append(f"{have:,} {what}, recorded are {want:,}" if what != "depth" else f"depth {have}, recorded is {want}")
    if not found and None in (expected.violated, expected.states, expected.transitions, expected.depth):
        found.append("the outcome is not recorded yet")
    return found


def _outcome(length: int | None) -> str:
    return "satisfied" if length is None else f"violated in {counted(length, 'step')}"


def changes(expected: tree.Expectation, outcome: Outcome) -> list[str]:
    """In what an outcome differs from the record, a few words each; nothing if it is as recorded."""
    counts = (
        ("states", expected.states, outcome.states),
        ("transitions", expected.transitions, outcome.transitions),
        ("depth", expected.depth, outcome.depth),
    )
    found = [
        f"{what} {old:,} -> {new:,}" if old is not None else f"{what}: new ({new:,})" for what, old, new in counts if old != new
    ]
    found += _changed_lengths(dict(expected.violated or ()), dict(outcome.violated))
    if expected.violated is None and not outcome.violated:
        found.append("nothing violated: new")
    return found


def _changed_lengths(old: dict[str, int], new: dict[str, int]) -> Iterator[str]:
    for name, length in new.items():
        if name not in old:
            yield f"{name}: new ({_steps(length)})"
        elif old[name] != length:
            yield f"{name} {old[name]:,} -> {_steps(length)}"
    for name, length in old.items():
        if name not in new:
            yield f"{name}: no longer violated (was {_steps(length)})"


def _steps(length: int) -> str:
    return counted(length, "step")
