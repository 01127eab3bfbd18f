# SPDX-License-Identifier: GPL-2.0-only
"""The outcome of a complete search as JSON, and back: verdicts and counts, and the counterexamples apart from these, as they are
most of it, and who asks whether all is as recorded has no use for them.

What a search says beside that (lines that nothing reached, notes) is not kept. Reading trusts nothing that it can check: what
does not fit the configuration that is asked for is no outcome.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from checker.language.tree import Program
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, VerdictKind, length_of
from checker.trace.places import moved
from checker.trace.store import trace_from_json, trace_to_json
from checker.verify.known.key import exact_texts

COUNTS = ("states", "transitions", "depth", "frontier")
KNOWN = (VerdictKind.BOUNDED, VerdictKind.VIOLATED)


class Unfit(Exception):
    """It is not the outcome that is asked for."""


def can_be_kept(run: Run) -> bool:
    """Whether a run has an outcome that is the same whenever it is searched: limits and machines had no part in it."""
    if run.stopped is not None or run.error is not None or run.omission or run.cuts or run.dropped:
        return False
    return all(verdict.kind in KNOWN and verdict.stopped is None for verdict in run.verdicts)


def outcome_to_json(run: Run, program: Program) -> dict[str, object]:
    """A run that can be kept, without its counterexamples. program: what was searched."""
    counts = run.statistics
    return {
        "texts": exact_texts(program),
        "settings": dict(run.subject.configuration.settings),
        "events": list(run.subject.configuration.events),
        "statistics": {name: getattr(counts, name) for name in COUNTS},
        "engine": run.engine,
        "reductions": list(run.reductions),
        "initials": run.initials,
        "outside": [constraint for constraint, _ in run.outside],
        "verdicts": [_verdict_to_json(verdict) for verdict in run.verdicts],
    }


def traces_to_json(run: Run) -> dict[str, object]:
    """The counterexamples of a run, by property."""
    return {verdict.property: trace_to_json(verdict.trace) for verdict in run.verdicts if verdict.trace is not None}


def _verdict_to_json(verdict: Verdict) -> dict[str, object]:
    return {
        "property": verdict.property,
        "kind": verdict.kind.value,
        "detail": verdict.detail,
        "fairness": list(verdict.fairness),
        "steps": length_of(verdict),
    }


def outcome_from_json(
    whole: Mapping[str, Any],
    traces: Mapping[str, Any] | None,
    program: Program,
    configuration: Configuration,
    properties: tuple[str, ...] | None,
    options: tuple[str, ...],
) -> Run:
    """The run. traces: None for a run without its counterexamples. program: the model as it is now, with any settings; its places
    are those of this text. Unfit, or whatever Python raises for data of another shape, if it is not an outcome of that
    configuration with these properties (None: all)."""
    settings = whole["settings"]
    if settings != dict(configuration.settings) or sorted(whole["events"]) != sorted(configuration.events):
        raise Unfit("another configuration")
    as_it_was = whole["texts"] == exact_texts(program)
    verdicts = tuple(map(_verdict, whole["verdicts"]))
    if traces is not None:
        verdicts = tuple(_with_trace(each, traces, program, configuration, as_it_was) for each in verdicts)
    wanted = [name for name in program.properties if properties is None or name in properties]
    if [verdict.property for verdict in verdicts] != wanted:
        raise Unfit("other properties")
    counts = [whole["statistics"][name] for name in COUNTS]
    if any(type(count) is not int or count < 0 for count in (*counts, whole["initials"])):
        raise Unfit("counts that are none")
    places = {constraint.name: f"{constraint.position.file}:{constraint.position.line}" for constraint in program.constraints}
    states, transitions, depth, frontier = counts
    return Run(
        Subject(program.model, configuration, program.sources, (), program.translation, options),
        verdicts,
        Statistics(states, transitions, depth, 0.0, 0, frontier),
        None,
        (),
        (),
        engine=str(whole["engine"]),
        reductions=tuple(map(str, whole["reductions"])),
        initials=whole["initials"],
        outside=tuple((name, places[name]) for name in whole["outside"]),
    )


def _verdict(whole: Mapping[str, Any]) -> Verdict:
    kind, steps = VerdictKind(whole["kind"]), whole["steps"]
    if kind not in KNOWN or (kind is VerdictKind.VIOLATED) is not (type(steps) is int and steps >= 0):
        raise Unfit("a verdict that is not kept")
    fairness = tuple(map(str, whole["fairness"]))
    return Verdict(str(whole["property"]), kind, str(whole["detail"]), None, fairness, steps=steps)


def _with_trace(
    verdict: Verdict, traces: Mapping[str, Any], program: Program, configuration: Configuration, as_it_was: bool
) -> Verdict:
    """The verdict with its counterexample, if it is a violation."""
    if verdict.kind is not VerdictKind.VIOLATED:
        return verdict
    trace = trace_from_json(traces[verdict.property])
    same = trace.violation.property == verdict.property and dict(trace.settings) == dict(configuration.settings)
    if not same or len(trace.steps) != verdict.steps:
        raise Unfit("another counterexample")
    if not as_it_was:
        trace = dataclasses.replace(moved(trace, program), model=program.model)
    return dataclasses.replace(verdict, trace=trace, steps=None)
