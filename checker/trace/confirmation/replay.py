# SPDX-License-Identifier: GPL-2.0-only
"""Confirms or refutes a counterexample: runs it again on a machine that knows nothing of the engine that found it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Call
from checker.language.tree import Eventuality, Invariant, Program, Type
from checker.trace.confirmation.ending import invariant_at, invariant_error, way_on
from checker.trace.confirmation.lasso import NoLasso, check_lasso, cycle_of, eventuality_at
from checker.trace.data import InitialChoice, Stack, Step, Trace, Violation
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.parse import parse_instance, parse_value
from checker.trace.places import Gone, changed_files, moved
from checker.trace.record import format_choice, printed_owner, record_step
from checker.trace.state import Allocation, Chooser, Kind, Stopped


@dataclass(frozen=True)
class Schedule:
    """What a trace does, for the machine. initial: what @initial code chooses."""

    initial: tuple[int, ...]
    transitions: tuple[Transition, ...]


@dataclass(frozen=True)
class Replay:
    """Whether the trace is what it claims to be, and in one line why not. changed: files of the model that say something else
    than those that the trace was made from, so that it may be none for that reason."""

    ok: bool
    reason: str
    changed: tuple[str, ...] = ()


class _Differs(Exception):
    """The trace says one thing and the replay finds another."""


def replay(program: Program, trace: Trace) -> Replay:
    """Runs the trace from the initial state and compares every cell, place and value, and the violation it ends in. Places are
    distinguished by what stands there, not by their lines."""
    try:
        _replay(program, moved(trace, program))
    except (_Differs, Gone) as difference:
        return Replay(False, str(difference), changed_files(trace, program))
    steps = f"{len(trace.steps)} step{'' if len(trace.steps) == 1 else 's'}"
    what = "there is a model error" if trace.violation.kind == "model-error" else f"{trace.violation.property} is violated"
    return Replay(True, f"{what} after {steps}, as the trace says")


def schedule_of(program: Program, trace: Trace) -> Schedule:
    """What a trace of this very program does. Raises ValueError where it is none."""
    try:
        machine = Machine(program, _choices(program, tuple(choice.value for choice in trace.choices), "initial state"))
        taken = tuple(_replay_step(machine, step, f"step {number}")[1] for number, step in enumerate(trace.steps, 1))
    except (_Differs, Stopped) as difference:
        raise ValueError(f"the trace is none of this model: {difference}") from None
    return Schedule(machine.initial, taken)


def _replay(program: Program, trace: Trace) -> None:
    # A parameter that the model did not have yet when the trace was made has its default: as it was without it.
    defaults = {p.name: p.default for p in program.parameters}
    _same("settings", defaults | dict(trace.settings), {p.name: p.value for p in program.parameters})
    _same("events", sorted(trace.events), sorted(event.name for event in program.events if event.enabled))
    texts = tuple(choice.value for choice in trace.choices)
    try:
        machine = Machine(program, _choices(program, texts, "initial state"))
    except Stopped as stopped:
        if trace.steps or stopped.kind is not Kind.MODEL_ERROR:
            raise _Differs(f"the initial state cannot be made: {stopped}") from None
        _raised(Outcome(stopped.kind, stopped.message, stopped.position), trace.violation, "initial state")
        return
    _same("initial state: choices", _placed(trace.choices), _placed(machine.initial_choices))
    _same_cells("initial state", dict(trace.initial), machine.cells())
    outcome = None
    taken: list[Transition] = []
    for number, step in enumerate(trace.steps, 1):
        if outcome is not None and outcome.kind is not Kind.DONE:
            raise _Differs(f"step {number}: the trace goes on, but step {number - 1} ends it: {outcome}")
        outcome, transition = _replay_step(machine, step, f"step {number}")
        taken.append(transition)
    at = f"step {len(trace.steps)}" if trace.steps else "initial state"
    if outcome is not None and outcome.kind is not Kind.DONE:
        _raised(outcome, trace.violation, at)
        _same_reads(trace.violation, machine.cells() | dict(outcome.reads), at)
        _same_stacks(trace.violation, machine.every_stack() | {stack.owner: stack for stack in outcome.stacks}, at)
        return
    match trace.violation.kind:
        case "invariant":
            _check_invariant(machine, trace.violation, at)
        case "lasso":
            _check_lasso(machine, trace, taken, at)
        case "deadlock":
            _same(f"{at}: property", trace.violation.property, NO_DEADLOCK)
            possible = way_on(program, taken, machine.initial)
            if possible is not None:
                raise _Differs(f"{at}: the trace says it ends in a deadlock, the replay finds that {possible} is possible")
        case "model-error":
            where = trace.violation.position
            if invariant_error(machine, where) is None:
                raise _Differs(f"{at}: the trace says it ends in a model error at {where}, the replay finds none there")
        case "check" | "wild-pointer" | "out-of-range":
            raise _Differs(f"{at}: the trace says it ends in a {trace.violation.kind}, the replay finds that it is done")
        case kind:
            raise _Differs(f"the trace ends in an unknown kind of violation, {kind}")


# --- steps -----------------------------------------------------------------------------------------------------------


def _replay_step(machine: Machine, step: Step, at: str) -> tuple[Outcome, Transition]:
    transition = _transition(machine, step, at)
    outcome, found = record_step(machine, transition, _choices(machine.program, step.choices, at))
    if outcome.kind in (Kind.NOT_POSSIBLE, Kind.OPEN_CHOICE, Kind.CUT, Kind.HALT):
        raise _Differs(f"{at}: the trace says {step.name} takes place, the replay finds {outcome}")
    _same(f"{at}: routine", step.name, found.name)
    _same(f"{at}: access", str(step.at), str(found.at))
    _same(f"{at}: routines and arguments", _entered(step), _entered(found))
    _same(f"{at}: choices", step.choices, found.choices)
    _same_cells(f"{at}: reads", dict(step.reads), dict(found.reads))
    _same(f"{at}: order of the reads", _listed(step.reads), _listed(found.reads))
    _same_cells(
        f"{at}: changes",
        {change.cell: f"{change.before} -> {change.after}" for change in step.changes},
        {change.cell: f"{change.before} -> {change.after}" for change in found.changes},
    )
    chosen = outcome.taken()
    return outcome, Transition(transition.processor, transition.action, transition.arguments, chosen)


def _transition(machine: Machine, step: Step, at: str) -> Transition:
    """The step's transition, choices left out; it must stand where the trace says it does."""
    program = machine.program
    try:
        if step.processor is not None:
            if program.processor is None:
                raise ValueError("the model has no processor")
            processor = parse_instance(program, program.processor, step.processor)
            owner = machine.owner(processor)
            _same(f"{at}: owner", step.owner, None if owner is None else printed_owner(program, owner))
            _same(f"{at}: place", _chain(step.calls), _chain(machine.calls(processor)))
            return Transition(processor)
        if step.name not in program.actions:
            raise ValueError(f"the model has no action `{step.name}`")
        action = program.actions[step.name]
        _same(f"{at}: owner", step.owner, None)
        _same(f"{at}: place", _chain(step.calls), _chain((Call(action.name, action.position),)))
        names = tuple(parameter.local.name for parameter in action.parameters)
        _same(f"{at}: parameters", tuple(name for name, _ in step.arguments), names)
        types = [parameter.local.type for parameter in action.parameters]
        pairs = zip(types, step.arguments, strict=True)
        return Transition(None, step.name, tuple(parse_value(program, type_, text) for type_, (_, text) in pairs))
    except ValueError as error:
        raise _Differs(f"{at}: {error}") from None
    except Stopped as stopped:
        raise _Differs(f"{at}: the replay cannot tell whose frame it steps: {stopped}") from None


