# SPDX-License-Identifier: GPL-2.0-only
"""What tells one bug from another: steps that its runs take, in this order, and steps that they do not take.

A step is written as
    NAME            an action of that name, or code of that routine, called from wherever
    NAME level=1    the same action with this argument
    NAME chose=True code of that routine that has chosen True (or False): an allocation that fails, for example
    NAME: TEXT      code of that routine, at a line of the source that contains TEXT
and `at once` before it says that no other step comes between it and the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checker.explicit.step.transitions import Transition
from checker.language.schedule import Choice
from checker.language.tree import Position, Program, line_of
from checker.trace.data import Step, Trace

AT_ONCE = "at once "


@dataclass(frozen=True)
class Label:
    """What a pattern looks at. routines: of a step, outermost first; of an action its name. line: where the step begins.
    arguments: of an action, as in `level=1`, where they are numbers; and of a step, what it chose, where that is True or False."""

    routines: tuple[str, ...]
    line: str
    arguments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pattern:
    """name, arguments, text: as above. at_once: it has to be the next step."""

    name: str
    arguments: frozenset[str]
    text: str
    at_once: bool

    def matches(self, label: Label) -> bool:
        return self.name in label.routines and self.arguments <= label.arguments and self.text in label.line


def pattern(written: str) -> Pattern:
    """The pattern that is written so. ValueError if it is none."""
    rest = written.removeprefix(AT_ONCE)
    head, _, text = rest.partition(": ")
    words = head.split()
    if not words or not all("=" in word for word in words[1:]):
        raise ValueError(f"`{written}` is not a step; write NAME, NAME level=1 or NAME: TEXT")
    return Pattern(words[0], frozenset(words[1:]), text, written != rest)


@dataclass(frozen=True)
class Signature:
    """steps: taken, in this order. never: not taken anywhere."""

    steps: tuple[Pattern, ...]
    never: tuple[Pattern, ...]

    def forbids(self, label: Label) -> bool:
        return any(one.matches(label) for one in self.never)

    def after(self, reached: int, label: Label) -> tuple[int, ...]:
        """How many of the steps may have been taken after one more step. A run that could count it for the next one may as
        well wait for a later one, unless the next one has to follow at once."""
        if reached == len(self.steps):
            return (reached,)
        wanted = self.steps[reached]
        waits = () if wanted.at_once and reached > 0 else (reached,)
        return (*waits, reached + 1) if wanted.matches(label) else waits

    def fits(self, labels: Sequence[Label]) -> bool:
        """Whether a run with these steps shows the bug."""
        if any(self.forbids(label) for label in labels):
            return False
        reached = {0}
        for label in labels:
            reached = {after for before in reached for after in self.after(before, label)}
        return len(self.steps) in reached


def line_at(sources: Mapping[str, str], position: Position) -> str:
    """The line of the source there."""
    return (line_of(sources[position.file], position.line) or "").strip()


def labels_of(trace: Trace, sources: Mapping[str, str]) -> list[Label]:
    """The labels of the steps of a trace."""
    return [_label_of_step(step, sources) for step in trace.steps]


def _label_of_step(step: Step, sources: Mapping[str, str]) -> Label:
    if step.processor is None:
        return Label((step.name,), "", frozenset(f"{name}={value}" for name, value in step.arguments))
    names = tuple(call.routine for call in step.calls)
    return Label(names, line_at(sources, step.calls[-1].position), _chosen(step.choices))


def _chosen(choices: Iterable[str]) -> frozenset[str]:
    return frozenset(f"chose={choice}" for choice in choices)


def label_of_transition(program: Program, transition: Transition, choices: tuple[Choice, ...]) -> Label:
    """The label of what the engine takes for a step. It knows numbers only: a 0 is taken for False, a 1 for True."""
    if transition.action is not None:
        parameters = [name for name, _, _ in transition.action.parameters]
        values = zip(parameters, transition.arguments, strict=True)
        return Label((transition.action.name,), "", frozenset(f"{name}={value}" for name, value in values))
    assert transition.location is not None
    calls = transition.location.calls
    names = tuple(call.routine for call in calls)
    return Label(names, line_at(program.sources, calls[-1].position), _chosen(str(bool(choice)) for choice in choices))
