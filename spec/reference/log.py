# SPDX-License-Identifier: GPL-2.0-only
"""The record of a run: one event for each move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec.reference.kernel.operations import Choice


@dataclass(frozen=True)
class Move:
    """One step of a CPU, or something that happens to it.

    cpu: which one steps, None for an event. event: empty for a step. arguments: of an event, in its order; CPUs, tasks and areas
    by their index. choice: what the surroundings decided in a step.
    """

    cpu: int | None
    event: str = ""
    arguments: tuple[int, ...] = ()
    choice: Choice = None

    def __str__(self) -> str:
        if self.cpu is None:
            return f"{self.event}({', '.join(map(str, self.arguments))})"
        return f"cpu{self.cpu}" + ("" if self.choice is None else f" chooses {self.choice}")


@dataclass(frozen=True)
class Event:
    """A move that was taken. number: from 0. who: whose code stepped; of an event, the CPU it came to. what: the operation, as in
    `load cpu0.pool[1]`; empty for a step that only called or returned. values: what the operation gave or stored. failure: what
    the move raised, empty for none."""

    number: int
    move: Move
    who: str
    what: str
    values: tuple[tuple[str, str], ...] = ()
    failure: str = ""

    def __str__(self) -> str:
        shown = "".join(f" {name}={value}" for name, value in self.values)
        return f"{self.number}: {self.move}: {self.who}: {self.what}{shown}{': ' if self.failure else ''}{self.failure}"


def event_to_json(event: Event) -> dict[str, object]:
    move = event.move
    return {
        "number": event.number,
        "move": {"cpu": move.cpu, "event": move.event, "arguments": list(move.arguments), "choice": move.choice},
        "who": event.who,
        "what": event.what,
        "values": dict(event.values),
        "failure": event.failure,
    }


def event_from_json(value: Mapping[str, object]) -> Event:
    """The inverse. Raises ValueError for anything else."""
    try:
        number, moved, who, what, values, failure = (
            value[name] for name in ("number", "move", "who", "what", "values", "failure")
        )
        if not isinstance(moved, Mapping) or not isinstance(values, Mapping) or not isinstance(number, int):
            raise ValueError("an event needs a number, a move and values")
        cpu, name, arguments, choice = (moved[key] for key in ("cpu", "event", "arguments", "choice"))
        if not (cpu is None or isinstance(cpu, int)) or not isinstance(name, str) or not isinstance(arguments, list):
            raise ValueError("a move needs a cpu or an event, and arguments")
        if not all(isinstance(argument, int) for argument in arguments) or not isinstance(choice, bool | int | str | None):
            raise ValueError("an argument is a number; a choice a truth value, a number or a word")
    except KeyError as missing:
        raise ValueError(f"an event has no {missing}") from None
    pairs = tuple((str(key), str(text)) for key, text in values.items())
    return Event(number, Move(cpu, name, tuple(arguments), choice), str(who), str(what), pairs, str(failure))
