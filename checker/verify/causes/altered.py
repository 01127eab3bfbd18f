# SPDX-License-Identifier: GPL-2.0-only
"""Runs a counterexample once more, with some of it taken away, and looks whether the violation still comes about.

Such a run is no run of the model: it answers what would have been. Nothing of it is ever shown.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from checker.language.schedule import Allocated, Choice
from checker.language.tree import Assign, Eventuality, Invariant, Program, Routine, Type
from checker.trace.confirmation.ending import invariant_at
from checker.trace.confirmation.lasso import eventuality_at
from checker.trace.confirmation.replay import Schedule, schedule_of
from checker.trace.data import Trace
from checker.trace.evaluation import scope_of
from checker.trace.execution import Execution
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.parse import parse_value
from checker.trace.state import Allocation, Chooser, Kind, Stopped

_RAISED = (Kind.CHECK, Kind.WILD_POINTER, Kind.OUT_OF_RANGE)


@dataclass(frozen=True)
class Late:
    """A statement of a routine that is run with these arguments, though the run did not come to it. before: what sets the locals
    that it reads."""

    routine: Routine
    statement: Assign
    arguments: Mapping[str, int]
    before: tuple[Assign, ...] = ()


@dataclass(frozen=True)
class Alteration:
    """What is done to a run; steps count from 0. order: those that are taken. undone: those whose writes are taken back at once.
    choices: what these steps choose instead. shown: what these steps find in some cells, and nobody else does. late: what is run
    right after these steps."""

    order: tuple[int, ...]
    undone: frozenset[int] = frozenset()
    choices: Mapping[int, tuple[Choice, ...]] = field(default_factory=dict)
    shown: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    late: Mapping[int, Late] = field(default_factory=dict)

    @property
    def begins(self) -> int:
        """From which place on the run may be another one."""
        touched = self.undone | self.choices.keys() | self.shown.keys() | self.late.keys()
        return next((n for n, step in enumerate(self.order) if n != step or step in touched), len(self.order))

    def without(self, place: int) -> Alteration:
        """The same without the step at that place."""
        return replace(self, order=(*self.order[:place], *self.order[place + 1 :]))


class TooMuch(Exception):
    """The steps that may be run are used up."""


@dataclass
class Budget:
    """How many steps the machine may still run."""

    steps: int

    def spend(self) -> None:
        """One step more. Raises TooMuch if there is none left."""
        if self.steps <= 0:
            raise TooMuch
        self.steps -= 1


@dataclass(frozen=True)
class Subject:
    """A counterexample with its program, and how many steps the machine may run for it. binding: of the failing condition."""

    program: Program
    trace: Trace
    schedule: Schedule
    condition: Invariant | Eventuality | None
    binding: Mapping[str, int]
    budget: Budget = field(default_factory=lambda: Budget(0))


def subject_of(program: Program, trace: Trace, steps: int) -> Subject:
    """Raises ValueError if it is no trace of this program. steps: how many the machine may run."""
    schedule = schedule_of(program, trace)
    violation = trace.violation
    condition: Invariant | Eventuality | None = None
    if violation.kind == "invariant":
        condition = invariant_at(program, violation.property, violation.position)
    elif violation.kind == "lasso":
        condition = eventuality_at(program, violation.property, violation.position)
    texts = dict(violation.binding)
    parameters = () if condition is None else condition.parameters
    binding = {p.local.name: parse_value(program, p.local.type, texts[p.local.name]) for p in parameters}
    return Subject(program, trace, schedule, condition, binding, Budget(steps))


def comes_about(subject: Subject, altered: Alteration) -> bool:
    """Whether the run still ends in the violation, or meets it before. A step that is not possible any more is left out; what a
    step has to choose beyond what it chose is the first option. Raises TooMuch."""
    machine = Machine(subject.program, subject.schedule.initial)
    cells = {name: cell for cell, name in machine.state.names.items()}
    begins = altered.begins
    for place, number in enumerate(altered.order):
        subject.budget.spend()
        transition = subject.schedule.transitions[number]
        before = dict(machine.state.memory) if number in altered.undone else {}
        for name, text in altered.shown.get(number, {}).items():
            cell = cells[name]
            before[cell] = machine.state.memory[cell]
            machine.state.memory[cell] = parse_value(subject.program, machine.state.types[cell], text)
        try:
            outcome = _take(machine, transition, altered.choices.get(number, transition.choices))
        except Stopped:
            return False
        if outcome.kind in _RAISED:
            return _is_that(subject, outcome)
        if outcome.kind is Kind.NOT_POSSIBLE:
            if machine.spoiled:
                return comes_about(subject, altered.without(place))
            machine.state.memory.update(before)
            continue
        if outcome.kind is not Kind.DONE:
            return False
        machine.state.memory.update(before)
        if number in altered.late:
            _run(machine, altered.late[number])
        if place >= begins and subject.trace.violation.kind == "invariant" and _is_false(subject, machine):
            return True
    return _ends_in_it(subject, machine)


def _run(machine: Machine, late: Late) -> None:
    scope = scope_of(late.routine.parameters, late.routine.locals)
    scope.values.update(late.arguments)
    execution = Execution(machine.state)
    with contextlib.suppress(Stopped):  # what cannot be written is not written
        for statement in (*late.before, late.statement):
            execution.at_once(execution.execute(statement, scope))


def _take(machine: Machine, transition: Transition, choices: tuple[Choice, ...]) -> Outcome:
    if transition.processor is not None:
        return machine.step(transition.processor, _as_far_as_possible(choices))
    return machine.act(transition.action, transition.arguments, _as_far_as_possible(choices))


def _as_far_as_possible(choices: Sequence[Choice]) -> Chooser:
    """Takes these in turn where they are possible, else the first option."""
    remaining = list(reversed(choices))

    def choose(type_: Type | Allocation, options: tuple[int, ...]) -> int | None:
        match remaining[-1:]:
            case [Allocated(_, reference, _)] if isinstance(type_, Allocation):
                remaining.pop()
                return reference if reference in options else None
            case [int(value)] if not isinstance(type_, Allocation):
                remaining.pop()
                return value if value in options else options[0]
        return None if isinstance(type_, Allocation) else options[0]

    return choose


# --- the end ---------------------------------------------------------------------------------------------------------


def _is_that(subject: Subject, outcome: Outcome) -> bool:
    violation = subject.trace.violation
    return (violation.kind, violation.property) == (outcome.kind.value, outcome.property)


def _is_false(subject: Subject, machine: Machine) -> bool:
    assert subject.condition is not None
    try:
        return not machine.evaluate_invariant(subject.condition, subject.binding)
    except (Stopped, ValueError):
        return False


def _ends_in_it(subject: Subject, machine: Machine) -> bool:
    match subject.trace.violation.kind:
        case "invariant" | "lasso":
            return _is_false(subject, machine)
        case "deadlock":
            return _is_stuck(subject, machine)
    return False


def _is_stuck(subject: Subject, machine: Machine) -> bool:
    """Whether all is as it is in the deadlock."""
    program = subject.program
    last = Machine(program, subject.schedule.initial)
    for transition in subject.schedule.transitions:
        subject.budget.spend()
        if _take(last, transition, transition.choices).kind is not Kind.DONE:
            return False
    return machine.frames() == last.frames() and machine.cells() == last.cells()
