# SPDX-License-Identifier: GPL-2.0-only
"""What the statements that matter did, each in a line."""

from __future__ import annotations

from checker.language.tree import Position, Program
from checker.report.finding import RAISED, finding_position, in_protocol
from checker.result.review import Note
from checker.trace.data import Step, Trace
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of

MOST_CELLS = 2
"""A line has room for as many cells."""

FAILING = {
    "alloc_pages": "alloc_pages fails and returns NULL",
    "alloc_pages_nolock": "alloc_pages_nolock fails and returns NULL",
    "memcg_kmem_charge_page": "the charge fails",
    "might_sleep": "it sleeps",
}
"""By the routine of the kernel (spec/kernel/mm/memory.py), what it means that its choice is True."""


def notes_of(trace: Trace, decisive: tuple[Decisive, ...]) -> tuple[Note, ...]:
    """Notes at the decisive steps, at what uses a stale value, and where what the violation reads was written last."""
    found = {one.step: _told(trace, one) for one in decisive}
    for one in decisive:
        if one.load is not None and one.load.use not in found:
            use = trace.steps[one.load.use]
            text = (
                f"{_did(use, trace)}, with {one.load.value} from step {one.step + 1}: {one.load.cell} is {one.load.later} by now"
            )
            found[one.load.use] = Note(place_of(use), one.load.use + 1, text)
    last = decisive[-1] if decisive else None
    if last is not None and last.role is Role.END and not of_protocol(trace.steps[last.step]):
        before = next((n for n in range(last.step - 1, -1, -1) if of_protocol(trace.steps[n])), None)
        if before is not None:
            found.setdefault(before, _plain(trace, before))
    for cell, _ in trace.violation.reads:
        writes = [n for n, step in enumerate(trace.steps) if any(change.cell == cell for change in step.changes)]
        own = [n for n in writes if of_protocol(trace.steps[n])]
        for number in own[-2:]:
            found.setdefault(number, _plain(trace, number))
    return tuple(note for _, note in sorted(found.items()))


def _plain(trace: Trace, number: int) -> Note:
    step = trace.steps[number]
    return Note(place_of(step), number + 1, _did(step, trace))


def _told(trace: Trace, one: Decisive) -> Note:
    step = trace.steps[one.step]
    text = _did(step, trace)
    match one.role:
        case Role.STALE if one.load is not None:
            text = f"loads {one.load.cell} = {one.load.value}; it is {one.load.later} when step {one.load.use + 1} uses that"
        case Role.CHOICE:
            text = f"{_choice(step)}{_after(text)}"
        case Role.AFTER if one.event is not None:
            text += f"; {_event(trace.steps[one.event])} comes after this"
        case Role.BEFORE if one.event is not None:
            text += f"; {_event(trace.steps[one.event])} came before this"
        case Role.END:
            text += f": {trace.violation.property} fails here"
        case Role.EVENT:
            text = f"{_event(step)} happens"
    return Note(step.at if step.processor is None else place_of(step), one.step + 1, text)


def _choice(step: Step) -> str:
    if step.choices == ("True",) and step.name in FAILING:
        return FAILING[step.name]
    return f"{step.name} chooses {', '.join(step.choices)}"


def _after(text: str) -> str:
    return f", {text}" if text.startswith("sets ") else ""


def _event(step: Step) -> str:
    return " ".join((step.name, *(f"{name}={value}" for name, value in step.arguments if value != step.column)))


def _did(step: Step, trace: Trace) -> str:
    """What a step did to the shared state, or found in it. What the violation reads comes first."""
    read = {cell for cell, _ in trace.violation.reads}
    changes = sorted(step.changes, key=lambda change: change.cell not in read)
    if changes:
        return "sets " + ", ".join(f"{c.cell}: {c.before} -> {c.after}" for c in changes[:MOST_CELLS])
    if step.reads:
        return "finds " + ", ".join(f"{cell} = {value}" for cell, value in step.reads[:MOST_CELLS])
    return f"runs {step.name}"


def telling_steps(
    program: Program | None, trace: Trace, decisive: tuple[Decisive, ...], notes: tuple[Note, ...]
) -> tuple[int, ...]:
    """The steps that are decisive or have a note, from 1, those first that say most: what is loaded and used when it is stale,
    the answer that is not borne, where an interrupt comes; then how it ends, and what happens; then who wrote what."""
    ranks = {note.step: 3 for note in notes}
    for one in decisive:
        ranks[one.step + 1] = _rank(program, trace, one)
        if one.load is not None:
            ranks[one.load.use + 1] = 0
    return tuple(sorted(ranks, key=lambda step: (ranks[step], -step)))


def _rank(program: Program | None, trace: Trace, one: Decisive) -> int:
    step = trace.steps[one.step]
    own = of_protocol(step)
    match one.role:
        case Role.STALE:
            return 0
        case Role.CHOICE:
            return 0 if own else 2
        case Role.EVENT:
            return 1 if _strikes(program, step) else 2
        case Role.WRITE:
            return 2 if one.hands == 0 else 3
    return 1 if own else 2


def _strikes(program: Program | None, step: Step) -> bool:
    return program is not None and step.name in program.actions and program.actions[step.name].interrupt


def telling_position(trace: Trace, decisive: tuple[Decisive, ...]) -> Position:
    """Where a developer looks first: the statement of the protocol that raised the violation; one that uses a stale value; the
    call whose answer the protocol does not bear; the statement that an event must not come after; the last that wrote what
    matters."""
    if trace.violation.kind in RAISED and in_protocol(trace.violation.position):
        return trace.violation.position
    last = decisive[-1] if decisive else None
    if last is not None and last.role is Role.END and not trace.violation.reads and of_protocol(trace.steps[last.step]):
        return place_of(trace.steps[last.step])
    for one in decisive:
        if one.load is not None:
            return place_of(trace.steps[one.load.use])
    for roles in ((Role.CHOICE,), (Role.AFTER, Role.BEFORE), (Role.WRITE,)):
        for one in reversed(decisive):
            if one.role in roles and of_protocol(trace.steps[one.step]):
                return place_of(trace.steps[one.step])
    return finding_position(trace)
