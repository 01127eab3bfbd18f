# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof check --engine z3` or `bitwuzla`: bounded model checking of one configuration.

A hit is a run: states, and the transition taken from each. Here it is taken again with the portable engine's transitions, which
have to lead to the very same states, and then confirmed by the replayer like any other finding.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import psutil

from checker.explicit.search.interrupts import uninterrupted
from checker.explicit.search.results import Finding, Limits, Result
from checker.explicit.search.results import Progress as Progress
from checker.explicit.search.results import Statistics as SearchStatistics
from checker.explicit.search.search import Search
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Violated
from checker.explicit.step.paths import Hop, Route, alternatives, is_deadlock, marked
from checker.explicit.step.transitions import Transition as RealTransition
from checker.ir.lowering.lower import lower
from checker.language.errors import UsageError
from checker.language.python.load import load_program
from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Choice
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, Word
from checker.stopping import INTERRUPTED, Stop, Why, seconds_limit
from checker.symbolic.bmc.problem import BROKEN, CUT, ERROR, ERROR_IN, STUCK, VIOLATES, bounded_problem
from checker.symbolic.bmc.question import Hit, Reached, Stopped
from checker.symbolic.process import messages
from checker.symbolic.relation.selector import Transition
from checker.symbolic.relation.transition import Relation, step_relation
from checker.symbolic.solvers.solvers import Z3
from checker.symbolic.terms.terms import Unsupported
from checker.trace.confirmation.build import Disagreement
from checker.verify.configuration import Announce, Request, configuration_of, notes_of, wanted_properties, within
from checker.verify.confirm import confirmed
from checker.verify.liveness import fairness_of, live_properties

Outcome = tuple[RealTransition, tuple[Choice, ...], int | Raised]


class Runs:
    """Turns hits into findings. Disagreement where the portable engine cannot go the same way."""

    def __init__(self, relation: Relation, search: Search) -> None:
        self.relation = relation
        self.search = search
        self.layout = search.layout
        self.broken: set[str] = set()

    def finding(self, hit: Hit) -> Finding | None:
        """The finding of a hit. None for a cut, which is noted in the search's result; and for a model error in an invariant of
        a property that was found violated, as no engine evaluates that any more."""
        state = self._packed(hit, 0)
        if state not in self.search.firsts:
            raise Disagreement("the solver and the portable engine begin in different states")
        path = Route(state)
        for number in range(1, len(hit.states)):
            wanted = self._packed(hit, number)
            found = self._take(hit, number - 1, state, wanted.__eq__, f"the state after step {number}")
            path = path.then(Hop(found[0], found[1], wanted))
            state = wanted
        last = len(hit.states) - 1
        if hit.target.startswith(BROKEN):
            return self._broken(hit.target.removeprefix(BROKEN), path)
        if hit.target == STUCK:
            return self._stuck(path)
        if hit.target.startswith(ERROR_IN):
            name = hit.target.removeprefix(ERROR_IN)
            return None if name in self.broken else self._broken_error(name, path)
        transition, choices, raised = self._take(
            hit, last, state, _raises(hit.target), f"`{hit.target.strip()}` in step {last + 1}"
        )
        if isinstance(raised, Cut):
            self.search.result.note(raised)
            return None
        if isinstance(raised, Violated):
            self.broken.add(raised.property)
            path = path.then(Hop(transition, choices, marked(self.search.transitions, state, raised)))
            return Finding(raised.property, raised.how.value, raised.position, path)
        assert isinstance(raised, OutOfRange)
        path = path.then(Hop(transition, choices, state))
        return Finding("", "model-error", raised.position, path, message=raised.message)

    def _packed(self, hit: Hit, number: int) -> int:
        return self.relation.fields.packed(self.layout, hit.states[number])

    def _take(self, hit: Hit, number: int, state: int, accepts: Callable[[int | Raised], bool], what: str) -> Outcome:
        """A way in which the transition that the solver took there ends as it did there."""
        taken = self.relation.transitions[hit.inputs[number][0]]
        for transition, choices, end in alternatives(self.search.transitions, state):
            if _is(taken, transition) and accepts(end):
                return transition, choices, end
        raise Disagreement(f"the solver finds {what}, and the portable engine does not")

    def _broken(self, name: str, path: Route) -> Finding:
        self.broken.add(name)
        for cluster in self.search.clusters:
            for instance in cluster.instances:
                if instance.predicate.property == name and instance.is_violated(path.end):
                    predicate = instance.predicate
                    return Finding(name, "invariant", predicate.position, path, predicate, instance.arguments)
        raise Disagreement(f"the solver finds {name} violated after {len(path)} steps, and the portable engine does not")

    def _stuck(self, path: Route) -> Finding:
        if not is_deadlock(self.search.transitions, path.end):
            raise Disagreement(f"the solver finds a deadlock after {len(path)} steps, and the portable engine does not")
        return Finding(NO_DEADLOCK, "deadlock", None, path)

    def _broken_error(self, name: str, path: Route) -> Finding:
        for cluster in self.search.clusters:
            for instance in cluster.instances:
                try:
                    if instance.predicate.property == name:
                        instance.holds(path.end)
                except OutOfRange as error:
                    return Finding("", "model-error", error.position, path, message=error.message)
        raise Disagreement(f"the solver finds a model error after {len(path)} steps, and the portable engine does not")


