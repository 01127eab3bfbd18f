# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof replay TRACE.json`: run a stored counterexample again, on the model as it is now."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import click

from checker.cli.options.configuration import inputs_of, of_c_options
from checker.cli.options.model_path import ModelPath
from checker.conformance.abstraction import Mismatch, protocol_of
from checker.conformance.failing import drive
from checker.counting import counted
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.front.inputs import NOTHING, STANDARD_INPUT, Inputs
from checker.language.front.load import load_program
from checker.project import PROJECT, bundled_models
from checker.report.finding import headline
from checker.report.shell import argument, command_line
from checker.report.text.failure_text import outcome_text
from checker.report.text.style import plain
from checker.result.verdict import Status
from checker.trace.confirmation.replay import replay as replay_trace
from checker.trace.data import Trace
from checker.trace.places import changed_files, moved
from checker.trace.store import load_trace
from spec.reference.machine import PROTOCOLS

PATCH = click.option(
    "--patch", type=ModelPath(), metavar="FILE", help="For a trace of C text: another version of that text; - is standard input."
)


def load_model_of(trace: Trace, patch: Path | None = None, inputs: Inputs = NOTHING) -> tree.Program:
    """The program that a trace is of: the patch that is given; else the bundled model if the trace was made of that, else its
    model's file from here. inputs: what reading it takes. UsageError where that is not to be had."""
    settings = dict(trace.settings)
    if patch is not None:
        program = load_program(patch, settings, trace.events, inputs)
        if program.translation is None:
            raise UsageError("--patch names a patch or a C file, and this is a model in Python; leave --patch out", patch)
        return program
    here, bundled = Path(trace.model), PROJECT / trace.model
    if here == STANDARD_INPUT:
        raise UsageError("the model of this trace came on standard input; name it: --patch FILE, or --patch - for standard input")
    is_bundled = bundled in bundled_models().values()
    if is_bundled and trace.origin is not None:
        with contextlib.suppress(UsageError):  # it has no such parameter or event: the trace is of another model
            program = load_program(bundled, settings, trace.events, inputs)
            if not changed_files(trace, program):
                return program
    return load_program(here if here.is_file() or not is_bundled else bundled, settings, trace.events, inputs)


def as_it_is_now(trace: Trace, program: tree.Program) -> Trace:
    """The trace of the program: its places are where they are there. Gone if one is not there any more."""
    return dataclasses.replace(moved(trace, program), model=program.model)


def replay_command(path: Path, patch: Path | None = None, inputs: Inputs = NOTHING) -> str:
    """What to type to replay a stored trace."""
    on = [] if patch is None else ["--patch", argument(patch)]
    return command_line(["stackproof", "replay", argument(path), *on, *inputs.options])


def _on_implementation(path: Path, stored: Trace, program: tree.Program, on: str) -> Status:
    try:
        own = protocol_of(program)
        protocol = own if on == "reference" else on
        outcome = drive(program, stored, protocol)
    except Mismatch as mismatch:
        raise UsageError(str(mismatch), path) from None
    if protocol == own:
        good = not outcome.differs and any(property == stored.violation.property for property, _ in outcome.failures)
    else:
        good = not outcome.failures
    print(outcome_text(str(path), stored, protocol, outcome, driven=protocol != own))
    return Status.AS_DEMANDED if good else Status.VIOLATED


@click.command(short_help="Replay a stored counterexample.")
@click.argument("trace", type=click.Path(path_type=Path))
@click.option(
    "--on",
    type=click.Choice(["model", "reference", *sorted(PROTOCOLS)]),
    default="model",
    show_default=True,
    help="What to run it on: its model; the reference implementation of its protocol; or that of another protocol, as far as it "
    "can be driven along the trace.",
)
@PATCH
@of_c_options
def replay(trace: Path, on: str, patch: Path | None, base: Path | None, manifest: Path | None, config: Path | None) -> int:
    """Replay the counterexample stored in TRACE, step by step.

    The replayer shares only the front end with the engines. It finds code by routine and statement, so comments and moved lines
    do not matter; with --patch it looks for them in another version of the C text that the trace is of.

    Exit status 0: TRACE is a run of the model and ends in the violation; 1: it is not; 2: it no longer is, because the model has
    changed. With --on reference: 0 if the run ends in a failure of the same kind, else 1. With the implementation of another
    protocol: 0 if nothing fails, else 1.
    """
    stored = load_trace(trace)
    program = load_model_of(stored, patch, inputs_of(patch, base, manifest, config))
    if on != "model":
        return _on_implementation(trace, stored, program, on).value
    result = replay_trace(program, stored)
    if result.changed:
        files = ", ".join(result.changed)
        again = "if it is still violated, `stackproof check --save` finds a new counterexample"
        raise UsageError(f"the model has changed since ({files}): {result.reason}; {again}", trace)
    if not result.ok:
        print(plain(f"{trace}: not confirmed: {result.reason}"))
        return Status.VIOLATED.value
    print(plain(f"{trace}: confirmed in {counted(len(stored.steps), 'step')}"))
    print(plain(headline(as_it_is_now(stored, program))))
    return 0
