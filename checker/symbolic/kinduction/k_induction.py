# SPDX-License-Identifier: GPL-2.0-only
"""k-induction with Z3: whether the questions of a certificate (unrolled_certificate.py) are all `unsat`, for k = 1, 2, ...

Runs in a process of its own (process.py). What Z3 says is not believed before the second solver has read the same files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.stopping import Stop, Why
from checker.symbolic.bmc.question import Stopped


@dataclass(frozen=True)
class InductionProblem:
    """For each k from 1 on, the questions: of initiation, of consecution, of safety."""

    questions: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Inductive:
    """The questions for this k are all `unsat`."""

    k: int


@dataclass(frozen=True)
class NotInductive:
    """They are not for any k that was asked for. early: since a run of fewer than k steps is wrong."""

    early: bool


InductionMessage = Inductive | NotInductive | Stopped


def induct(problem: InductionProblem, tell: Callable[[InductionMessage], None]) -> None:
    """Look for the least k. tell: called once, with the answer."""
    import z3

    for k, questions in enumerate(problem.questions, 1):
        for number, text in enumerate(questions):
            solver = z3.SolverFor("QF_BV")
            solver.from_string(text)
            answer = solver.check()
            if answer == z3.unknown:
                tell(Stopped(Stop(Why.SOLVER, f"Z3 gives up at k = {k}: {solver.reason_unknown()}")))
                return
            if answer == z3.sat:
                if number == 0:
                    tell(NotInductive(True))
                    return
                break
        else:
            tell(Inductive(k))
            return
    tell(NotInductive(False))
