# SPDX-License-Identifier: GPL-2.0-only
"""Runs that Ctrl-C ended: what was found of one stays found, and whether one was."""

from __future__ import annotations

from collections.abc import Mapping

import psutil

from checker.language.front.load import load_program
from checker.result.verdict import Run, Statistics, Subject, Verdict, VerdictKind
from checker.stopping import INTERRUPTED
from checker.verify.request import Request
from checker.verify.subject import wanted_properties


def was_interrupted(run: Run) -> bool:
    """Whether Ctrl-C ended it, be it in the search for states or in that for lassos."""
    return run.stopped == INTERRUPTED or any(verdict.stopped == INTERRUPTED for verdict in run.verdicts)


def interrupted_run(request: Request, engine: str, found: Mapping[str, tuple[Subject, Verdict]]) -> Run:
    """A run of which nothing is known but what it announced before Ctrl-C. found: by property; something."""
    program = load_program(request.model, request.settings, request.events, request.inputs)
    wanted = wanted_properties(program, request)
    subject = next(iter(found.values()))[0]
    verdicts = tuple(
        found[name][1] if name in found else Verdict(name, VerdictKind.UNKNOWN, str(INTERRUPTED))
        for name in program.properties
        if name in wanted
    )
    memory = psutil.Process().memory_info().rss
    return Run(subject, verdicts, Statistics(0, 0, 0, 0.0, memory, 0), INTERRUPTED, (), (), engine=engine)
