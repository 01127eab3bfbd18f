# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof check --engine z3` or `bitwuzla`: bounded model checking of one configuration.

What the solver finds becomes a finding (solver_runs.py), which the replayer confirms like any other.
"""

from __future__ import annotations

import time
from contextlib import closing

import psutil

from checker.explicit.search.interrupts import uninterrupted
from checker.explicit.search.results import Limits, Progress, Result
from checker.explicit.search.results import Statistics as SearchStatistics
from checker.explicit.search.search import Search
from checker.language.errors import UsageError
from checker.result.verdict import Configuration, Run, Statistics, Verdict, VerdictKind
from checker.stopping import INTERRUPTED, Stop, Why, seconds_limit
from checker.symbolic.bmc.problem import bounded_problem
from checker.symbolic.bmc.question import Counterexample, Message, Reached, Stopped
from checker.symbolic.process import messages
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.solvers.solvers import Z3
from checker.symbolic.terms.terms import Unsupported
from checker.verify.confirm import Announce, Confirming, cut_short, within
from checker.verify.liveness import fairness_of
from checker.verify.request import Request
from checker.verify.solver_runs import Runs
from checker.verify.subject import Loaded, load_subject

RUNS_UNKNOWN = "a solver looks at states and steps only; a property on runs needs another --engine"


class Answers:
    """What the solver has answered so far. error: the verdict of every property, if there is a model error. reached: the depth up
    to which there is nothing more, -1 for none. stopped: why it ended early."""

    def __init__(self, runs: Runs, confirming: Confirming) -> None:
        self.runs = runs
        self.confirming = confirming
        self.error: Verdict | None = None
        self.reached = -1
        self.stopped: Stop | None = None

    def take(self, message: Message | None) -> bool:
        """Take the next answer; whether others are of use."""
        match message:
            case Counterexample():
                with uninterrupted():
                    self._take_counterexample(message)
            case Reached():
                self.reached = message.depth
                return self.error is None
            case Stopped():
                self.stopped = message.why
        return True

    def _take_counterexample(self, counterexample: Counterexample) -> None:
        finding = self.runs.finding(counterexample)
        if finding is None or finding.property in self.confirming.violated:
            return
        if finding.kind == "model-error":
            self.error = self.confirming.error(finding)
        else:
            self.confirming.found(finding)


def check_bounded(
    request: Request,
    depth: int,
    limits: Limits,
    progress: Progress | None = None,
    announce: Announce | None = None,
    solver: str = Z3,
) -> Run:
    """Look for violations of one configuration in at most so many steps. solver: one of SOLVERS. announce: called with each
    violation when it is found and confirmed. Disagreement if portable engine or replayer do not confirm what it says."""
    begun = time.monotonic()
    loaded = load_subject(request)
    try:
        relation = step_relation(loaded.system)
        problem = bounded_problem(relation, loaded.wanted - loaded.live, depth, solver)
    except Unsupported as why:
        raise UsageError(f"{request.model}: {solver} cannot search this model: {why}; use another --engine") from None
    search = Search(loaded.system, loaded.wanted - loaded.live)
    answers = Answers(Runs(relation, search), Confirming(loaded.program, loaded.system, loaded.subject, announce))

    def statistics() -> SearchStatistics:
        memory = psutil.Process().memory_info().rss
        return SearchStatistics(0, 0, max(answers.reached, 0), time.monotonic() - begun, 0, memory)

    seconds = None if limits.seconds is None else max(limits.seconds - limits.spent - (time.monotonic() - begun), 0.0)
    try:
        with closing(messages(problem, seconds, limits.memory)) as told:
            for message in told:
                if not answers.take(message):
                    break
                if progress is not None:
                    progress(statistics())
    except KeyboardInterrupt:
        answers.stopped = INTERRUPTED
    if answers.stopped is not None and limits.seconds is not None and answers.stopped.why is Why.SECONDS:
        answers.stopped = seconds_limit(limits.seconds)
    return _run(loaded, answers, search, statistics(), solver)


def _run(loaded: Loaded, answers: Answers, search: Search, s: SearchStatistics, solver: str) -> Run:
    result = search.result
    otherwise = _otherwise(loaded.subject.configuration, answers, result)
    only_runs = loaded.live if answers.error is None else frozenset()
    return Run(
        loaded.subject,
        tuple(
            answers.confirming.violated.get(name)
            or Verdict(
                name,
                VerdictKind.UNKNOWN if name in only_runs else otherwise.kind,
                RUNS_UNKNOWN if name in only_runs else otherwise.detail,
                otherwise.trace,
                fairness_of(loaded.program, name),
            )
            for name in loaded.program.properties
            if name in loaded.wanted
        ),
        Statistics(s.states, s.transitions, s.depth, s.seconds, s.memory, s.frontier),
        answers.stopped,
        tuple(result.cuts.items()),
        (),
        answers.error,
        solver,
        initials=len(set(search.firsts)),
        outside=tuple(result.outside.items()),
        program=loaded.program,
    )


def _otherwise(configuration: Configuration, answers: Answers, result: Result) -> Verdict:
    """The verdict of every property that no violation was found of."""
    if answers.error is not None:
        return answers.error
    scope = f"depth <= {answers.reached}" + (f",{configuration.at}" if configuration.at else "")
    proved = scope if answers.reached >= 0 else ""
    if result.cuts:
        return cut_short(result.cuts)
    if answers.stopped is not None:
        return Verdict("", VerdictKind.UNKNOWN, str(answers.stopped) + (f"; nothing violates it at {proved}" if proved else ""))
    return Verdict("", VerdictKind.BOUNDED, proved + within(result))