def _choices(program: Program, texts: Sequence[str], at: str) -> Chooser:
    remaining = list(reversed(texts))

    def choose(type_: Type | Allocation, options: tuple[int, ...]) -> int | None:
        if not remaining:
            return None
        if isinstance(type_, Allocation):
            named = [value for value in options if format_choice(program, type_, value) == remaining[-1]]
            if named:
                remaining.pop()
            return named[0] if named else None
        text = remaining.pop()
        try:
            return parse_value(program, type_, text)
        except ValueError as error:
            raise _Differs(f"{at}: choice: {error}") from None

    return choose


# --- the end ---------------------------------------------------------------------------------------------------------


def _raised(outcome: Outcome, violation: Violation, at: str) -> None:
    """The last step raised the violation. How an engine words a model error is its own affair."""
    _same(f"{at}: end", violation.kind, outcome.kind.value)
    _same(f"{at}: position of the violation", str(violation.position), str(outcome.position))
    if outcome.kind is not Kind.MODEL_ERROR:
        _same(f"{at}: property", violation.property, outcome.property)
        _same(f"{at}: message", violation.message, outcome.message)


def _check_lasso(machine: Machine, trace: Trace, taken: Sequence[Transition], at: str) -> None:
    violation, program = trace.violation, machine.program
    demand = eventuality_at(program, violation.property, violation.position)
    if demand is None:
        raise _Differs(f"the model demands nothing of runs for {violation.property} at {violation.position}")
    if trace.cycle is None or not 0 <= trace.cycle.start <= len(taken):
        raise _Differs("the trace does not say where its cycle starts")
    binding = _check_false(machine, demand, violation, at)
    try:
        cycle = cycle_of(program, taken[: trace.cycle.start], demand, binding, machine.initial)
        _same("fairness", list(trace.cycle.fairness), list(cycle.fairness))
        _same("what is demanded", trace.cycle.demanded.value, cycle.demanded.value)
        _same("steps before it is asked", trace.cycle.since, cycle.since)
        check_lasso(program, taken[: trace.cycle.start], taken[trace.cycle.start :], demand, binding, machine.initial)
    except NoLasso as reason:
        said = "the run ends there" if trace.ends else "its cycle can be run forever"
        raise _Differs(f"the trace says that {said}, the replay finds that {reason}") from None


