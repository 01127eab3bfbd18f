# SPDX-License-Identifier: GPL-2.0-only
"""Is a recorded run one of the model's?

The model takes the recorded moves one after the other. What the record says that a step read or wrote has to be what
the model's cell holds; a run that failed has to violate the same property there. The run is accepted as far as that goes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checker.conformance.specification import Specification, Way
from checker.conformance.subject import End, Ended
from checker.trace.machine import Transition

ACCESS = re.compile(r"(load|store) (\S+)")


@dataclass(frozen=True)
class Recorded:
    """What a record says of one step. accessed: what the step did, as `load cpu0.pool[1]`. value: what it read or wrote, as
    printed; None where nothing is recorded. failed: the property that it broke, "" for none; halted: whether the machine stopped
    as it should. number: of the event in the record."""

    move: Transition
    accessed: str = ""
    value: str | None = None
    failed: str = ""
    halted: bool = False
    number: int = 0


@dataclass(frozen=True)
class Rejection:
    """The first step that the model does not take like that. move: it. reason: one line, empty where the model cannot take the
    step at all. possible: what the model can do there instead."""

    move: Transition
    reason: str
    possible: tuple[Way, ...]


@dataclass(frozen=True)
class Validation:
    """accepted: how many steps are a run of the model, from the first on. values: how many recorded values were looked at.
    rejection: None if that is all of them."""

    accepted: int
    values: int
    rejection: Rejection | None


def validate(specification: Specification, steps: Sequence[Recorded]) -> Validation:
    """The longest beginning of a recorded run that is a run of the model."""
    numbers = {name: number for number, name in enumerate(specification.names)}
    state = specification.initial
    values = 0
    ended = False
    for count, step in enumerate(steps):
        ways = [] if ended else specification.ways(state)
        way = next((way for way in ways if way.move == step.move), None)
        if way is None:
            reason = "the model's run has ended before" if ended else ""
            return Validation(count, values, Rejection(step.move, reason, tuple(ways)))
        told = _end_differs(way.outcome, step)
        if told is not None:
            return Validation(count, values, Rejection(step.move, told, tuple(ways)))
        after = way.outcome if isinstance(way.outcome, int) else state
        match = ACCESS.fullmatch(step.accessed)
        if match is not None and step.value is not None:
            number = numbers.get(match[2])
            if number is None:
                return Validation(count, values, Rejection(step.move, f"the model has no {match[2]}", tuple(ways)))
            held = specification.cells(state if match[1] == "load" else after)[number]
            if step.value not in specification.spellings(number, held):
                told = f"{match[2]} is {specification.shown(number, held)} in the model then, and {step.value} was recorded"
                return Validation(count, values, Rejection(step.move, told, tuple(ways)))
            values += 1
        ended = not isinstance(way.outcome, int)
        state = after
    return Validation(len(steps), values, None)


def _end_differs(outcome: int | Ended, step: Recorded) -> str | None:
    """How the model's step ends otherwise than the recorded one; None: it does not."""
    recorded = f"violates {step.failed}" if step.failed else "stops the machine" if step.halted else "goes on"
    if isinstance(outcome, int):
        found = "goes on"
    elif outcome.end is End.CUT:
        return f"the model has no room to go on: {outcome.message}; choose larger sizes"
    else:
        found = f"violates {outcome.property}" if outcome.end is End.VIOLATED else "stops the machine"
    return None if found == recorded else f"the step {recorded} in the record, and {found} in the model"
