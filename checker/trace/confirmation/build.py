# SPDX-License-Identifier: GPL-2.0-only
"""From what an engine found, a schedule of integers and a claim, to a counterexample in the model's own words.

The machine runs the schedule once, and says itself what each step did and what is wrong at the end. So the engine gives
no text, and nothing reaches a report that the replayer did not find too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Call
from checker.language.tree import Eventuality, Invariant, Position, Program
from checker.language.values import format_value, instance_name
from checker.trace.confirmation.ending import invariant_at, invariant_error, way_on
from checker.trace.confirmation.lasso import NoLasso, check_lasso, cycle_of, eventuality_at
from checker.trace.data import Step, Trace, Violation
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.places import with_origin
from checker.trace.record import printed_owner, record_step
from checker.trace.state import Kind, Stopped


class Disagreement(Exception):
    """The engine and the replayer differ: one line that says at which step, what is claimed and what is found."""


@dataclass(frozen=True)
class Claim:
    """What an engine says that a path ends in.

    kind: as in `Violation`. property: of a model error, it does not matter. position: of the invariant, check, access or
    model error; of a deadlock, it does not matter. binding: the parameters of an invariant, by name. cycle: of a lasso, how
    many transitions come before its cycle.
    """

    kind: str
    property: str = ""
    position: Position | None = None
    binding: Mapping[str, int] = field(default_factory=dict)
    cycle: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """A state on the way. cells: every cell's value as printed, as in `Trace.initial`. frames: where the frames of each
    owner stand, the lowest first; owners without frames are left out."""

    cells: dict[str, str]
    frames: dict[str, tuple[tuple[Call, ...], ...]]


@dataclass(frozen=True)
class Built:
    """A finished trace, and its states: the initial one, then the one after each step. The state after a step that raises
    the violation is the state before it. There is none where the initial state cannot be made."""

    trace: Trace
    states: tuple[Snapshot, ...]


def build_trace(program: Program, schedule: Sequence[Transition], claim: Claim, initial: Sequence[int] = ()) -> Built:
    """The trace of a schedule that ends in what is claimed; `replay` confirms it. initial: what @initial code chose.

    Costs one machine step for each transition of the schedule. To confirm a deadlock it runs the schedule again for each
    processor, as a machine cannot take back a step that it tried.

    Raises Disagreement if a transition does not take place with just these choices, if the path ends before the schedule
    does, or if the machine does not find what is claimed.
    """
    try:
        machine = Machine(program, initial)
    except Stopped as stopped:
        if schedule or stopped.kind is not Kind.MODEL_ERROR:
            _differ("initial state", "it can be made", str(stopped))
        violation = _raised(Outcome(stopped.kind, stopped.message, stopped.position), claim, "initial state")
        return Built(with_origin(_trace(program, {}, [], violation), program), ())
    if machine.initial != tuple(initial):
        _differ("initial state", f"@initial code chooses {list(initial)}", f"the choices {list(machine.initial)}")
    states = [_snapshot(machine)]
    steps: list[Step] = []
    outcome = Outcome(Kind.DONE)
    for number, transition in enumerate(schedule, 1):
        if outcome.kind is not Kind.DONE:
            _differ(f"step {number}", "the path goes on", f"that step {number - 1} ends it: {outcome}")
        outcome, step = _take(machine, transition, f"step {number}")
        steps.append(step)
        states.append(_snapshot(machine) if outcome.kind is Kind.DONE else states[-1])
    at = f"step {len(steps)}" if steps else "initial state"
    if outcome.kind is not Kind.DONE:
        violation = _raised(outcome, claim, at)
    else:
        violation = _found(machine, schedule, claim, at)
    trace = replace(_trace(program, states[0].cells, steps, violation), choices=machine.initial_choices)
    if claim.kind == "lasso" and claim.cycle is not None:
        demand = eventuality_at(program, claim.property, claim.position)
        assert demand is not None
        path = schedule[: claim.cycle]
        trace = replace(trace, cycle=cycle_of(program, path, demand, claim.binding, machine.initial))
    return Built(with_origin(trace, program), tuple(states))


def _trace(program: Program, initial: dict[str, str], steps: Sequence[Step], violation: Violation) -> Trace:
    settings = tuple((parameter.name, parameter.value) for parameter in program.parameters)
    events = tuple(event.name for event in program.events if event.enabled)
    return Trace(program.model, settings, events, tuple(initial.items()), tuple(steps), violation)


def _snapshot(machine: Machine) -> Snapshot:
    frames = {printed_owner(machine.program, owner): frames for owner, frames in machine.frames().items() if frames}
    return Snapshot(machine.cells(), frames)


def _differ(at: str, claimed: str, found: str) -> NoReturn:
    raise Disagreement(" ".join(f"{at}: the engine claims that {claimed}, the replayer finds {found}".split()))


# --- steps -----------------------------------------------------------------------------------------------------------


def _take(machine: Machine, transition: Transition, at: str) -> tuple[Outcome, Step]:
    """Runs a transition that the engine claims to take place, or to raise the violation."""
    told = _told(machine.program, transition, at)
    try:
        outcome, step = record_step(machine, transition)
    except Stopped as stopped:
        _differ(at, f"{told} takes place", f"that it cannot tell whose frame steps: {stopped}")
    if outcome.kind in (Kind.NOT_POSSIBLE, Kind.OPEN_CHOICE, Kind.CUT, Kind.HALT):
        _differ(at, f"{told} takes place", str(outcome))
    chosen = outcome.taken()
    if chosen != transition.choices:
        _differ(at, f"{told} chooses {list(transition.choices)}", f"the choices {list(chosen)}")
    return outcome, step


def _told(program: Program, transition: Transition, at: str) -> str:
    """The transition in words. Raises Disagreement if the model has none of that name, number or arguments."""
    if transition.processor is not None:
        record = None if program.processor is None else program.records[program.processor]
        if record is None or not 0 <= transition.processor < record.count:
            _differ(at, f"processor {transition.processor} steps", "no such processor")
        return f"a step of {instance_name(record, transition.processor)}"
    action = program.actions.get(transition.action)
    if action is None or len(action.parameters) != len(transition.arguments):
        _differ(at, f"`{transition.action}` takes place with {list(transition.arguments)}", "no such action")
    try:
        pairs = zip(action.parameters, transition.arguments, strict=True)
        shown = [f"{binding.local.name}={format_value(program, binding.local.type, value)}" for binding, value in pairs]
    except IndexError:  # no member of the enumeration
        _differ(at, f"`{action.name}` takes place with {list(transition.arguments)}", "no such arguments")
    return f"{action.name}({', '.join(shown)})"


# --- the end ---------------------------------------------------------------------------------------------------------


def _raised(outcome: Outcome, claim: Claim, at: str) -> Violation:
    """The violation that the last step raised."""
    assert outcome.position is not None
    property = "" if outcome.kind is Kind.MODEL_ERROR else outcome.property or ""
    same_property = outcome.kind is Kind.MODEL_ERROR or claim.property == property
    if claim.kind != outcome.kind.value or not same_property or claim.position != outcome.position:
        _differ(at, _claimed(claim), f"{property} {outcome}")
    return Violation(property, outcome.kind.value, outcome.position, (), outcome.message, outcome.reads, outcome.stacks)


def _found(machine: Machine, schedule: Sequence[Transition], claim: Claim, at: str) -> Violation:
    """The violation in the state that the path ends in."""
    program = machine.program
    match claim.kind:
        case "invariant":
            return _invariant(machine, claim, at)
        case "lasso":
            return _lasso(machine, schedule, claim, at)
        case "deadlock":
            if claim.property != NO_DEADLOCK or NO_DEADLOCK not in program.properties:
                _differ(at, _claimed(claim), f"that this model does not declare {claim.property} for deadlocks")
            possible = way_on(program, schedule, machine.initial)
            if possible is not None:
                _differ(at, _claimed(claim), f"that {possible} is possible")
            return Violation(
                NO_DEADLOCK, "deadlock", program.properties[NO_DEADLOCK].position, (), _deadlock(machine, schedule), ()
            )
        case "model-error":
            error = invariant_error(machine, claim.position)
            if error is None:
                _differ(at, _claimed(claim), "none there")
            return Violation("", "model-error", error.position, (), error.message, ())
        case "check" | "wild-pointer" | "out-of-range":
            _differ(at, _claimed(claim), "that it takes place")
    raise ValueError(f"unknown kind of violation: {claim.kind}")


def _claimed(claim: Claim) -> str:
    binding = ", ".join(f"{name} = {value}" for name, value in claim.binding.items())
    what = " ".join(part for part in (claim.kind, claim.property) if part)
    place = f" at {claim.position}" if claim.position is not None and claim.kind != "deadlock" else ""
    return f"it ends in {what}{place}{f' for {binding}' if binding else ''}"


def _invariant(machine: Machine, claim: Claim, at: str) -> Violation:
    program = machine.program
    invariant = invariant_at(program, claim.property, claim.position)
    if invariant is None:
        _differ(at, _claimed(claim), "no such invariant")
    if set(claim.binding) != {parameter.local.name for parameter in invariant.parameters}:
        _differ(at, _claimed(claim), "other parameters")
    return _false(machine, invariant, claim, at)


def _lasso(machine: Machine, schedule: Sequence[Transition], claim: Claim, at: str) -> Violation:
    demand = eventuality_at(machine.program, claim.property, claim.position)
    if demand is None or claim.cycle is None:
        _differ(at, _claimed(claim), "no such condition")
    if set(claim.binding) != {parameter.local.name for parameter in demand.parameters}:
        _differ(at, _claimed(claim), "other parameters")
    violation = _false(machine, demand, claim, at)
    try:
        check_lasso(machine.program, schedule[: claim.cycle], schedule[claim.cycle :], demand, claim.binding, machine.initial)
    except NoLasso as reason:
        _differ(at, _claimed(claim), f"that {reason}")
    return replace(violation, kind="lasso")


def _false(machine: Machine, invariant: Invariant | Eventuality, claim: Claim, at: str) -> Violation:
    """The violation of an invariant that is false in the machine's state."""
    program = machine.program
    try:
        holds = machine.evaluate_invariant(invariant, claim.binding)
    except ValueError as error:
        _differ(at, _claimed(claim), f"that {error}")
    except Stopped as stopped:
        _differ(at, _claimed(claim), str(stopped))
    if holds:
        _differ(at, _claimed(claim), "that it holds")
    reads, stacks = machine.reads, machine.stacks
    binding = tuple(
        (parameter.local.name, format_value(program, parameter.local.type, claim.binding[parameter.local.name]))
        for parameter in invariant.parameters
    )
    message = machine.invariant_message(invariant, claim.binding)
    return Violation(invariant.property, "invariant", invariant.position, binding, message, reads, stacks)


def _deadlock(machine: Machine, schedule: Sequence[Transition]) -> str:
    """A deadlock in one line: where each processor waits."""
    program = machine.program
    waits = []
    if program.processor is not None:
        record = program.records[program.processor]
        for index in range(record.count):
            calls = machine.calls(index)
            where = f"waits in {calls[-1].routine}, line {calls[-1].position.line}" if calls else "has no frame"
            waits.append(f"{instance_name(record, index)} {where}")
    interrupts = any(action.interrupt for action in program.actions.values())
    goes_round = way_on(program, schedule, machine.initial, to_itself=True) is not None
    what = "change the state" if goes_round else "happen"
    return f"nothing{' but an interrupt' if interrupts else ''} can {what}{': ' if waits else ''}{', '.join(waits)}"
