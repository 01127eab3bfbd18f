# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof gate`: every model against its recorded outcomes."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.configuration import Request, check_configuration, model_paths
from checker.cli.options import ProgressLine, limits
from checker.cli.saving import save_counterexample
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.load import load_program
from checker.language.modules import PROJECT
from checker.report.verdict import Run, Status, Word
from checker.trace.data import Trace


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save each model's shortest counterexamples there.",
)
def gate(paths: tuple[Path, ...], save: Path | None) -> int:
    """Check every model in PATHS (default: the models that come with stackproof) in each configuration that it
    records in EXPECTED, without reductions. Exit status 0 only if all verdicts, lengths and counts are as recorded;
    else 1, with what to record."""
    failures = 0
    for path in model_paths(paths or (PROJECT / "models",)):
        program = load_program(path)
        if not program.expectations:
            position = tree.Position(program.model, 1, 1)
            raise ModelError(position, "this model records no outcomes; add EXPECTED = (Expected(...),) as other models have it")
        shortest: dict[str, Trace] = {}
        for expected in program.expectations:
            run = _run(path, program, expected)
            differences = compare(expected, run)
            failures += bool(differences)
            for line in report(expected, run, differences):
                print(line, flush=True)
            for verdict in run.verdicts:
                known = shortest.get(verdict.property)
                if verdict.trace is not None and (known is None or len(verdict.trace.steps) < len(known.steps)):
                    shortest[verdict.property] = verdict.trace
        if save is not None:
            for name, trace in shortest.items():
                save_counterexample(trace, save / path.stem, name)
    print("all as recorded" if not failures else f"{failures} configurations are not as recorded")
    return Status.VIOLATED.value if failures else Status.AS_DEMANDED.value


def _run(path: Path, program: tree.Program, expected: tree.Expectation) -> Run:
    known = {parameter.name for parameter in program.parameters}
    for name, _ in expected.settings:
        if name not in known:
            raise ModelError(expected.position, f"EXPECTED sets {name}, which is no parameter of this model")
    for name, _ in expected.violated:
        if name not in program.properties:
            raise ModelError(expected.position, f"EXPECTED has the violation of {name}, which is no property of this model")
    request = Request(path, dict(expected.settings), expected.events if program.events else None)
    line = ProgressLine(f"{path}")
    with line.running():
        return check_configuration(request, limits(None, None, None), line.show)


def compare(expected: tree.Expectation, run: Run) -> list[str]:
    """What differs from the record, in words."""
    found: list[str] = []
    recorded = dict(expected.violated)
    for verdict in run.verdicts:
        length = run.violated.get(verdict.property)
        if verdict.word in (Word.UNKNOWN, Word.ERROR):
            found.append(f"{verdict.property} is {verdict.word.value}: {verdict.detail}")
        elif length != recorded.get(verdict.property):
            found.append(f"{verdict.property} is {_outcome(length)}, recorded is {_outcome(recorded.get(verdict.property))}")
    if run.error is not None and not found:
        found.append(f"the model is wrong: {run.error.detail}")
    counts = run.statistics
    for what, have, want in (
        ("states", counts.states, expected.states),
        ("transitions", counts.transitions, expected.transitions),
        ("depth", counts.depth, expected.depth),
    ):
        if have != want:
            found.append(f"{have:,} {what}, recorded are {want:,}" if what != "depth" else f"depth {have}, recorded is {want}")
    return found


def _outcome(length: int | None) -> str:
    return "satisfied" if length is None else f"violated in {length} steps"


def report(expected: tree.Expectation, run: Run, differences: list[str]) -> list[str]:
    """The lines of one configuration."""
    place = f"{expected.position.file}:{expected.position.line}"
    counts = run.statistics
    if not differences:
        outcome = ", ".join(f"{name} {length}" for name, length in run.violated.items()) or "none"
        return [f"{place}: as recorded: {run.subject.configuration}: violated: {outcome}; {counts.states:,} states"]
    lines = [f"{place}: error: not as recorded: {run.subject.configuration}: {difference}" for difference in differences]
    violated = ", ".join(f'"{name}": {length}' for name, length in run.violated.items())
    return [
        *lines,
        f"    if this is as it should be, record: violated={{{violated}}}, states={counts.states}, "
        f"transitions={counts.transitions}, depth={counts.depth}",
    ]
