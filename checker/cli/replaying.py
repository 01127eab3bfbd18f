# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof replay TRACE.json`: run a stored counterexample again, on the model as it is now."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from checker.language import tree
from checker.language.load import load_program
from checker.language.modules import PROJECT
from checker.report.finding import headline
from checker.report.verdict import Status
from checker.trace.data import Trace
from checker.trace.replay import replay as replay_trace
from checker.trace.store import load_trace


def load_model_of(trace: Trace) -> tree.Program:
    """The program that a trace is of: its model's file, from here or from the project's folder."""
    path = Path(trace.model)
    if not path.is_file() and (PROJECT / path).is_file():
        path = PROJECT / path
    return load_program(path, dict(trace.settings), trace.events)


def replay_command(path: Path) -> str:
    """What to type to replay a stored trace."""
    return f"stackproof replay {shlex.quote(str(path))}"


@click.command()
@click.argument("trace", type=click.Path(path_type=Path))
def replay(trace: Path) -> int:
    """Replay the counterexample stored in TRACE on its model, step by step.

    The interpreter that does it shares only the front end with the engine that found it. Exit status 0: it is a run of the
    model and ends in the violation; 1: it is not, or not any more."""
    stored = load_trace(trace)
    result = replay_trace(load_model_of(stored), stored)
    if not result.ok:
        print(f"{trace}: not confirmed: {result.reason}")
        return Status.VIOLATED.value
    print(f"{trace}: confirmed in {len(stored.steps)} steps")
    print(headline(stored))
    return 0
