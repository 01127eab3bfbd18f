# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof gate`: every model against its recorded outcomes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from checker import writing
from checker.cli.ending import last_words
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.saving import Findings
from checker.cli.terminal.progress import ProgressLine
from checker.explicit.engines import Method, available_threads
from checker.explicit.search.interrupts import uninterrupted
from checker.language import tree
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.front.load import load_program, load_wording
from checker.language.python.source.modules import display_path
from checker.project import MODELS
from checker.result.verdict import Run, Status, VerdictKind
from checker.trace.data import Trace
from checker.verify.configuration import check_configuration
from checker.verify.interrupted import was_interrupted
from checker.verify.recorded import compare_wording, wording_report
from checker.verify.request import LIVENESS_STATES, Request, model_paths, skipped_paths
from checker.verify.subject import live_properties


@click.command(short_help="Compare models with their recorded results.")
@click.argument("models", nargs=-1, type=ModelPath())
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save each model's shortest counterexamples in DIR.",
)
def gate(models: tuple[Path, ...], save: Path | None) -> int:
    """Check all MODELS (bundled names, files, folders; default: all bundled models) in each configuration that they
    record in EXPECTED, without reductions. Exit status 0 only if all verdicts, lengths and counts are as recorded;
    else 1, with what to record, or 3 if that was interrupted or could not be searched to the end."""
    found = model_paths(models or (MODELS,))
    for skipped in skipped_paths(models or (MODELS,)):
        print(f"{display_path(skipped)}: skipped, since its name begins with _")
    programs = [(path, load_program(path)) for path in found]
    for _, program in programs:
        _check_record(program)
    if save is not None:
        _check_folders([path for path, _ in programs])
    gating = _Gating(save)
    for path, program in programs:
        if not gating.model(path, program):
            break
    with last_words():
        print(gating.summary())
    return gating.status.value


class _Gating:
    """Models held against their records. differing: configurations that are not as recorded; stopped: those of which that is not
    known, since their search did not end. reworded: models whose properties or assumptions are not those recorded."""

    def __init__(self, save: Path | None) -> None:
        self.save = save
        self.differing = 0
        self.stopped = 0
        self.reworded = 0
        self.interrupted = False
        # What is saved has to be the same each time: threads race for which of several shortest counterexamples is found.
        self.method = Method(threads=available_threads() if save is None else 1)

    def model(self, path: Path, program: tree.Program) -> bool:
        """Check one model; whether to go on with the next. Nothing is saved of a model that was not looked at to its end."""
        smallest: dict[str, Trace] = {}
        try:
            self.compare_wording(path, program)
            for expected in program.expectations:
                run = _run(path, program, expected, self.method)
                if was_interrupted(run):
                    raise KeyboardInterrupt
                with uninterrupted():
                    self.compare(expected, run, program)
                for verdict in run.verdicts:
                    if verdict.trace is not None:
                        _keep_smallest(smallest, verdict.property, verdict.trace)
        except KeyboardInterrupt:
            self.interrupted = True
            return False
        if self.save is not None:
            findings = Findings(self.save / path.stem)
            for name, trace in smallest.items():
                findings.save(trace, name, program.sources)
            findings.finish()
        return True

    def compare_wording(self, path: Path, program: tree.Program) -> None:
        """Print how properties and assumptions compare with the record, if they differ."""
        now = load_wording(path)
        differences = compare_wording(program, now)
        if differences:
            self.reworded += 1
            for line in wording_report(program, now, differences):
                print(line, flush=True)

    def compare(self, expected: tree.Expectation, run: Run, program: tree.Program) -> None:
        """Print how a run compares with its record."""
        differences = compare(expected, run)
        if run.stopped is not None:
            self.stopped += 1
        else:
            self.differing += bool(differences)
        for line in report(expected, run, differences, len(program.properties)):
            print(line, flush=True)

    @property
    def status(self) -> Status:
        """The exit status."""
        if self.differing or self.reworded:
            return Status.VIOLATED
        return Status.INCONCLUSIVE if self.stopped or self.interrupted else Status.AS_DEMANDED

    def summary(self) -> str:
        """The last line."""
        found = []
        if self.reworded:
            found.append(f"not as recorded: properties or assumptions of {_many(self.reworded, 'model')}")
        if self.differing:
            found.append(f"not as recorded: {_many(self.differing, 'configuration')}")
        if self.stopped:
            found.append(f"not searched to the end: {_many(self.stopped, 'configuration')}")
        if self.interrupted:
            found.append("interrupted: the rest was not checked; do not record it")
        return "; ".join(found) or "all as recorded"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _check_folders(paths: Sequence[Path]) -> None:
    """UsageError unless each model has a folder of its own name to save in."""
    taken: dict[str, Path] = {}
    for path in paths:
        if not writing.SAFE_NAME.fullmatch(path.stem):
            raise UsageError(f"{path}: no folder is named after it by --save; rename the model")
        other = taken.setdefault(path.stem, path)
        if other != path:
            raise UsageError(f"{path} and {other} would be saved in one folder; save one after the other, in two")


