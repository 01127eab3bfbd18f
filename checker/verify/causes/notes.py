# SPDX-License-Identifier: GPL-2.0-only
"""What the statements that matter did, each in a line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from checker.language.tree import Program
from checker.report.finding import in_protocol
from checker.result.review import Note
from checker.trace.data import Step, Trace
from checker.verify.causes.answers import answer
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of, stand_of

MOST_CELLS = 2
"""A line has room for as many cells."""


def notes_of(trace: Trace, decisive: tuple[Decisive, ...]) -> tuple[Note, ...]:
    """Notes at the decisive steps, at what uses a stale value or stores an answer, and where what the violation reads was written
    last."""
    found = {one.step: _told(trace, one) for one in decisive}
    for one in decisive:
        if one.load is not None and one.load.use not in found:
            use = trace.steps[one.load.use]
            text = f"{_did(trace, one.load.use)}, with {one.load.value} from step {one.step + 1}"
            text += f": {one.load.cell} is {one.load.later} by now"
            found[one.load.use] = Note(place_of(use), one.load.use + 1, text)
    for number in (*stores(trace, decisive), *before_end(trace, decisive)):
        found.setdefault(number, _plain(trace, number))
    for cell, _ in trace.violation.reads:
        writes = [n for n, step in enumerate(trace.steps) if any(change.cell == cell for change in step.changes)]
        own = [n for n in writes if of_protocol(trace.steps[n])]
        for number in own[-2:]:
            found.setdefault(number, _plain(trace, number))
    return tuple(note for _, note in sorted(found.items()))


def stores(trace: Trace, decisive: tuple[Decisive, ...]) -> Iterator[int]:
    """Where the protocol stores what it was answered."""
    for one in decisive:
        step = trace.steps[one.step]
        if one.role is not Role.CHOICE or not of_protocol(step):
            continue
        for number in range(one.step + 1, len(trace.steps)):
            then = trace.steps[number]
            if then.owner == step.owner and then.activations[0].routine != step.activations[0].routine:
                break
            if then.owner == step.owner and then.changes and then.processor is not None and in_protocol(then.at):
                yield number
                break


def before_end(trace: Trace, decisive: tuple[Decisive, ...]) -> tuple[int, ...]:
    """The last step of the protocol before the kernel made the condition fail. Where an event did so, it followed from none."""
    last = decisive[-1] if decisive else None
    if (
        last is None
        or last.role is not Role.END
        or trace.steps[last.step].processor is None
        or of_protocol(trace.steps[last.step])
    ):
        return ()
    before = (n for n in range(last.step - 1, -1, -1) if of_protocol(trace.steps[n]))
    return tuple(itertools.islice(before, 1))


def _plain(trace: Trace, number: int) -> Note:
    step = trace.steps[number]
    return Note(place_of(step), number + 1, _did(trace, number))


def _told(trace: Trace, one: Decisive) -> Note:
    step = trace.steps[one.step]
    text = _did(trace, one.step)
    match one.role:
        case Role.MISSED if one.missed is not None:
            text = f"is not reached: {one.missed.routine.name} has returned before it"
            return Note(one.missed.statement.position, one.step + 1, text)
        case Role.STALE if one.load is not None:
            text = f"loads {one.load.cell} = {one.load.value}; it is {one.load.later} when step {one.load.use + 1} uses that"
        case Role.CHOICE:
            text = answer(step)
        case Role.AFTER if one.event is not None:
            text += f"; {_event(trace.steps[one.event])} comes after this"
        case Role.BEFORE if one.event is not None:
            text += f"; {_event(trace.steps[one.event])} came before this"
        case Role.END:
            stand = stand_of(trace)
            fails = f": {trace.violation.property} fails here"
            if stand is not None and stand.line != place_of(step).line:
                return Note(stand, one.step + 1, f"is reached{fails}")
            text += fails
        case Role.EVENT:
            text = f"{_event(step)} happens"
    return Note(step.at if step.processor is None else place_of(step), one.step + 1, text)


def strikes(program: Program | None, step: Step) -> bool:
    """Whether it is an event that interrupts something."""
    return program is not None and step.name in program.actions and program.actions[step.name].interrupt


def _event(step: Step) -> str:
    return " ".join((step.name, *(f"{name}={value}" for name, value in step.arguments if value != step.column)))


def _did(trace: Trace, number: int) -> str:
    """What a step did to the shared state, or found in it; else what its routine was called with. What the violation reads comes
    first."""
    step = trace.steps[number]
    read = {cell for cell, _ in trace.violation.reads}
    changes = sorted(step.changes, key=lambda change: change.cell not in read)
    if changes:
        return "sets " + ", ".join(f"{c.cell}: {c.before} -> {c.after}" for c in changes[:MOST_CELLS])
    if step.processor is None:
        return _event(step)
    if step.reads:
        reads = sorted(step.reads, key=lambda one: one[0] not in read)
        return "finds " + ", ".join(f"{cell} = {value}" for cell, value in reads[:MOST_CELLS])
    arguments = step.activations[-1].arguments
    if arguments:
        return "with " + ", ".join(f"{name}={_held(trace, number, value)}" for name, value in arguments)
    return f"runs {step.name}"


def _held(trace: Trace, number: int, value: str) -> str:
    """A value as a step got it: the cell that holds it, if one alone does and it is an instance."""
    if not re.fullmatch(r"[a-z_]+\d+", value):
        return value
    state = dict(trace.initial) | {change.cell: change.after for step in trace.steps[:number] for change in step.changes}
    cells = [cell for cell, held in state.items() if held == value]
    return cells[0] if len(cells) == 1 else value
