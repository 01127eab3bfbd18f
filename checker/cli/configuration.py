# SPDX-License-Identifier: GPL-2.0-only
"""Checking one configuration: read the model, search, and have the replayer confirm every counterexample."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.cli.liveness import LIVENESS_STATES, fairness_of, look_at_runs
from checker.explicit.decode import state_cells, state_frames
from checker.explicit.search import Finding, Hop, Limits, Progress, Result, Search
from checker.ir.lower import lower
from checker.language import tree
from checker.language.errors import UsageError, similar
from checker.language.load import load_program
from checker.report.verdict import Configuration, Run, Statistics, Subject, Verdict, Word
from checker.trace.build import Claim, Disagreement, build_trace
from checker.trace.data import Trace
from checker.trace.machine import Transition
from checker.trace.replay import replay


@dataclass(frozen=True)
class Request:
    """What to check: settings of parameters (others at their defaults), events (None: all), properties (None: all).
    liveness_states: the most states in which to look for liveness, None for any number."""

    model: Path
    settings: Mapping[str, int]
    events: tuple[str, ...] | None
    properties: tuple[str, ...] | None = None
    liveness_states: int | None = LIVENESS_STATES


Announce = Callable[[Subject, Verdict], None]


def check_configuration(
    request: Request, limits: Limits, progress: Progress | None = None, announce: Announce | None = None
) -> Run:
    """Search one configuration. announce: called with each violation when it is found and confirmed. Disagreement if the
    replayer does not confirm what the engine says."""
    program = load_program(request.model, request.settings, request.events)
    wanted = _wanted(program, request)
    search = Search(lower(program), wanted)
    settings = tuple((parameter.name, parameter.value) for parameter in program.parameters)
    events = tuple(event.name for event in program.events if event.enabled)
    subject = Subject(program.model, Configuration(settings, events), program.sources, _notes(program))
    violated: dict[str, Verdict] = {}

    def found(finding: Finding) -> None:
        trace = _confirmed(program, search, finding)
        violated[finding.property] = verdict = Verdict(finding.property, Word.VIOLATED, trace.violation.message, trace)
        if announce is not None:
            announce(subject, verdict)

    result = search.run(limits, progress, found)
    runs = look_at_runs(program, wanted, result, request.liveness_states, limits, progress, found)
    otherwise = _otherwise(program, search, result, subject.configuration)
    s = result.statistics
    return Run(
        subject,
        tuple(
            dataclasses.replace(
                violated.get(n) or runs.get(n) or dataclasses.replace(otherwise, property=n), fairness=fairness_of(program, n)
            )
            for n in program.properties
            if n in wanted
        ),
        Statistics(s.states, s.transitions, s.depth, s.seconds, s.memory, s.frontier),
        result.stopped,
        tuple(result.cuts.items()),
        tuple(f"{p.file}:{p.line}" for p in sorted(result.unreached) if p.file == program.model),
        otherwise if otherwise.word is Word.ERROR else None,
    )


def _notes(program: tree.Program) -> tuple[str, ...]:
    """What the model leaves to the kernel, and what it has for nothing."""
    hooks = [routine.name for routine in program.routines.values() if routine.hook == routine.name and not routine.protocol]
    found = [f"Hooks that the model does not implement: {', '.join(hooks)}"] if hooks else []
    for name, position in program.unused:
        found.append(f"{position.file}:{position.line}: nothing calls `{name}`; say with @implements which hook it is for")
    return tuple(found)


def _wanted(program: tree.Program, request: Request) -> frozenset[str]:
    for name in request.properties or ():
        if name not in program.properties:
            known = ", ".join(program.properties)
            raise UsageError(f"error: {request.model} has no property {name}{similar(name, program.properties)}; it has {known}")
    return frozenset(program.properties if request.properties is None else request.properties)


def _otherwise(program: tree.Program, search: Search, result: Result, configuration: Configuration) -> Verdict:
    """The verdict of every property that no violation was found of."""
    if result.error is not None:
        return Verdict("", Word.ERROR, result.error.message, _confirmed(program, search, result.error))
    if result.stopped is not None:
        return Verdict("", Word.UNKNOWN, f"{result.stopped}, reached at depth {result.statistics.depth}")
    if result.cuts:
        return Verdict("", Word.UNKNOWN, "; ".join(f"{reason}: {what}" for reason, what in result.cuts.items()))
    return Verdict("", Word.BOUNDED, f"exhaustive at {configuration}")


# -- confirmation --


def _confirmed(program: tree.Program, search: Search, finding: Finding) -> Trace:
    """The trace of a finding, made by the replayer from the engine's schedule; both have to agree on every state."""
    schedule = [_transition(hop) for hop in finding.path]
    built = build_trace(program, schedule, _claim(program, finding))
    unmarked = (1 << search.layout.mark) - 1
    states = [search.states[0], *(hop.state & unmarked for hop in finding.path)]
    for number, (state, snapshot) in enumerate(zip(states, built.states, strict=True)):
        cells = state_cells(program, search.system, search.layout, state)
        if cells != snapshot.cells:
            raise Disagreement(_difference(number, cells, snapshot.cells))
        frames = state_frames(program, search.system, search.layout, state)
        if frames != snapshot.frames:
            raise Disagreement(f"after step {number}, the frames of engine and replayer stand in different places")
    confirmed = replay(program, built.trace)
    if not confirmed.ok:
        raise Disagreement(f"{finding.property}: the replayer refuses its own trace: {confirmed.reason}")
    return built.trace


def _difference(number: int, engine: Mapping[str, str], replayer: Mapping[str, str]) -> str:
    for name in (*engine, *replayer):
        if engine.get(name) != replayer.get(name):
            return f"after step {number}, {name} is {engine.get(name)} for the engine and {replayer.get(name)} for the replayer"
    return f"after step {number}, engine and replayer list the cells in different order"


def _transition(hop: Hop) -> Transition:
    transition = hop.transition
    choices = tuple(map(int, hop.choices))
    if transition.action is None:
        return Transition(transition.processor, choices=choices)
    return Transition(None, transition.action.name, transition.arguments, choices)


def _claim(program: tree.Program, finding: Finding) -> Claim:
    binding: dict[str, int] = {}
    if finding.predicate is not None:
        conditions: list[tree.Invariant | tree.Eventuality] = [*program.invariants, *program.eventualities]
        invariant = next(i for i in conditions if i.name == finding.predicate.name)
        names = [parameter.local.name for parameter in invariant.parameters]
        binding = dict(zip(names, finding.arguments, strict=True))
    return Claim(finding.kind, finding.property, finding.position, binding, finding.cycle)


def model_paths(paths: Iterable[Path]) -> list[Path]:
    """The model files that a list of files and folders names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(file for file in path.glob("*.py") if not file.name.startswith("_")))
        else:
            found.append(path)
    if not found:
        raise UsageError("error: there is no model there; name a model file or a folder with models")
    return found
