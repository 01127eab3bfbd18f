# SPDX-License-Identifier: GPL-2.0-only
"""What can be wrong with the state that a path ends in, as the machine finds it."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.tree import Invariant, Position, Program
from checker.trace.exact import exact
from checker.trace.machine import Machine, Transition
from checker.trace.record import run, transitions
from checker.trace.state import Kind, Stopped


def invariant_at(program: Program, property: str, position: Position | None) -> Invariant | None:
    """The invariant of that property that stands there."""
    for invariant in program.invariants:
        if invariant.property == property and invariant.position == position:
            return invariant
    return None


def way_on(program: Program, history: Sequence[Transition], initial: Sequence[int] = (), to_itself: bool = False) -> str | None:
    """A transition other than interrupts that is possible after the history and leads to another state, in words; None in a
    deadlock. to_itself: one that leads to the same state will do."""
    for transition, outcome in transitions(program, history, interrupts=False, initial=initial):
        if to_itself or outcome.kind is not Kind.DONE or not leads_back(program, history, transition, initial):
            return transition.action or f"a step of processor {transition.processor}"
    return None


def leads_back(program: Program, history: Sequence[Transition], transition: Transition, initial: Sequence[int] = ()) -> bool:
    """Whether a transition leads to the state that it is taken from. The machine keeps locals that nothing reads any more, so
    they may differ after it; taken once more, it sets them to what they are."""
    machine = run(program, (*history, transition), initial)
    seen, whole = _seen(machine), exact(machine)
    if seen != _seen(run(program, history, initial)):
        return False
    return machine.take(transition).kind is Kind.DONE and _seen(machine) == seen and exact(machine) == whole


def _seen(machine: Machine) -> object:
    first = tuple(frame.local_first for stack in machine.state.frames.values() for frame in stack)
    return machine.cells(), machine.frames(), first


def invariant_error(machine: Machine, position: Position | None) -> Stopped | None:
    """The model error at that position that the evaluation of some invariant in the machine's state meets."""
    for invariant in machine.program.invariants:
        names = [parameter.local.name for parameter in invariant.parameters]
        try:
            bindings = machine.bindings(invariant)
        except Stopped as stopped:
            if stopped.position == position:
                return stopped
            continue
        for values in bindings:
            try:
                machine.evaluate_invariant(invariant, dict(zip(names, values, strict=True)))
            except Stopped as stopped:
                if stopped.position == position:
                    return stopped
    return None
