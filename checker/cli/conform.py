# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof conform MODEL`: does the reference implementation do what the model does, and nothing else?"""

from __future__ import annotations

import time
from pathlib import Path

import click

from checker.cli.options.configuration import sizes_and_events
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration
from checker.cli.terminal.output import wants_colour
from checker.cli.terminal.progress import ProgressLine
from checker.conformance.abstraction import Mismatch, machine_for, protocol_of
from checker.conformance.implementation import Implementation
from checker.conformance.lockstep import Counts, Lockstep, Search
from checker.conformance.recording import load_run, recorded_steps, save_run, settings_of, walk
from checker.conformance.specification import Specification
from checker.conformance.validation import validate
from checker.counting import counted
from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.report.text.conformance_text import difference_text, lockstep_text, validation_text
from checker.report.text.screen import terminal_width
from checker.report.text.style import plain
from checker.result.verdict import PRECEDENCE, Status
from checker.verify.ladder import ladder
from checker.verify.request import Request
from checker.verify.subject import configuration_of, require_actions
from spec.reference.log import Event
from spec.reference.machine import PROTOCOLS


@click.command(short_help="Compare the reference implementation with a model.")
@click.argument("model", type=ModelPath())
@sizes_and_events
@click.option(
    "--protocol",
    type=click.Choice(sorted(PROTOCOLS)),
    help="Implementation to compare. Default: the one with MODEL's name.",
)
@click.option(
    "--run",
    "recorded",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check whether this recorded run is a run of the model.",
)
@click.option(
    "--record",
    "to_record",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Record a random run of the implementation in FILE.",
)
@click.option("--steps", type=click.IntRange(min=1), default=500, show_default=True, metavar="N", help="Steps to record.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Random seed of the recorded run."
)
@click.option(
    "--quick",
    is_flag=True,
    help="Keep one implementation state per model state: faster, but misses differences in local variables.",
)
@click.option("--max-states", type=click.IntRange(min=1), metavar="N", help="Stop at about this many states.")
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop after this time in total: 90, 90s, 5m, 2h.")
def conform(
    request: Request,
    protocol: str | None,
    recorded: Path | None,
    to_record: Path | None,
    steps: int,
    seed: int,
    quick: bool,
    max_states: int | None,
    timeout: float | None,
) -> int:
    """Compare the reference implementation with MODEL, step by step, in every state that they can reach.

    In each state both must offer the same transitions, and each transition must lead both to the same state. A difference is
    shown with a shortest run that leads to it. Without sizes or events, searches the model's ladder of configurations.

    With --run, checks a recorded run of the implementation instead: exit status 0 if it is a run of the model, else 1. --record
    makes such a run.
    """
    model = request.model
    if not any(source.startswith("spec/kernel/") for source in load_program(model, inputs=request.inputs).sources):
        raise UsageError(
            "conform compares models of the kernel with the reference implementation; name one that imports spec.kernel", model
        )
    given = bool(request.settings) or request.events is not None
    try:
        if recorded is not None:
            if to_record is not None:
                raise UsageError("--run reads a recorded run and --record makes one; give one of them")
            if given:
                raise UsageError("a recorded run says its sizes and events itself; leave them out, or leave out --run")
            return _validate(model, recorded, protocol).value
        if to_record is not None:
            return _record(request, protocol, to_record, steps, seed).value
        requests = [request] if given else ladder(request)
        begun = time.monotonic()
        statuses = set()
        for each in requests:
            statuses.add(_lockstep(each, protocol, quick, max_states, timeout, time.monotonic() - begun))
            if Status.AS_DEMANDED not in statuses or len(statuses) > 1:
                break
        return next(status for status in PRECEDENCE if status in statuses).value
    except Mismatch as mismatch:
        raise UsageError(str(mismatch)) from None


def _lockstep(
    request: Request, protocol: str | None, quick: bool, max_states: int | None, seconds: float | None, spent: float
) -> Status:
    program = load_program(request.model, request.settings, request.events, request.inputs)
    require_actions(program, request)
    specification = Specification(program)
    subject = Implementation(specification, machine_for(program, protocol))
    line = ProgressLine(f"{request.model}")

    def progress(counts: Counts) -> None:
        line.say(f"{counted(counts.states, 'state')}, {counted(counts.transitions, 'transition')}, depth {counts.depth}")

    search = Search(specification, subject, None if quick else subject.inside, max_states, seconds, spent, progress)
    with line.running():
        result: Lockstep = search.run()
    if result.difference is not None:
        print(difference_text(program, result.difference, terminal_width(), wants_colour()))
    print(lockstep_text(program.model, configuration_of(program), result, search.comparison.missing, quick), flush=True)
    if result.difference is not None:
        return Status.VIOLATED
    return Status.AS_DEMANDED if result.stopped is None else Status.INCONCLUSIVE


def _validate(model: Path, file: Path, protocol: str | None) -> Status:
    run = load_run(file)
    program = load_program(model, settings_of(run.sizes), run.possible)
    named = protocol or protocol_of(program)
    if run.protocol != named:
        raise UsageError(f"this is a run of {run.protocol}, not of {named}", file)
    specification = Specification(program)
    steps = recorded_steps(program, run)
    validation = validate(specification, steps)
    print(validation_text(program, str(file), steps, validation, terminal_width(), wants_colour()))
    return Status.AS_DEMANDED if validation.rejection is None else Status.VIOLATED


def _record(request: Request, protocol: str | None, file: Path, steps: int, seed: int) -> Status:
    program = load_program(request.model, request.settings, request.events, request.inputs)
    events: list[Event] = []
    machine = machine_for(program, protocol, log=events.append)
    walk(machine, steps, seed)
    possible = tuple(event.name for event in program.events if event.enabled)
    save_run(file, protocol or protocol_of(program), machine.kernel.sizes, possible, events)
    print(plain(f"{file}: {counted(len(events), 'event')} of {protocol or protocol_of(program)}"))
    return Status.AS_DEMANDED
