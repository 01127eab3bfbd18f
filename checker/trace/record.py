# SPDX-License-Identifier: GPL-2.0-only
"""Transitions of the machine as steps of a trace, and all transitions of a state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.language.schedule import Call, Choice
from checker.language.tree import Program, ReferenceType, Type
from checker.language.values import format_value, instance_name
from checker.trace.data import Change, Step
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.state import Allocation, Chooser, Kind, Owner


def record_step(machine: Machine, transition: Transition, chooser: Chooser | None = None) -> tuple[Outcome, Step]:
    """Runs a transition and tells it as a step of a trace. chooser: decides instead of the transition's own choices."""
    choices = transition.choices if chooser is None else chooser
    before = machine.cells()
    step = _describe(machine, transition)
    if transition.processor is not None:
        outcome = machine.step(transition.processor, choices)
    else:
        outcome = machine.act(transition.action, transition.arguments, choices)
    reads = machine.step_reads
    after = machine.cells()
    changes = tuple(Change(cell, before[cell], after[cell]) for cell in before if before[cell] != after[cell])
    chosen = tuple(format_choice(machine.program, type_, value) for type_, value in outcome.choices)
    if machine.ran:
        last = machine.ran[-1]
        ran = () if machine.ran == step.activations else machine.ran
        step = replace(step, name=last.routine, at=last.position, ran=ran)
    return outcome, replace(step, choices=chosen, reads=reads, changes=changes)


def format_choice(program: Program, type_: Type | Allocation, value: int) -> str:
    """A choice as a trace has it; of an allocation `allocate page1`, or for a later one `allocate page1, allocation 2`."""
    if isinstance(type_, Allocation):
        which = f", allocation {type_.number + 1}" if type_.number else ""
        return f"allocate {format_value(program, ReferenceType(type_.record), value)}{which}"
    return format_value(program, type_, value)


def _describe(machine: Machine, transition: Transition) -> Step:
    """What is known of a step before it is run: where it begins.

    Raises Stopped where it cannot be told whose frame steps.
    """
    program = machine.program
    if transition.processor is not None:
        assert program.processor is not None
        record = program.records[program.processor]
        processor = instance_name(record, transition.processor)
        owner = machine.owner(transition.processor)
        calls = machine.calls(transition.processor)
        owner_name = None if owner is None else printed_owner(program, owner)
        name, at = (calls[-1].routine, calls[-1].position) if calls else ("", record.position)
        return Step(processor, owner_name, name, (), (), calls, at, (), (), processor)
    action = program.actions[transition.action]
    arguments = []
    column = None
    for binding, value in zip(action.parameters, transition.arguments, strict=True):
        printed = format_value(program, binding.local.type, value)
        arguments.append((binding.local.name, printed))
        if column is None and _is_processor(program, binding.local.type, value):
            column = printed
    calls = (Call(action.name, action.position),)
    return Step(None, None, action.name, tuple(arguments), (), calls, action.position, (), (), column)


def _is_processor(program: Program, type_: Type, value: int) -> bool:
    if program.processor is None or type_ != ReferenceType(program.processor):
        return False
    record = program.records[program.processor]
    number, tag = divmod(value, record.alignment)
    return tag == 0 and 1 <= number <= record.count


def printed_owner(program: Program, owner: Owner) -> str:
    """The name of an owner of frames: `task1`."""
    return instance_name(program.records[owner[0]], owner[1])


def run(program: Program, history: Sequence[Transition], initial: Sequence[int] = ()) -> Machine:
    """A machine that has taken these transitions. initial: what @initial code chose. Raises ValueError if one of them does not
    take place."""
    machine = Machine(program, initial)
    for number, transition in enumerate(history, 1):
        outcome = machine.take(transition)
        if outcome.kind is not Kind.DONE:
            raise ValueError(f"transition {number} does not take place: {outcome.kind.value}: {outcome.message}")
    return machine


def transitions(
    program: Program, history: Sequence[Transition], interrupts: bool = True, initial: Sequence[int] = ()
) -> Iterator[tuple[Transition, Outcome]]:
    """Every transition that is possible after the history, with how it ends: done, terminal, cut or in a model error.

    interrupts: those of interrupt actions too. A machine cannot be copied, so that each candidate that leaves its mark on
    it costs a run of the history.
    """
    machine = _open(program, history, initial)
    processors = 0 if program.processor is None else program.records[program.processor].count
    candidates = [Transition(index) for index in range(processors)]
    for action in program.actions.values():
        if interrupts or not action.interrupt:
            candidates += [Transition(None, action.name, arguments) for arguments in machine.bindings(action)]
    candidates.reverse()
    marked = False
    while candidates:
        if marked:
            machine = _open(program, history, initial)
        candidate = candidates.pop()
        outcome = machine.take(candidate)
        if outcome.kind is Kind.OPEN_CHOICE:
            candidates += [replace(candidate, choices=(*candidate.choices, value)) for value in reversed(outcome.options)]
        elif outcome.kind is not Kind.NOT_POSSIBLE:
            yield candidate, outcome
        marked = machine.spoiled or outcome.kind is Kind.DONE


def can_step(program: Program, history: Sequence[Transition], processor: int, initial: Sequence[int] = ()) -> bool:
    """Whether the processor has a step after the history, with whatever choices."""
    open_choices: list[tuple[Choice, ...]] = [()]
    while open_choices:
        choices = open_choices.pop()
        outcome = _open(program, history, initial).step(processor, choices)
        if outcome.kind is Kind.OPEN_CHOICE:
            open_choices += [(*choices, option) for option in outcome.options]
        elif outcome.kind is not Kind.NOT_POSSIBLE:
            return True
    return False


def _open(program: Program, history: Sequence[Transition], initial: Sequence[int]) -> Machine:
    """A machine that has taken these transitions, and leaves open which instance the next ones allocate."""
    machine = run(program, history, initial)
    machine.state.allocations_are_open = True
    return machine
