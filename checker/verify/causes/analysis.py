# SPDX-License-Identifier: GPL-2.0-only
"""One violation, looked at: its decisive steps, and what it turns on."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.tree import Program
from checker.result.verdict import Run, Verdict
from checker.trace.data import Trace
from checker.verify.causes.altered import subject_of
from checker.verify.causes.decisive import Decisive, Role, decisive_steps
from checker.verify.causes.dependence import of_protocol, writers
from checker.verify.causes.turning import Turning, turning_of

MACHINE_STEPS = 20_000
"""How many steps the machine runs for one counterexample at most: about two seconds."""


@dataclass(frozen=True)
class Analysis:
    """A violation, looked at. decisive: in order."""

    run: Run
    verdict: Verdict
    trace: Trace
    decisive: tuple[Decisive, ...]
    turning: Turning


def analyse(run: Run, verdict: Verdict, trace: Trace, steps: int = MACHINE_STEPS) -> Analysis:
    """The trace is that of the verdict. steps: how many the machine may run."""
    decisive = find_decisive(run.program, trace, steps)
    return Analysis(run, verdict, trace, decisive, turning_of(trace, decisive))


def find_decisive(program: Program | None, trace: Trace, steps: int = MACHINE_STEPS) -> tuple[Decisive, ...]:
    """The decisive steps of a counterexample. None of a violation in the initial state."""
    if not trace.steps:
        return ()
    found: tuple[Decisive, ...] = ()
    if program is not None:
        try:
            found = decisive_steps(subject_of(program, trace, steps))
        except ValueError:  # the model's text has changed since
            program = None
    if program is None or not found:
        direct = [step for step, hands in writers(trace) if hands == 0]
        own = [step for step in direct if of_protocol(trace.steps[step])]
        found = tuple(Decisive(step, Role.WRITE) for step in sorted(own or direct))
    return found or (Decisive(len(trace.steps) - 1, Role.WRITE),)