def _check_invariant(machine: Machine, violation: Violation, at: str) -> None:
    invariant = invariant_at(machine.program, violation.property, violation.position)
    if invariant is None:
        raise _Differs(f"the model has no invariant for {violation.property} at {violation.position}")
    _check_false(machine, invariant, violation, at)


def _check_false(machine: Machine, invariant: Invariant | Eventuality, violation: Violation, at: str) -> dict[str, int]:
    """The binding for which an invariant is false in the machine's state, as the trace says."""
    names = [parameter.local.name for parameter in invariant.parameters]
    _same(f"{at}: parameters of {invariant.name}", [name for name, _ in violation.binding], names)
    texts = dict(violation.binding)
    try:
        binding = {
            parameter.local.name: parse_value(machine.program, parameter.local.type, texts[parameter.local.name])
            for parameter in invariant.parameters
        }
        holds = machine.evaluate_invariant(invariant, binding)
    except ValueError as error:
        raise _Differs(f"{at}: {error}") from None
    except Stopped as stopped:
        raise _Differs(f"{at}: the trace says {invariant.name} is false, the replay finds {stopped}") from None
    if holds:
        shown = ", ".join(f"{name} = {value}" for name, value in violation.binding)
        raise _Differs(f"{at}: the trace says {invariant.name} is false for {shown or 'this state'}, the replay finds it true")
    _same(f"{at}: message", violation.message, machine.invariant_message(invariant, binding))
    _same_reads(violation, machine.cells(), at)
    _same_stacks(violation, machine.every_stack(), at)
    return binding


# --- comparing -------------------------------------------------------------------------------------------------------


def _same(what: str, said: object, found: object) -> None:
    if said != found:
        raise _Differs(f"{what}: the trace says {said}, the replay finds {found}")


def _same_cells(what: str, said: Mapping[str, str], found: Mapping[str, str]) -> None:
    for cell in dict.fromkeys((*said, *found)):
        _same(f"{what}: {cell}", said.get(cell, "nothing"), found.get(cell, "nothing"))


def _same_reads(violation: Violation, cells: Mapping[str, str], at: str) -> None:
    for cell, value in violation.reads:
        _same(f"{at}: {cell}", value, cells.get(cell))


def _same_stacks(violation: Violation, stacks: Mapping[str, Stack], at: str) -> None:
    for stack in violation.stacks:
        found = stacks.get(stack.owner)
        _same(f"{at}: frames of {stack.owner}", _frames(stack), "no such owner" if found is None else _frames(found))


def _frames(stack: Stack) -> str:
    return ", ".join(map(_chain, stack.frames)) or "none"


def _placed(choices: Iterable[InitialChoice]) -> str:
    return ", ".join(f"{choice.value} at {choice.at}" for choice in choices) or "none"


def _listed(cells: Iterable[tuple[str, str]]) -> str:
    return ", ".join(cell for cell, _ in cells) or "nothing"


def _entered(step: Step) -> str:
    parts = []
    for activation in step.activations:
        arguments = ", ".join(f"{name}={value}" for name, value in activation.arguments)
        parts.append(f"{activation.routine}({arguments}) at {activation.position}")
    return " > ".join(parts)


def _chain(calls: Iterable[Call]) -> str:
    return " > ".join(f"{call.routine} at {call.position}" for call in calls) or "nowhere"
