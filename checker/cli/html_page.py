# SPDX-License-Identifier: GPL-2.0-only
"""The option `--html FILE`: what a command found as one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from checker import writing
from checker.language.errors import UsageError
from checker.language.tree import Program
from checker.report.html.page import page
from checker.report.html.summary import summary_of
from checker.result.checked import Checked
from checker.result.review import Cause, Review
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, VerdictKind
from checker.trace.data import Trace
from checker.verify.causes.review import review_of

STDOUT = Path("-")

HTML = click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what was found to FILE as one page for a browser: each run step by step, beside its source.",
)
"""Of a command that searches."""


def refuse_unwritable(path: Path | None, others: Sequence[Path] = ()) -> None:
    """UsageError, before a long search, where the page could not be written at its end. others: files that the command writes
    beside it, of which it may be none."""
    if path is not None:
        if writing.named_twice((*others, path)) is not None:
            raise UsageError(f"--html and --output both name {path}; give each a file of its own")
        try:
            writing.check_writable(path)
        except OSError as error:
            raise _cannot_write(path, error) from None


def write_review(path: Path, title: str, review: Review) -> None:
    """Write the page of a whole check; an error in the model that has a trace is a finding like others."""
    errors = [
        cause
        for run in review.checked.runs
        if run.error is not None and run.error.trace is not None
        for cause in _alone(run.subject, run.error.trace, run.program)
    ]
    _write(path, page(title, (*review.causes, *errors), summary_of(review.checked)))


def write_trace(path: Path, trace: Trace, program: Program | None) -> None:
    """Write the page of one counterexample; to standard output if the path is `-`. program: that the trace is one of; None where
    that is not to be had."""
    configuration = Configuration(trace.settings, trace.events, bool(trace.events))
    subject = Subject(trace.model, configuration, {} if program is None else program.sources)
    text = page(trace.model, _alone(subject, trace, program))
    if path == STDOUT:
        print(text, end="")
    else:
        _write(path, text)


def _alone(subject: Subject, trace: Trace, program: Program | None) -> tuple[Cause, ...]:
    """The cause of one trace, as the review of a check that found nothing else."""
    verdict = Verdict(trace.violation.property, VerdictKind.VIOLATED, trace.violation.message, trace)
    run = Run(subject, (verdict,), Statistics(0, 0, 0, 0.0, 0, 0), None, (), (), program=program)
    return review_of(Checked((run,))).causes


def _write(path: Path, text: str) -> None:
    try:
        writing.write(path, text)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write the page: {error.strerror}; name another file", path)
