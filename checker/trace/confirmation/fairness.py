# SPDX-License-Identifier: GPL-2.0-only
"""Whether a cycle is fair, as the replayer finds it: nothing here is shared with the engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.language.tree import Eventuality, Program
from checker.language.values import instance_name
from checker.trace.machine import Machine, Transition
from checker.trace.record import can_step
from checker.trace.state import NextStep, Owner

Context = tuple[int, int]
"""A processor, and which of its contexts: 0 for what it executes, else 1 + the depth of the frame of its own."""

Pairs = Mapping[tuple[str, tuple[int, ...]], tuple[bool, bool]]
"""For each assumption and binding, whether it is given and met."""

STAYING: NextStep = (None, frozenset())
"""What follows where a run has ended: nothing that calls anything."""


def assumed(program: Program, own_steps: bool) -> tuple[str, ...]:
    """What is assumed of the runs of which a condition is demanded, a line each. own_steps: of a @bounded condition."""
    if own_steps:
        return ("only that the processor itself keeps stepping, and that every interrupt ends",)
    found = ["something other than interrupts keeps happening, unless nothing else can"]
    if program.processor is not None:
        found = [f"every {program.processor} that can take a step takes one eventually, and every interrupt in between ends"]
    return (*found, *(assumption.prose for assumption in program.assumptions))


@dataclass(frozen=True)
class Moment:
    """A state of the cycle, and the step that follows. contexts: what each processor would step, None for nothing. pairs: of
    the assumptions."""

    transition: Transition
    next_step: NextStep
    contexts: tuple[Context | None, ...]
    pairs: Pairs


def moment(machine: Machine, transition: Transition, next_step: NextStep) -> Moment:
    """What there is to know of the machine's state, with this step to follow. Raises Stopped where an assumption cannot be
    evaluated."""
    return Moment(transition, next_step, tuple(contexts(machine)), assumptions(machine, next_step))


def assumptions(machine: Machine, next_step: NextStep) -> Pairs:
    """Which assumptions are given and met in the machine's state, with this step to follow."""
    pairs = {}
    for assumption in machine.program.assumptions:
        names = [parameter.local.name for parameter in assumption.parameters]
        for values in machine.bindings(assumption):
            binding = dict(zip(names, values, strict=True))
            pairs[assumption.name, values] = machine.evaluate_assumption(assumption, binding, next_step)
    return pairs


def contexts(machine: Machine) -> list[Context | None]:
    """The context that each processor would step."""
    record = machine.program.processor
    if record is None:
        return []
    found: list[Context | None] = []
    for processor in range(machine.program.records[record].count):
        owner: Owner | None = machine.owner(processor)
        if owner is None:
            found.append(None)
        else:
            found.append((processor, len(machine.state.frames[owner]) if owner == (record, processor) else 0))
    return found


def unfair(
    program: Program,
    cycle: Sequence[Moment],
    histories: Sequence[Sequence[Transition]],
    demand: Eventuality,
    first: int | None,
    initial: Sequence[int] = (),
) -> str | None:
    """Why running the cycle forever is not fair; None if it is. histories: how to get to the state of each moment, from the
    initial state that these choices make. first: of a @bounded condition, the index of its processor."""
    mine = [m for m in cycle if m.transition.processor == first]
    if demand.demanded.own_steps and not mine:
        return "the processor of the condition takes no step in the cycle"
    if all(_interrupts(program, m.transition) for m in cycle):
        return "there are only interrupts in the cycle"
    for context in dict.fromkeys(c for m in cycle for c in m.contexts if c is not None):
        processor = context[0]
        if demand.demanded.own_steps and processor != first:
            continue
        if any(m.transition.processor == processor and m.contexts[processor] == context for m in cycle):
            continue
        stands = [number for number, m in enumerate(cycle) if m.contexts[processor] == context]
        if all(can_step(program, histories[number], processor, initial) for number in stands):
            assert program.processor is not None
            name = instance_name(program.records[program.processor], processor)
            return f"{name} could take a step in the cycle, and never does"
    if demand.demanded.own_steps:
        return None
    return broken_assumption(program, [m.pairs for m in cycle])


def broken_assumption(program: Program, cycle: Sequence[Pairs]) -> str | None:
    """The first assumption that is given at some point of a cycle and met at none, in words."""
    for assumption in program.assumptions:
        for name, values in cycle[0]:
            if name == assumption.name:
                pairs = [m[name, values] for m in cycle]
                if any(given for given, _ in pairs) and not any(met for _, met in pairs):
                    return f"the cycle is not fair as {name}, line {assumption.position.line}, demands for {list(values)}"
    return None


def _interrupts(program: Program, transition: Transition) -> bool:
    return transition.processor is None and program.actions[transition.action].interrupt
