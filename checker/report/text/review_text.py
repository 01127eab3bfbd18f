# SPDX-License-Identifier: GPL-2.0-only
"""What `stackproof check` prints: a block for each cause, then the verdicts, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checker.counting import counted
from checker.report.shell import argument, command_line
from checker.report.text.cause_text import FEWEST, MOST, NARROW, cause_text, steps_shown
from checker.report.text.check_text import find_again, finding_text, runs_text, sizes_and_events, summary_text
from checker.report.text.compact_text import compact_text
from checker.report.text.screen import Screen
from checker.report.text.single_cause import single_cause
from checker.report.text.style import plain
from checker.result.review import Cause, Review
from checker.result.verdict import Run, Verdict, VerdictKind
from checker.trace.data import Trace

LINES = 138
"""All that is printed has no more lines than this, if that is possible: some screens of a terminal."""

COMPACT_LINES = 148
"""The same for compact blocks on a terminal."""

ANSI = re.compile("\x1b\\[[0-9;]*m")

Saved = Sequence[tuple[Trace, Sequence[Path]]]
"""The files of each counterexample that was saved."""


def review_text(review: Review, saved: Saved, screen: Screen, command: Sequence[str] = ("check",), whole: bool = False) -> str:
    """All of it. command: the one that was given, and its own options. whole: with whole traces in place of the blocks. On a
    terminal where the blocks would take too many lines, they are compact, without empty lines between them."""
    checked = review.checked
    end = "\n".join([runs_text(checked.runs), *map(plain, review.remarks), summary_text(checked), *saved_lines(saved)])
    end = screen.fit(end)
    room = LINES - end.count("\n") - 1
    found = blocks(review, saved, screen, command, whole, room)
    if not whole and screen.width is not None and screen.width >= NARROW and _lines("\n".join(found), screen.width) > room:
        errors = blocks(replace(review, causes=()), saved, screen, command, whole)
        found = ["\n".join([*_compact(review, saved, screen, command, room + COMPACT_LINES - LINES), *errors])]
    return "\n".join([*found, end])


def _lines(text: str, width: int) -> int:
    """How many lines of a terminal a text takes."""
    return sum(max(1, -(-len(ANSI.sub("", line)) // width)) for line in text.splitlines())


def _compact(review: Review, saved: Saved, screen: Screen, command: Sequence[str], room: int) -> list[str]:
    """The compact blocks, with as many steps in each as there is room for, and how to see a whole run."""
    assert screen.width is not None
    found: list[str] = []
    for most in range(MOST, FEWEST - 1, -1):
        found = []
        for cause in review.causes:
            files = next((files for trace, files in saved if trace is cause.trace), ())
            verdict = Verdict(cause.trace.violation.property, VerdictKind.VIOLATED, "", cause.trace)
            options = show_again(cause, verdict, files, command) if files else command_line(sizes_and_events(cause.subject))
            found.append(compact_text(cause, screen, most, options))
        if not saved:
            subject = review.causes[0].subject
            words = ["stackproof", command[0], argument(subject.model), *subject.options, *command[1:], "--trace"]
            found += screen.wrap(f"A whole run: {command_line(words)}, with these options")
        if _lines("\n".join(found), screen.width) < room:
            break
    return found


def saved_lines(saved: Saved) -> list[str]:
    """Where the counterexamples are, in a line."""
    if not saved:
        return []
    count = len(saved)
    folder = plain(str(saved[0][1][0].parent))
    return [f"Saved: {counted(count, 'counterexample')} and the picture of each, in {folder}"]


def blocks(review: Review, saved: Saved, screen: Screen, command: Sequence[str], whole: bool, lines: int = LINES) -> list[str]:
    """The block of each cause, and of what is wrong with the model itself, each ending in a newline; whole: their traces. lines:
    that they may have together, before any is broken."""
    found = []
    for cause, most in zip(review.causes, steps_shown(review.causes, lines), strict=True):
        files = next((files for trace, files in saved if trace is cause.trace), ())
        verdict = Verdict(cause.trace.violation.property, VerdictKind.VIOLATED, "", cause.trace)
        if whole:
            found.append(finding_text(cause.subject, verdict, files, screen.colour, command))
        else:
            again = show_again(cause, verdict, files, command)
            found.append(cause_text(cause, screen, most, again, review.checked.asked))
    found += [_error_text(run, run.error, screen, command, whole) for run in review.checked.runs if run.error is not None]
    return found


def show_again(cause: Cause, verdict: Verdict, files: Sequence[Path], command: Sequence[str]) -> str:
    """What to type to see the whole run."""
    if files:
        return find_again(cause.subject, verdict, files, command, verb="show")
    return f"{find_again(cause.subject, verdict, files, command)} --trace"


def _error_text(run: Run, error: Verdict, screen: Screen, command: Sequence[str], whole: bool) -> str:
    if error.trace is None:
        return f"{plain(error.detail)}\n"
    if whole:
        return finding_text(run.subject, error, [], screen.colour, command)
    again = f"{find_again(run.subject, error, [], command)} --trace"
    return cause_text(single_cause(run.subject, error.trace), screen, MOST, again, 1)
