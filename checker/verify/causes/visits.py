# SPDX-License-Identifier: GPL-2.0-only
"""What each step of a counterexample belongs to: which steps an event brings with it, and what a step could have chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.language.tree import BoolType, EnumType, IntType, Type
from checker.trace.machine import Machine
from checker.trace.state import Allocation, Chooser, Frame, Kind, Owner, chooser_of
from checker.verify.causes.altered import Subject


@dataclass(frozen=True)
class Anatomy:
    """Steps count from 0. visits: for each action, itself and the steps of the frames that it pushed. inside: for each step, the
    action whose visit it is in, the innermost. others: for each step that chose one of several plain values (no instance),
    the choices that it could have made instead. frames: for each step, a number of the frame that it ran in. ended: the
    frames that have returned when the run ends."""

    visits: Mapping[int, tuple[int, ...]]
    inside: Mapping[int, int]
    others: Mapping[int, tuple[tuple[int, ...], ...]]
    frames: Mapping[int, int]
    ended: frozenset[int]


def anatomy_of(subject: Subject) -> Anatomy:
    """Runs the counterexample once and looks."""
    machine = Machine(subject.program, subject.schedule.initial)
    visits: dict[int, list[int]] = {}
    inside: dict[int, int] = {}
    others: dict[int, tuple[tuple[int, ...], ...]] = {}
    frames: dict[int, int] = {}
    pushed: dict[Owner, list[tuple[int, int]]] = {}
    known: list[Frame] = []  # kept, so that each has a number of its own
    for number, transition in enumerate(subject.schedule.transitions):
        depths = {owner: len(stack) for owner, stack in machine.state.frames.items()}
        owner = None if transition.processor is None else machine.owner(transition.processor)
        options: list[tuple[Type | Allocation, tuple[int, ...]]] = []
        chooser = _listening(chooser_of(transition.choices), options)
        if transition.processor is None:
            visits[number] = [number]
            outcome = machine.act(transition.action, transition.arguments, chooser)
        else:
            assert owner is not None
            known += [frame for frame in machine.state.frames[owner] if not any(frame is other for other in known)]
            frames[number] = next(n for n, frame in enumerate(known) if frame is machine.state.frames[owner][-1])
            for action, depth in pushed.get(owner, []):
                if depths[owner] > depth:
                    visits[action].append(number)
                    inside[number] = action
            outcome = machine.step(transition.processor, chooser)
        others[number] = _other_choices(options, tuple(value for _, value in outcome.choices))
        if outcome.kind is not Kind.DONE:
            break
        for other, stack in machine.state.frames.items():
            pushed[other] = [(action, depth) for action, depth in pushed.get(other, []) if len(stack) > depth]
            if transition.processor is None and len(stack) > depths[other]:
                for action, _ in pushed[other]:
                    visits[action].append(number)
                    inside[number] = action
                pushed[other].append((number, depths[other]))
    left = [frame for stack in machine.state.frames.values() for frame in stack]
    ended = frozenset(n for n, frame in enumerate(known) if not any(frame is other for other in left))
    return Anatomy({action: tuple(steps) for action, steps in visits.items()}, inside, others, frames, ended)


def _listening(chooser: Chooser, options: list[tuple[Type | Allocation, tuple[int, ...]]]) -> Chooser:
    def choose(type_: Type | Allocation, possible: tuple[int, ...]) -> int | None:
        options.append((type_, possible))
        return chooser(type_, possible)

    return choose


MOST_OPTIONS = 4
"""A choice among more values than these is no event that happens or does not."""


def _other_choices(
    options: list[tuple[Type | Allocation, tuple[int, ...]]], chosen: tuple[int, ...]
) -> tuple[tuple[int, ...], ...]:
    """What a step that makes one plain choice could have chosen instead."""
    plain = [(type_, possible) for type_, possible in options if not isinstance(type_, Allocation)]
    if len(plain) != 1 or not isinstance(plain[0][0], BoolType | EnumType | IntType):
        return ()
    possible = plain[0][1]
    if not 1 < len(possible) <= MOST_OPTIONS:
        return ()
    return tuple((value,) for value in possible if value not in chosen)