def _raises(target: str) -> Callable[[int | Raised], bool]:
    """Whether the end of a step is what the target says."""
    if target == ERROR:
        return lambda end: isinstance(end, OutOfRange)
    if target.startswith(CUT):
        return lambda end: isinstance(end, Cut) and end.reason == target.removeprefix(CUT)
    return lambda end: isinstance(end, Violated) and end.property == target.removeprefix(VIOLATES)


def _is(symbolic: Transition, real: RealTransition) -> bool:
    """Whether two engines mean the same transition."""
    if symbolic.action is None:
        return real.action is None and real.processor == symbolic.processor
    return real.action is symbolic.action and real.arguments == symbolic.arguments


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
    program = load_program(request.model, request.settings, request.events, request.texts)
    wanted = wanted_properties(program, request)
    live = live_properties(program, wanted)
    system = lower(program)
    subject = Subject(program.model, configuration_of(program), program.sources, notes_of(program))
    try:
        relation = step_relation(system)
        problem = bounded_problem(relation, wanted - live, depth, solver)
    except Unsupported as why:
        raise UsageError(f"error: {request.model}: {solver} cannot search this model: {why}; use another --engine") from None
    search = Search(system, wanted - live)
    runs = Runs(relation, search)
    violated: dict[str, Verdict] = {}
    error: Verdict | None = None
    stopped: Stop | None = None
    reached = -1

    def statistics() -> SearchStatistics:
        memory = psutil.Process().memory_info().rss
        return SearchStatistics(0, 0, max(reached, 0), time.monotonic() - begun, 0, memory)

    seconds = None if limits.seconds is None else max(limits.seconds - limits.spent - (time.monotonic() - begun), 0.0)
    try:
        with closing(messages(problem, seconds, limits.memory)) as told:
            for message in told:
                match message:
                    case Hit():
                        with uninterrupted():
                            finding = runs.finding(message)
                            if finding is None or finding.property in violated:
                                continue
                            trace = confirmed(program, system, finding)
                            if finding.kind == "model-error":
                                error = Verdict("", Word.ERROR, finding.message, trace)
                                continue
                            verdict = Verdict(finding.property, Word.VIOLATED, trace.violation.message, trace)
                            violated[finding.property] = verdict
                            if announce is not None:
                                announce(subject, verdict)
                    case Reached():
                        reached = message.depth
                        if error is not None:
                            break
                    case Stopped():
                        stopped = message.why
                if progress is not None:
                    progress(statistics())
    except KeyboardInterrupt:
        stopped = INTERRUPTED
    if stopped is not None and limits.seconds is not None and stopped.why is Why.SECONDS:
        stopped = seconds_limit(limits.seconds)
    otherwise = _otherwise(subject.configuration, error, stopped, search.result, reached)
    runs_unknown = "a solver looks at states and steps only; a property on runs needs another --engine"
    s = statistics()
    return Run(
        subject,
        tuple(
            violated.get(name)
            or Verdict(
                name,
                Word.UNKNOWN if name in live and error is None else otherwise.word,
                runs_unknown if name in live and error is None else otherwise.detail,
                otherwise.trace,
                fairness_of(program, name),
            )
            for name in program.properties
            if name in wanted
        ),
        Statistics(s.states, s.transitions, s.depth, s.seconds, s.memory, s.frontier),
        stopped,
        tuple(search.result.cuts.items()),
        (),
        error,
        solver,
        initials=len(set(search.firsts)),
        outside=tuple(search.result.outside.items()),
    )


def _otherwise(
    configuration: Configuration, error: Verdict | None, stopped: Stop | None, result: Result, reached: int
) -> Verdict:
    """The verdict of every property that no violation was found of."""
    if error is not None:
        return error
    proved = f"depth <= {reached}, at {configuration}" if reached >= 0 else ""
    if result.cuts:
        return Verdict("", Word.UNKNOWN, "; ".join(f"{reason}: {what}" for reason, what in result.cuts.items()))
    if stopped is not None:
        return Verdict("", Word.UNKNOWN, str(stopped) + (f"; nothing violates it at {proved}" if proved else ""))
    return Verdict("", Word.BOUNDED, proved + within(result))
