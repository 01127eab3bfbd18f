# SPDX-License-Identifier: GPL-2.0-only
"""What the statements that matter did, each in a line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.tree import Position, Program
from checker.language.values import told_text
from checker.report.finding import RAISED, in_protocol
from checker.result.review import Note
from checker.trace.data import Step, Trace
from checker.verify.causes.answers import answer
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of, stand_of

MOST_CELLS = 2
"""A line has room for as many cells."""


@dataclass(frozen=True)
class _Told:
    """What a step did, and the same in fewer words."""

    text: str
    brief: str = ""

    def then(self, more: str, brief: str = "") -> _Told:
        """With more behind it."""
        return _Told(self.text + more, (self.brief or self.text) + brief)


def notes_of(trace: Trace, decisive: tuple[Decisive, ...]) -> tuple[Note, ...]:
    """Notes at the decisive steps, at what uses a stale value or stores an answer, and where what the violation reads was written
    last."""
    found = {one.step: _told(trace, one) for one in decisive}
    for one in decisive:
        if one.load is not None and one.load.use not in found:
            use = trace.steps[one.load.use]
            more = f", with {one.load.value} from step {one.step + 1}"
            told = _did(trace, one.load.use).then(f"{more}: {one.load.cell} is {one.load.later} by now", more)
            found[one.load.use] = _note(place_of(use), one.load.use, told)
    for number in (*stores(trace, decisive), *before_end(trace, decisive)):
        found.setdefault(number, _plain(trace, number))
    for cell, _ in trace.violation.reads:
        writes = [n for n, step in enumerate(trace.steps) if any(change.cell == cell for change in step.changes)]
        own = [n for n in writes if of_protocol(trace.steps[n])]
        for number in own[-2:]:
            found.setdefault(number, _plain(trace, number))
    return tuple(note for _, note in sorted(found.items()))


def _note(position: Position, number: int, told: _Told) -> Note:
    brief = told_text(told.brief)
    return Note(position, number + 1, told_text(told.text), "" if brief == told_text(told.text) else brief)


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
    return _note(place_of(trace.steps[number]), number, _did(trace, number))


def _told(trace: Trace, one: Decisive) -> Note:
    step = trace.steps[one.step]
    place = step.at if step.processor is None else place_of(step)
    told = _did(trace, one.step)
    match one.role:
        case Role.MISSED if one.missed is not None:
            text = f"is not reached: {one.missed.routine.name} has returned before it"
            return _note(one.missed.statement.position, one.step, _Told(text, "is not reached: it has returned before"))
        case Role.STALE if one.load is not None:
            load = one.load
            told = _Told(
                f"loads {load.cell} = {load.value}; it is {load.later} when step {load.use + 1} uses that",
                f"finds {load.cell} = {load.value}; {load.later} when step {load.use + 1} uses it",
            )
        case Role.CHOICE:
            told = _Told(answer(step))
        case Role.AFTER if one.event is not None:
            told = told.then(f"; {_event(trace.steps[one.event])} comes after this")
        case Role.BEFORE if one.event is not None:
            told = told.then(f"; {_event(trace.steps[one.event])} came before this")
        case Role.END:
            return _end(trace, one, told)
        case Role.EVENT:
            told = _Told(f"{_event(step)} happens", _event(step))
    return _note(place, one.step, told)


def _end(trace: Trace, one: Decisive, told: _Told) -> Note:
    """The step that makes the condition fail."""
    step = trace.steps[one.step]
    fails = f": {trace.violation.property} fails here"
    stand = stand_of(trace)
    if step.processor is None and trace.violation.kind in RAISED:
        return _note(trace.violation.position, one.step, _Told(_event(step)).then(fails))
    if stand is not None and stand.line != place_of(step).line:
        return _note(stand, one.step, _Told(f"is reached{fails}", "is reached"))
    return _note(step.at if step.processor is None else place_of(step), one.step, told.then(fails))


def strikes(program: Program | None, step: Step) -> bool:
    """Whether it is an event that interrupts something."""
    return program is not None and step.name in program.actions and program.actions[step.name].interrupt


def _event(step: Step) -> str:
    return " ".join((step.name, *(f"{name}={value}" for name, value in step.arguments if value != step.column)))


def _did(trace: Trace, number: int) -> _Told:
    """What a step did to the shared state, or found in it; else what its routine was called with. What the violation reads comes
    first, marks last."""
    step = trace.steps[number]
    read = {cell for cell, _ in trace.violation.reads}
    changes = sorted(step.changes, key=lambda change: (change.cell not in read, change.after in ("True", "False")))
    if changes:
        texts = [f"{c.cell}: {c.before} -> {c.after}" for c in changes[:MOST_CELLS]]
        return _Told("sets " + ", ".join(texts), texts[0])
    if step.processor is None:
        return _Told(_event(step))
    if step.reads:
        texts = [f"{cell} = {value}" for cell, value in sorted(step.reads, key=lambda one: one[0] not in read)[:MOST_CELLS]]
        return _Told("finds " + ", ".join(texts), "finds " + texts[0])
    arguments = step.activations[-1].arguments
    if arguments:
        text = ", ".join(f"{name}={_held(trace, number, value)}" for name, value in arguments)
        return _Told(f"with {text}", text)
    return _Told(f"runs {step.name}")


def _held(trace: Trace, number: int, value: str) -> str:
    """A value as a step got it: the cell that holds it, if one alone does and it is an instance."""
    if not re.fullmatch(r"[a-z_]+\d+", value):
        return value
    state = dict(trace.initial) | {change.cell: change.after for step in trace.steps[:number] for change in step.changes}
    cells = [cell for cell, held in state.items() if held == value]
    return cells[0] if len(cells) == 1 else value
