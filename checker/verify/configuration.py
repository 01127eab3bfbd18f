# SPDX-License-Identifier: GPL-2.0-only
"""Checking one configuration: read the model, search, and have the replayer confirm every counterexample."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.explicit.compiled.checkpoint import CheckpointError
from checker.explicit.engines import EngineError, Method, explore
from checker.explicit.search.interrupts import uninterrupted
from checker.explicit.search.results import Finding, Limits, Progress, Result
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language import tree
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.python.load import load_program
from checker.language.python.source.modules import Texts
from checker.language.symmetry import undecided_allocations
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, Word
from checker.verify.confirm import confirmed
from checker.verify.liveness import LIVENESS_STATES, fairness_of, look_at_runs


@dataclass(frozen=True)
class Request:
    """What to check: settings of parameters (others at their defaults), events (None: all), properties (None: all).
    liveness_states: the most states in which to look for liveness, None for any number. texts: read in place of what files
    hold, by resolved path."""

    model: Path
    settings: Mapping[str, int]
    events: tuple[str, ...] | None
    properties: tuple[str, ...] | None = None
    liveness_states: int | None = LIVENESS_STATES
    texts: Texts = field(default_factory=dict)


Announce = Callable[[Subject, Verdict], None]

AS_TRUSTED = "whoever can write that file can take states and their violations out of it"
"""Of a checkpoint that a search went on from."""


def check_configuration(
    request: Request,
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Announce | None = None,
) -> Run:
    """Search one configuration. announce: called with each violation when it is found and confirmed. Disagreement if the
    replayer does not confirm what the engine says."""
    begun = time.monotonic()
    program = load_program(request.model, request.settings, request.events, request.texts)
    wanted = wanted_properties(program, request)
    system = lower(program)
    subject = Subject(program.model, configuration_of(program), program.sources, notes_of(program))
    violated: dict[str, Verdict] = {}

    def found(finding: Finding) -> None:
        with uninterrupted():
            trace = confirmed(program, system, finding)
            violated[finding.property] = verdict = Verdict(finding.property, Word.VIOLATED, trace.violation.message, trace)
            if announce is not None:
                announce(subject, verdict)

    try:
        explored = explore(system, wanted, method, limits.later(time.monotonic() - begun), progress, found)
    except EngineError as error:
        raise UsageError(f"error: the compiled engine cannot be used: {error}") from None
    except CheckpointError as error:
        raise UsageError(str(error)) from None
    result = explored.result
    inexact = bool(explored.reductions) or result.omission > 0
    limits = limits.later(time.monotonic() - begun)
    runs = look_at_runs(program, wanted, result, request.liveness_states, limits, progress, found, inexact)
    otherwise = _otherwise(program, system, result, subject.configuration)
    s = result.statistics
    notes = (*subject.notes, *(f"Not reduced by {what}: {why}" for what, why in explored.unused.items()))
    if explored.refusal is not None:
        notes = (*notes, f"The cache of compiled searches was not used: {explored.refusal}")
    if method.checkpoints is not None and method.checkpoints.resume is not None:
        notes = (*notes, f"{method.checkpoints.resume} is trusted for which states were searched: {AS_TRUSTED}")
    return Run(
        dataclasses.replace(subject, notes=notes),
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
        unreached_lines(program, result.unreached) if result.stopped is None and result.error is None else (),
        next((v for v in (otherwise, *runs.values()) if v.word is Word.ERROR), None),
        explored.engine,
        explored.remark,
        tuple(sorted(explored.reductions)),
        tuple(result.dropped.items()),
        result.omission,
        tuple(explored.unused.items()),
        initials=explored.initials,
        outside=tuple(result.outside.items()),
    )


def configuration_of(program: tree.Program) -> Configuration:
    """The settings and events that a program was made for."""
    settings = tuple((parameter.name, parameter.value) for parameter in program.parameters)
    events = tuple(event.name for event in program.events if event.enabled)
    return Configuration(settings, events, bool(program.events))


def assumptions_of(program: tree.Program) -> tuple[str, ...]:
    """What the model assumes, and what it leaves to the kernel: the same wherever its files lie."""
    assumed = [f"Assumed: {text}" for text in program.stated]
    if program.demanded:
        demands = ", ".join(f"{hook} ({name})" for hook, name in program.demanded)
        assumed.append(f"Assumed: the kernel honours what the model demands of it: {demands}")
    hooks = [routine.name for routine in program.routines.values() if routine.hook == routine.name and not routine.protocol]
    for constraint in program.constraints:
        at = f"{constraint.position.file}:{constraint.position.line}"
        assumed.append(f"No transition is taken from a state outside the constraint {constraint.name}, {at}: {constraint.prose}")
    return (*assumed, *([f"Hooks that the model does not implement: {', '.join(hooks)}"] if hooks else []))


def notes_of(program: tree.Program) -> tuple[str, ...]:
    """Its assumptions, and what the model has for nothing."""
    found = [*assumptions_of(program)]
    for record, position in undecided_allocations(program):
        found.append(
            f"Not decided: whether it matters which other free {record} `allocate` could return; {position.file}:{position.line} "
            f"tells one {record} from another by more than references to them"
        )
    for name, position in program.unused:
        found.append(f"{position.file}:{position.line}: nothing calls `{name}`; say with @implements which hook it is for")
    return tuple(found)


def unreached_lines(program: tree.Program, places: Iterable[tree.Position]) -> tuple[str, ...]:
    """The lines of the model that nothing came to: the places given, and those that these parameters and events switch off."""
    whole = sorted({*places, *program.left_out})
    return tuple(dict.fromkeys(f"{place.file}:{place.line}" for place in whole if place.file == program.model))


def wanted_properties(program: tree.Program, request: Request) -> frozenset[str]:
    """The properties that are asked for. Raises UsageError if the model lacks one, or if there is nothing to check in it."""
    if not program.properties:
        raise UsageError(
            f"{request.model}: error: this model has no property, so that nothing can be violated; add an @invariant"
        )
    require_actions(program, request)
    for name in request.properties or ():
        if name not in program.properties:
            known = ", ".join(program.properties)
            raise UsageError(f"error: {request.model} has no property {name}{similar(name, program.properties)}; it has {known}")
    return frozenset(program.properties if request.properties is None else request.properties)


def require_actions(program: tree.Program, request: Request) -> None:
    """UsageError for a model in which nothing ever happens, whatever the events."""
    if program.actions or program.routines:
        return
    everything = load_program(request.model, request.settings, None, request.texts) if program.events else program
    if not everything.actions and not everything.routines:
        raise UsageError(f"{request.model}: error: nothing happens in this model; add an @action")


def _otherwise(program: tree.Program, system: System, result: Result, configuration: Configuration) -> Verdict:
    """The verdict of every property that no violation was found of."""
    if result.error is not None:
        return Verdict("", Word.ERROR, result.error.message, confirmed(program, system, result.error))
    if result.stopped is not None:
        return Verdict("", Word.UNKNOWN, f"{result.stopped}, reached at depth {result.statistics.depth}")
    if result.cuts:
        return Verdict("", Word.UNKNOWN, "; ".join(f"{reason}: {what}" for reason, what in result.cuts.items()))
    detail = f"exhaustive at {configuration}{within(result)}"
    if result.omission:
        detail += f", but for hash compaction: a state was left out with probability at most {result.omission:.1g}"
    return Verdict("", Word.BOUNDED, detail)


def within(result: Result) -> str:
    """What a verdict adds where a search stayed within constraints."""
    return "".join(f", within the {constraint}" for constraint in result.outside)


def needs_all_states(program: tree.Program) -> None:
    """Raises ModelError for a model with a constraint: what is proved holds in every state that can be reached."""
    for constraint in program.constraints:
        with quoting(program.sources):
            raise ModelError(
                constraint.position,
                f"a proof is of all states, and the constraint `{constraint.name}` leaves some out; "
                "take it away to prove the model, or use `stackproof check`",
            )


def model_paths(paths: Iterable[Path]) -> list[Path]:
    """The model files that a list of files and folders names. Of a folder those whose names do not begin with _."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(file for file in path.glob("*.py") if not file.name.startswith("_")))
        else:
            found.append(path)
    if not found:
        raise UsageError("error: there is no model there; name a model file or a folder with models")
    return found


def skipped_paths(paths: Iterable[Path]) -> list[Path]:
    """The files in folders that model_paths leaves out and a reader may take for models."""
    folders = [path for path in paths if path.is_dir()]
    return sorted(file for folder in folders for file in folder.glob("_*.py") if file.name != "__init__.py")
