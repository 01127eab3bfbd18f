# SPDX-License-Identifier: GPL-2.0-only
"""Recorded runs of the implementation: `{"schema": "stackproof-run", "version": 1, ...}`.

A file has the protocol that ran, the sizes of the machine, what could happen on it, and one event for each move, as
spec/reference/log.py writes them. Reading trusts nothing; whether the run is one of the model is for validation.py to say.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from checker import writing
from checker.conformance.abstraction import VARIABLES, model_choice, transition_of_event, unchanging_fields
from checker.conformance.validation import ACCESS, Recorded
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.values import instance_name
from checker.trace.machine import Transition
from spec.reference.kernel import failures
from spec.reference.kernel.failures import Ended
from spec.reference.kernel.kernel import Sizes
from spec.reference.log import Event, event_from_json, event_to_json
from spec.reference.machine import Machine

SCHEMA = "stackproof-run"
VERSION = 1


@dataclass(frozen=True)
class Run:
    """A recorded run. protocol: as spec.reference.machine.PROTOCOLS names it. possible: the kinds of events that could happen,
    by the names of --events."""

    protocol: str
    sizes: Sizes
    possible: tuple[str, ...]
    events: tuple[Event, ...]


def save_run(path: Path | str, protocol: str, sizes: Sizes, possible: Sequence[str], events: Sequence[Event]) -> None:
    """Writes a run to a file. Raises UsageError where that fails."""
    whole = {
        "schema": SCHEMA,
        "version": VERSION,
        "protocol": protocol,
        "sizes": asdict(sizes),
        "possible": list(possible),
        "events": [event_to_json(event) for event in events],
    }
    try:
        writing.write(Path(path), json.dumps(whole, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"cannot write the run: {error.strerror or error}", path) from None


def load_run(path: Path | str) -> Run:
    """The run in a file. Raises UsageError, which begins with the path, for anything wrong with it."""
    try:
        return _run(json.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read the run: {error.strerror or error}", path) from None
    except json.JSONDecodeError as error:
        raise UsageError(f"not a run: no valid JSON at line {error.lineno}: {error.msg}", path) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not a run: {error}; record it again", path) from None


def walk(machine: Machine, steps: int, seed: int) -> None:
    """Takes so many moves, at random, or until the machine has ended. The guard page, which stops it, is touched seldom."""
    chance = random.Random(seed)
    for _ in range(steps):
        moves = machine.moves()
        quiet = [move for move in moves if move.event != "touch" or move.arguments[1] < machine.kernel.stack_pages]
        if not moves:
            return
        try:
            machine.take(chance.choice(quiet if quiet and chance.random() < 0.99 else moves))
        except Ended:
            return


def _run(value: object) -> Run:
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise ValueError(f'"schema" is not "{SCHEMA}"')
    if value.get("version") != VERSION:
        raise ValueError(f"version {value.get('version')!r} is not supported, only version {VERSION}")
    for name in ("protocol", "sizes", "possible", "events"):
        if name not in value:
            raise ValueError(f'it lacks the field "{name}"')
    protocol, sizes, possible, events = (value[name] for name in ("protocol", "sizes", "possible", "events"))
    names = [field.name for field in fields(Sizes)]
    if not isinstance(protocol, str):
        raise ValueError('"protocol" must be a name')
    if not isinstance(sizes, dict) or sorted(sizes) != sorted(names) or any(type(n) is not int for n in sizes.values()):
        raise ValueError(f'"sizes" must have a number for each of {", ".join(names)}')
    if not isinstance(possible, list) or not all(isinstance(name, str) for name in possible):
        raise ValueError('"possible" must be a list of names')
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise ValueError('"events" must be a list of objects')
    return Run(protocol, Sizes(**sizes), tuple(possible), tuple(event_from_json(event) for event in events))


def recorded_steps(program: tree.Program, run: Run) -> list[Recorded]:
    """What a run's events say, in the model's numbers. Reading a field that nothing changes in this configuration is not a step
    of the model, so that such events are left out; so is the one for which the machine had no room, of which the model has none
    either. Raises UsageError for an event that makes no sense."""
    constant = unchanging_fields(program)
    owners = {instance_name(record, n): record.name for record in program.records.values() for n in range(record.count)}
    steps = []
    for event in run.events:
        match = ACCESS.fullmatch(event.what)
        if match is not None and match[1] == "load" and event.move.cpu is not None:
            owner, _, field = match[2].partition("[")[0].partition(".")
            if f"{owners.get(owner)}.{field}" in constant:
                continue
        if event.failure.partition(":")[0] == "Exhausted":
            continue
        try:
            steps.append(_recorded(program, event, _accessed(event.what, owners)))
        except (KeyError, ValueError, AttributeError) as error:
            raise UsageError(f"event {event.number} of the run is none of this machine: {error}") from None
    return steps


def _accessed(what: str, owners: Mapping[str, str]) -> str:
    """An access in the model's words, which has some fields of the implementation as variables: `stack_grown[task0]`."""
    match = ACCESS.fullmatch(what)
    if match is not None:
        owner, _, field = match[2].partition(".")
        for name, (implemented, _) in VARIABLES.items():
            if implemented == f"{owners.get(owner)}.{field}":
                return f"{match[1]} {name}[{owner}]"
    return what


def _recorded(program: tree.Program, event: Event, accessed: str) -> Recorded:
    move, values = event.move, dict(event.values)
    kind = event.failure.partition(":")[0]
    failed = getattr(failures, kind).property if kind and kind != "Halted" else ""
    if move.cpu is not None:
        choices = () if move.choice is None else (model_choice(program, move.choice, event.what),)
        transition = Transition(move.cpu, choices=choices)
    else:
        transition = transition_of_event(program, move)
    return Recorded(transition, accessed, values.get("value"), failed, kind == "Halted", event.number)


def settings_of(sizes: Sizes) -> dict[str, int]:
    """The parameters of the model that stand for the sizes."""
    return {name.upper(): number for name, number in asdict(sizes).items()}
