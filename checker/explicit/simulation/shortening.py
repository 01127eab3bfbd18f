# SPDX-License-Identifier: GPL-2.0-only
"""Shorter ways to where a random walk came to, cheaply found. The result need not be a shortest one.

First the shortest way by the states that the walk went through (which cuts its loops). Then steps are left out, as long as
the others remain possible and lead to the same end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from checker.explicit.step.outcome import Raised
from checker.explicit.step.paths import Route, Step, outcomes
from checker.explicit.step.transitions import Transition, Transitions
from checker.language.schedule import Allocated, Choice
from checker.language.tree import ReferenceType

TRIES = 300_000
"""Steps that may be run to find out what can be left out: a second or two."""

Steps = tuple[Step, ...]
End = Callable[[int], bool]
"""Whether a state is one to come to."""


def shortened(transitions: Transitions, path: Route, end: End) -> Route:
    """A path, no longer, from the same state to one for which `end` holds. path: one such path."""
    path = by_the_same_states(transitions, path)
    return Route(path.first, _Shortener(transitions, path.first, end).without(path.steps))


def by_the_same_states(transitions: Transitions, path: Route) -> Route:
    """The shortest path to the last state that goes through states of the path only."""
    allowed = {step.state for step in path}
    last = path.end
    reached: dict[int, tuple[int, Step] | None] = {path.first: None}
    for state in (queue := [path.first]):
        if last in reached:
            break
        for transition in transitions.possible(state):
            for choices, outcome in outcomes(transition, state):
                if isinstance(outcome, int) and outcome in allowed and outcome not in reached:
                    reached[outcome] = (state, Step(transition, choices, outcome))
                    queue.append(outcome)
    found: list[Step] = []
    before = reached[last]
    while before is not None:
        found.append(before[1])
        before = reached[before[0]]
    return Route(path.first, tuple(reversed(found)))


def same_mover(transitions: Transitions, transition: Transition, state: int) -> Transition | None:
    """The same action, or the step of the same processor that is next in this state."""
    return transition if transition.processor is None else transitions.processors[transition.processor].transition(state)


class _Shortener:
    """Leaves steps out."""

    def __init__(self, transitions: Transitions, first: int, end: End) -> None:
        self.transitions = transitions
        self.first = first
        self.end = end
        self.left = TRIES

    def without(self, path: Steps) -> Steps:
        """The path without what can be left out of it."""
        shorter: Steps | None = path
        while shorter is not None and self.left > 0:
            path = shorter
            shorter = next(filter(None, (self._again(path, left_out) for left_out in self._candidates(path))), None)
        return path

    def _again(self, path: Steps, left_out: frozenset[int]) -> Steps | None:
        """The same steps without some of them, if that is possible and comes to the same end."""
        state = self.first
        found: list[Step] = []
        for number, step in enumerate(path):
            if number in left_out:
                continue
            self.left -= 1
            if self.left < 0:
                return None
            transition = same_mover(self.transitions, step.transition, state)
            successor = None if transition is None else _with_choices(transition, state, step.choices)
            if transition is None or successor is None or successor >> self.transitions.layout.mark:
                return None
            found.append(Step(transition, step.choices, successor))
            state = successor
        return tuple(found) if self.end(state) else None

    def _place(self, transition: Transition) -> int | str:
        """The processor that steps or that an action interrupts; an action that interrupts none by its name."""
        processors = self.transitions.system.processors
        if transition.action is not None and processors is not None:
            alignment = self.transitions.system.arenas[processors.record].alignment
            for (_, type_, _), argument in zip(transition.action.parameters, transition.arguments, strict=True):
                if type_ == ReferenceType(processors.record):
                    return argument // alignment - 1
        return source(transition)

    def _candidates(self, path: Steps) -> list[frozenset[int]]:
        """Steps to leave out together, most first: all at one processor or of one action from some place on; from a step on,
        those until a processor is again where it was before that step: what happens there, or everything; single ones."""
        found: set[frozenset[int]] = set()
        by_source: dict[int | str, list[int]] = {}
        for number, step in enumerate(path):
            by_source.setdefault(self._place(step.transition), []).append(number)
            found.add(frozenset((number,)))
        for numbers in by_source.values():
            found.update(frozenset(numbers[at:]) for at in range(len(numbers)))
        states = [self.first, *(step.state for step in path)]
        for begin in range(len(path)):
            for number, processor in enumerate(self.transitions.processors):
                next_step = processor.transition(states[begin])
                own = {begin}
                for later in by_source.get(number, ()):
                    if later > begin and path[later].transition is next_step:
                        found.add(frozenset(own))
                        found.add(frozenset(range(begin, later)))
                    if later > begin:
                        own.add(later)
        return sorted(found, key=lambda numbers: (-len(numbers), sorted(numbers)))


def source(transition: Transition) -> int | str:
    """Who moves: the number of the processor, or the name of the action."""
    if transition.processor is not None:
        return transition.processor
    assert transition.action is not None
    return transition.action.name


def _with_choices(transition: Transition, state: int, choices: tuple[Choice, ...]) -> int | None:
    """The state that a transition leads to with these choices, if it is possible with them."""
    given = _Given(list(reversed(choices)))
    try:
        successor = transition.function(state, given)
    except (Raised, _NotThere):
        return None
    return None if given.left else successor


@dataclass(frozen=True)
class _Given:
    """A tape with one way to choose. left: its choices, the next one last."""

    left: list[Choice]
    allocations: list[str] = field(default_factory=list)

    def __call__(self, options: list[int]) -> int:
        if not self.left or self.left[-1] not in options:
            raise _NotThere
        value = self.left.pop()
        assert not isinstance(value, Allocated)
        return value

    def allocated(self, record: str, instances: int, alignment: int) -> int:
        number = self.allocations.count(record)
        self.allocations.append(record)
        if not instances & instances - 1:
            return instances
        match self.left[-1:]:
            case [Allocated() as given] if (given.record, given.number) == (record, number):
                bit = 1 << given.reference // alignment - 1
                if bit & instances:
                    self.left.pop()
                    return bit
        raise _NotThere


class _NotThere(Exception):
    """Something else is to be chosen from here."""
