# SPDX-License-Identifier: GPL-2.0-only
"""Real paths of a model from what an engine has stored.

An engine stores of each state on a path a representative, a hash, or the state itself. Here the model is walked forward from
its real initial states: at each step some real transition leads to a state that fits what is stored, since states that differ by
an exchange of instances have transitions that differ by the same. So the path is as long as the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from checker.explicit.step.outcome import OutOfRange, Raised, Tape, Violated
from checker.explicit.step.transitions import Transition, Transitions
from checker.language.schedule import Choice

FIRST_PROPERTY = 2
"""The mark of a state in which a step violated the first property; see ir/layout.py."""


@dataclass(frozen=True)
class Step:
    """One transition of a path, with its choices and the state it leads to."""

    transition: Transition
    choices: tuple[Choice, ...]
    state: int


@dataclass(frozen=True)
class Route:
    """Transitions one after the other. first: the initial state that it begins in, packed."""

    first: int
    steps: tuple[Step, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def end(self) -> int:
        """The state that it leads to."""
        return self.steps[-1].state if self.steps else self.first

    def then(self, *steps: Step) -> Route:
        """The same with more transitions behind it."""
        return Route(self.first, (*self.steps, *steps))


@dataclass(frozen=True)
class RaisingStep:
    """A transition that raises, and what it raises. A violation leads to the marked state, a model error nowhere."""

    step: Step
    raised: Violated | OutOfRange


class NoSuchPath(AssertionError):
    """What an engine has stored is not a path of the model. The engine is wrong, or what it has read from a checkpoint is."""


def outcomes(transition: Transition, state: int) -> Iterator[tuple[tuple[Choice, ...], int | Raised]]:
    """What a transition can lead to: its choices, and the next state or what it raises; nothing where it is not possible."""
    tape = Tape()
    while True:
        tape.rewind()
        try:
            outcome: int | Raised | None = transition.function(state, tape)
        except Raised as raised:
            outcome = raised
        if outcome is not None:
            yield tuple(tape.values), outcome
        if not tape.advance():
            return


def alternatives(transitions: Transitions, state: int) -> Iterator[tuple[Transition, tuple[Choice, ...], int | Raised]]:
    """Every transition of a state with each way to choose, and how it ends."""
    for transition in transitions.possible(state):
        for choices, outcome in outcomes(transition, state):
            yield transition, choices, outcome


def is_deadlock(transitions: Transitions, state: int) -> bool:
    """Whether no transition but those of interrupts leads away from a state. What raises leads away, a cut too."""
    return not any(end != state for transition, _, end in alternatives(transitions, state) if not transition.interrupt)


def marked(transitions: Transitions, state: int, violated: Violated) -> int:
    """The terminal state that a violating step leads to."""
    return state | FIRST_PROPERTY + transitions.system.properties.index(violated.property) << transitions.layout.mark


def path_where(transitions: Transitions, firsts: Iterable[int], accepts: Sequence[Callable[[int], bool]]) -> Route:
    """A path from one of some states that the first test accepts, whose first step leads to a state that the second test accepts,
    and so on."""
    for first in dict.fromkeys(firsts):
        steps = _steps_where(transitions, first, accepts[1:]) if accepts[0](first) else None
        if steps is not None:
            return Route(first, steps)
    raise NoSuchPath("a state without the transitions that led to it")


def _steps_where(transitions: Transitions, first: int, accepts: Sequence[Callable[[int], bool]]) -> tuple[Step, ...] | None:
    path: list[Step] = []
    untried: list[Iterator[Step]] = []
    while len(path) < len(accepts):
        if len(untried) == len(path):
            untried.append(_steps(transitions, path[-1].state if path else first, accepts[len(path)]))
        step = next(untried[-1], None)
        if step is not None:
            path.append(step)
            continue
        untried.pop()
        if not untried:
            return None
        path.pop()
    return tuple(path)


def _steps(transitions: Transitions, state: int, accepts: Callable[[int], bool]) -> Iterator[Step]:
    for transition, choices, end in alternatives(transitions, state):
        if isinstance(end, Violated):
            end = marked(transitions, state, end)
        if isinstance(end, int) and accepts(end):
            yield Step(transition, choices, end)


def raising_end(transitions: Transitions, state: int, like: Violated | OutOfRange) -> RaisingStep:
    """The transition of a real state that ends as its representative's did, with a violation of the same property or a model
    error; at the same position if there is one such (where several instances are wrong at several positions, the order of the
    arena says which one is met first)."""
    other: RaisingStep | None = None
    for transition, choices, end in alternatives(transitions, state):
        if isinstance(like, Violated) and isinstance(end, Violated) and (end.property, end.how) == (like.property, like.how):
            found = RaisingStep(Step(transition, choices, marked(transitions, state, end)), end)
        elif isinstance(like, OutOfRange) and isinstance(end, OutOfRange):
            found = RaisingStep(Step(transition, choices, state), end)
        else:
            continue
        if end.position == like.position:
            return found
        other = other or found
    if other is None:
        raise NoSuchPath("a state without the violation that its representative has")
    return other
