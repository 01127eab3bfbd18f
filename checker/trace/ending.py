# SPDX-License-Identifier: GPL-2.0-only
"""What can be wrong with the state that a path ends in, as the machine finds it."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.tree import Invariant, Position, Program
from checker.trace.machine import Machine, Transition
from checker.trace.record import transitions
from checker.trace.state import Stopped

DEADLOCK = "no-deadlock"


def invariant_at(program: Program, property: str, position: Position | None) -> Invariant | None:
    """The invariant of that property that stands there."""
    for invariant in program.invariants:
        if invariant.property == property and invariant.position == position:
            return invariant
    return None


def way_on(program: Program, history: Sequence[Transition], initial: Sequence[int] = ()) -> str | None:
    """A transition other than interrupts that is possible after the history, in words; None in a deadlock."""
    for transition, _ in transitions(program, history, interrupts=False, initial=initial):
        return transition.action or f"a step of processor {transition.processor}"
    return None


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
