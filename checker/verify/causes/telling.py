# SPDX-License-Identifier: GPL-2.0-only
"""Which of the steps that matter say most, and where a developer looks first."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.tree import Position, Program
from checker.report.finding import RAISED, finding_position, in_protocol
from checker.result.review import Note
from checker.trace.data import Trace
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of, stand_of
from checker.verify.causes.notes import before_end, stores, strikes
from checker.verify.causes.responsible import responsible_position

LAST = 4
"""The rank of what is only told where there is room."""


def telling_steps(
    program: Program | None, trace: Trace, decisive: tuple[Decisive, ...], notes: tuple[Note, ...]
) -> tuple[int, ...]:
    """The steps that are decisive or have a note, from 1, those first that say most: what is loaded and used when it is stale,
    what is left out, the answer that is not borne; then where an event strikes, where an answer is stored, and how it ends; then
    what the protocol wrote of what the violation reads, and what of that it overwrote; then what others wrote."""
    ranks = {note.step: LAST for note in notes}

    def rank(number: int, least: int) -> None:
        ranks[number + 1] = min(least, ranks.get(number + 1, LAST))

    for one in decisive:
        rank(one.step, _rank(program, trace, one))
        if one.load is not None:
            rank(one.load.use, 0)
        for number in _overwritten(trace, one):
            if number + 1 in ranks:
                rank(number, 2)
    for number in stores(trace, decisive):
        rank(number, 1)
    for number in before_end(trace, decisive):
        rank(number, 2 if number == decisive[-1].step - 1 else LAST)
    for one, _ in _handed_on(trace, decisive):
        rank(one.step, 2)
    return tuple(sorted(ranks, key=lambda step: (ranks[step], -step)))


def _rank(program: Program | None, trace: Trace, one: Decisive) -> int:
    step = trace.steps[one.step]
    own = of_protocol(step)
    match one.role:
        case Role.STALE | Role.MISSED:
            return 0
        case Role.CHOICE:
            return 0 if own else 3
        case Role.EVENT:
            return 1 if strikes(program, step) else 2
        case Role.END:
            return 1
        case Role.WRITE:
            first = trace.violation.reads[:1]
            if any((change.cell, change.after) in first for change in step.changes):
                return 1
            return 2 if own and one.hands == 0 else 3
    return 1 if own else 2


def _overwritten(trace: Trace, one: Decisive) -> Iterator[int]:
    """The steps of the protocol that wrote last what this one of the protocol overwrites."""
    if one.role is Role.WRITE and of_protocol(trace.steps[one.step]):
        for change in trace.steps[one.step].changes:
            before = (n for n in range(one.step - 1, -1, -1) if any(c.cell == change.cell for c in trace.steps[n].changes))
            yield from (n for n in [next(before, None)] if n is not None and of_protocol(trace.steps[n]))


def _handed_on(trace: Trace, decisive: tuple[Decisive, ...]) -> Iterator[tuple[Decisive, Decisive]]:
    """What the protocol wrote elsewhere, with the step of the kernel that made of it what the violation reads; the last first."""
    writes = [one for one in reversed(decisive) if one.role is Role.WRITE]
    for one in writes:
        step = trace.steps[one.step]
        if one.hands == 0 or not of_protocol(step):
            continue
        wrote = {(change.cell, change.after) for change in step.changes}
        for hand in writes:
            if hand.hands == 0 and hand.step > one.step and wrote & {*trace.steps[hand.step].reads}:
                yield one, hand


def telling_position(program: Program | None, trace: Trace, decisive: tuple[Decisive, ...]) -> Position:
    """Where a developer looks first: the statement of the protocol that raised the violation, or called what did; the call that
    it must not come to; what is left out, or uses a stale value; the call whose answer the protocol does not bear; the statement
    that an event must not come after; the last that wrote what matters, be it that the kernel handed it on. If nothing of the
    protocol led there, the declaration of the protocol that answers for it (responsible.py)."""
    if trace.violation.kind in RAISED and in_protocol(trace.violation.position):
        return trace.violation.position
    last = decisive[-1] if decisive else None
    if last is not None and last.role is Role.END and (stand := stand_of(trace)) is not None:
        return stand
    raised = trace.violation.kind in RAISED or not trace.violation.reads
    if last is not None and last.role is Role.END and raised and of_protocol(trace.steps[last.step]):
        return place_of(trace.steps[last.step])
    for one in decisive:
        if one.missed is not None:
            return one.missed.statement.position
        if one.load is not None:
            return place_of(trace.steps[one.load.use])
    own = [one for one in decisive if of_protocol(trace.steps[one.step])]
    near = [one for one in own if one.role is Role.WRITE and one.hands == 0]
    bounds = [one for one in own if one.role in (Role.AFTER, Role.BEFORE)]
    for chosen in ([one for one in own if one.role is Role.CHOICE], bounds, near):
        if chosen:
            return place_of(trace.steps[chosen[-1].step])
    handed = [one for one, _ in _handed_on(trace, decisive)]
    if handed or own:
        return place_of(trace.steps[(handed[0] if handed else own[-1]).step])
    by_event = trace.violation.kind in RAISED and bool(trace.steps) and trace.steps[-1].processor is None
    found = finding_position(trace)
    return found if in_protocol(found) and not by_event else responsible_position(program, trace)
