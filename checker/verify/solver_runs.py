# SPDX-License-Identifier: GPL-2.0-only
"""What a solver found, as findings: its run is taken again with the portable engine's transitions.

A solver's counterexample is states, and the transition taken from each. The portable engine's transitions have to lead to the
very same states.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.counting import counted
from checker.explicit.search.results import Finding, model_error
from checker.explicit.search.search import Search
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Violated
from checker.explicit.step.paths import NoSuchPath, Route, Step, alternatives, is_deadlock, marked
from checker.explicit.step.transitions import Transition as RealTransition
from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Choice
from checker.symbolic.bmc.problem import CUT, DEADLOCK, ERROR, ERROR_IN, VIOLATED, VIOLATES
from checker.symbolic.bmc.question import Counterexample
from checker.symbolic.relation.selector import Transition
from checker.symbolic.relation.transition import Relation
from checker.trace.confirmation.build import Disagreement

Outcome = tuple[RealTransition, tuple[Choice, ...], int | Raised]


class Runs:
    """Turns counterexamples into findings. Disagreement where the portable engine cannot go the same way."""

    def __init__(self, relation: Relation, search: Search) -> None:
        self.relation = relation
        self.search = search
        self.layout = search.layout
        self.violated: set[str] = set()

    def finding(self, counterexample: Counterexample) -> Finding | None:
        """The finding of a counterexample. None for a cut, which is noted in the search's result; and for a model error in an
        invariant of a property that was found violated, as no engine evaluates that any more."""
        state = self._packed(counterexample, 0)
        if state not in self.search.firsts:
            raise Disagreement("the solver and the portable engine begin in different states")
        path = Route(state)
        for number in range(1, len(counterexample.states)):
            wanted = self._packed(counterexample, number)
            found = self._take(counterexample, number - 1, state, wanted.__eq__, f"the state after step {number}")
            path = path.then(Step(found[0], found[1], wanted))
            state = wanted
        last = len(counterexample.states) - 1
        if counterexample.target.startswith(VIOLATED):
            return self._violation(counterexample.target.removeprefix(VIOLATED), path)
        if counterexample.target == DEADLOCK:
            return self._deadlock(path)
        if counterexample.target.startswith(ERROR_IN):
            name = counterexample.target.removeprefix(ERROR_IN)
            return None if name in self.violated else model_error(self._error_of(path, name), path)
        transition, choices, raised = self._take(
            counterexample, last, state, _raises(counterexample.target), f"`{counterexample.target.strip()}` in step {last + 1}"
        )
        if isinstance(raised, Cut):
            self.search.result.note(raised)
            return None
        if isinstance(raised, Violated):
            self.violated.add(raised.property)
            path = path.then(Step(transition, choices, marked(self.search.transitions, state, raised)))
            return Finding(raised.property, raised.how.value, raised.position, path)
        assert isinstance(raised, OutOfRange)
        path = path.then(Step(transition, choices, state))
        return model_error(raised, path)

    def _packed(self, counterexample: Counterexample, number: int) -> int:
        return self.relation.fields.packed(self.layout, counterexample.states[number])

    def _take(
        self, counterexample: Counterexample, number: int, state: int, accepts: Callable[[int | Raised], bool], what: str
    ) -> Outcome:
        """A way in which the transition that the solver took there ends as it did there."""
        taken = self.relation.transitions[counterexample.inputs[number][0]]
        for transition, choices, end in alternatives(self.search.transitions, state):
            if _is(taken, transition) and accepts(end):
                return transition, choices, end
        raise Disagreement(f"the solver finds {what}, and the portable engine does not")

    def _violation(self, name: str, path: Route) -> Finding:
        self.violated.add(name)
        try:
            instance = self.search.violated_instance(name, path)
        except NoSuchPath:
            raise Disagreement(
                f"the solver finds {name} violated after {counted(len(path), 'step')}, and the portable engine does not"
            ) from None
        return Finding(name, "invariant", instance.predicate.position, path, instance.predicate, instance.arguments)

    def _deadlock(self, path: Route) -> Finding:
        if not is_deadlock(self.search.transitions, path.end):
            raise Disagreement(
                f"the solver finds a deadlock after {counted(len(path), 'step')}, and the portable engine does not"
            )
        return Finding(NO_DEADLOCK, "deadlock", None, path)

    def _error_of(self, path: Route, name: str) -> OutOfRange:
        try:
            return self.search.error_of(path, name)
        except NoSuchPath:
            raise Disagreement(
                f"the solver finds a model error after {counted(len(path), 'step')}, and the portable engine does not"
            ) from None


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