def _keep_smallest(smallest: dict[str, Trace], name: str, trace: Trace) -> None:
    """Of several counterexamples keep the one that needs the fewest events, and of those the shortest."""
    known = smallest.get(name)
    if known is None or (len(trace.events), len(trace.steps)) < (len(known.events), len(known.steps)):
        smallest[name] = trace


def _check_record(program: tree.Program) -> None:
    """ModelError if the model's record does not fit the model."""
    if not program.expectations:
        raise ModelError(
            tree.Position(program.model, 1, 1),
            "this model records no outcomes; add EXPECTED = (Expected(settings={...}, events=(...)),) and gate prints the rest",
        )
    parameters = {parameter.name for parameter in program.parameters}
    for expected in program.expectations:
        with quoting(program.sources):
            for name, _ in expected.settings:
                if name not in parameters:
                    raise ModelError(
                        expected.position, f"EXPECTED sets {name}, which is not a parameter{similar(name, parameters)}"
                    )
            for name, _ in expected.violated or ():
                if name not in program.properties:
                    hint = similar(name, program.properties)
                    raise ModelError(expected.position, f"EXPECTED has the violation of {name}, which is not a property{hint}")


def _run(path: Path, program: tree.Program, expected: tree.Expectation, method: Method) -> Run:
    events = expected.events if program.events else None
    request = Request(path, dict(expected.settings), events, _properties(program, expected), liveness_states=None)
    line = ProgressLine(f"{path}")
    with line.running():
        return check_configuration(request, method, limits(None, None, None), line.show)


def _properties(program: tree.Program, expected: tree.Expectation) -> tuple[str, ...] | None:
    """The properties to check: where very many states are recorded, those of runs are left out, as in `check`."""
    if expected.states is None or expected.states <= LIVENESS_STATES:
        return None
    of_runs = live_properties(program, frozenset(program.properties))
    return tuple(name for name in program.properties if name not in of_runs)


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
    return "satisfied" if length is None else f"violated in {length} steps"


def report(expected: tree.Expectation, run: Run, differences: list[str], properties: int) -> list[str]:
    """The lines of one configuration. properties: how many the model has."""
    place = f"{expected.position.file}:{expected.position.line}"
    counts = run.statistics
    configuration = f"{run.subject.configuration}: " if str(run.subject.configuration) else ""
    if not differences:
        outcome = ", ".join(f"{name} {length}" for name, length in run.violated.items()) or "none"
        checked = (
            "" if len(run.verdicts) == properties else f" ({properties - len(run.verdicts)} liveness properties not checked)"
        )
        return [f"{place}: as recorded: {configuration}violated: {outcome}; {counts.states:,} states{checked}"]
    lines = [f"{place}: error: {configuration}{difference}" for difference in differences]
    if run.error is not None or run.stopped is not None:
        return lines
    return [*lines, "  if this is as it should be, record:", *_to_record(expected, run)]


def _to_record(expected: tree.Expectation, run: Run) -> list[str]:
    """The entry of EXPECTED that says what was found."""
    counts = run.statistics
    settings = ", ".join(f'"{name}": {json.dumps(value)}' for name, value in expected.settings)
    violated = ", ".join(f'"{name}": {length}' for name, length in run.violated.items())
    events = "".join(f'"{event}", ' for event in expected.events)
    return [
        "    Expected(",
        f"        settings={{{settings}}},",
        f"        events=({events.rstrip() if len(expected.events) == 1 else events.rstrip(', ')}),",
        f"        violated={{{violated}}},",
        f"        states={counts.states:_},",
        f"        transitions={counts.transitions:_},",
        f"        depth={counts.depth},",
        *(["        ladder=True,"] if expected.ladder else []),
        "    ),",
    ]
