# SPDX-License-Identifier: GPL-2.0-only
"""Whether a path with a cycle, or one that ends, is a run on which a demanded condition is false forever, as the replayer
finds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.language.schedule import Call
from checker.language.tree import Demanded, Eventuality, Position, Program
from checker.trace.confirmation.ending import way_on
from checker.trace.confirmation.fairness import STAYING, Moment, assumed, assumptions, broken_assumption, moment, unfair
from checker.trace.data import Cycle
from checker.trace.exact import exact
from checker.trace.machine import Machine, Transition
from checker.trace.record import run
from checker.trace.state import Kind, NextStep, Owner, Stopped

ROUNDS = 32
"""How often a cycle is run at most until the machine is in the very same state again. Once is enough but for locals that nothing
reads any more, which the engine forgets and the machine keeps."""

View = tuple[dict[str, str], dict[Owner, tuple[tuple[Call, ...], ...]]]


class NoLasso(Exception):
    """It is none: one line that says why."""


def eventuality_at(program: Program, property: str, position: Position | None) -> Eventuality | None:
    """The condition of that property that stands there."""
    for eventuality in program.eventualities:
        if eventuality.property == property and eventuality.position == position:
            return eventuality
    return None


def check_lasso(
    program: Program,
    path: Sequence[Transition],
    cycle: Sequence[Transition],
    demand: Eventuality,
    binding: Mapping[str, int],
    initial: Sequence[int] = (),
) -> None:
    """Raises NoLasso unless the path, from the initial state that these choices make, leads to a state to which the cycle comes
    back, so that it can be run forever; and the demanded condition holds in no state of the cycle, or not in its first one if
    it is to hold from some point on; and something asks for it if it is an answer; and the cycle is fair. A run without a
    cycle has to end.

    The cycle is run until a state comes back exactly, at least twice: the first time shows what each step calls, the second
    time conditions are evaluated.
    """
    if demand.demanded is Demanded.ANSWERED and asked_since(program, path, demand, binding, initial) is None:
        raise NoLasso(f"nothing that {demand.name} would have to answer is left where the cycle starts")
    if not cycle:
        _check_end(program, path, demand, binding, initial)
        return
    machine = run(program, path, initial)
    known: dict[object, int] = {exact(machine): 0}
    following: list[NextStep] = []
    views: list[View] = []
    moments: list[Moment] = []
    for round_ in range(ROUNDS):
        for number, transition in enumerate(cycle):
            at = f"step {len(path) + number + 1}"
            if round_ == 0:
                views.append(_view(machine))
            elif _view(machine) != views[number]:
                raise NoLasso(f"{at} begins in another state when the cycle is run again")
            if round_ == 1:
                _check_false(machine, following[number], demand, binding, at, number == 0)
                moments.append(_moment(machine, transition, following[number], at))
            next_step = _take(machine, transition, at)
            if round_ == 0:
                following.append(next_step)
            elif next_step != following[number]:
                raise NoLasso(f"{at} calls other routines when the cycle is run again")
        if _view(machine) != views[0]:
            raise NoLasso("the state after the cycle is not that at its start")
        before = known.setdefault(exact(machine), round_ + 1)
        if round_ and before <= round_:
            break
    else:
        raise NoLasso("the cycle comes back to what can be seen of its first state, and not to all of it")
    histories = [(*path, *cycle[:number]) for number in range(len(cycle))]
    processor = None
    if demand.demanded.own_steps:
        assert program.processor is not None
        processor = binding[demand.parameters[0].local.name] // program.records[program.processor].alignment - 1
    reason = unfair(program, moments, histories, demand, processor, initial)
    if reason is not None:
        raise NoLasso(reason)


def cycle_of(
    program: Program,
    path: Sequence[Transition],
    demand: Eventuality,
    binding: Mapping[str, int],
    initial: Sequence[int],
) -> Cycle:
    """What a trace says of the end of a run that violates a demand, after this path."""
    since, told = None, demand.demanded
    if told is Demanded.ANSWERED:
        since = asked_since(program, path, demand, binding, initial)
    elif told is Demanded.BOUNDED:
        told = Demanded.EVENTUALLY
    return Cycle(len(path), assumed(program, demand.demanded.own_steps), told, since)


def asked_since(
    program: Program, path: Sequence[Transition], demand: Eventuality, binding: Mapping[str, int], initial: Sequence[int]
) -> int | None:
    """After how many steps of the path that was so for the last time which a condition has to answer, without an answer up
    to the end of the path; None if everything is answered. Raises NoLasso where that cannot be evaluated."""
    machine = run(program, (), initial)
    since = None
    for number in range(len(path) + 1):
        try:
            if machine.evaluate_invariant(demand, binding):
                since = None
            elif machine.evaluate_given(demand, binding):
                since = number
        except Stopped as stopped:
            raise NoLasso(f"after step {number}: {stopped}") from None
        if number < len(path):
            _take(machine, path[number], f"step {number + 1}")
    return since


def _check_end(
    program: Program, path: Sequence[Transition], demand: Eventuality, binding: Mapping[str, int], initial: Sequence[int]
) -> None:
    """Raises NoLasso unless the run ends there, without the demanded condition, and fairly."""
    if demand.demanded.own_steps:
        raise NoLasso("there is no step in the cycle")
    possible = way_on(program, path, initial, to_itself=True)
    if possible is not None:
        raise NoLasso(f"the run does not end there: {possible} is possible")
    machine = run(program, path, initial)
    try:
        if machine.evaluate_invariant(demand, binding):
            raise NoLasso(f"the condition {demand.name} holds where the run ends")
        reason = broken_assumption(program, [assumptions(machine, STAYING)])
    except Stopped as stopped:
        raise NoLasso(f"where the run ends: {stopped}") from None
    if reason is not None:
        raise NoLasso(reason)


def _view(machine: Machine) -> View:
    return machine.cells(), machine.frames()


def _check_false(
    machine: Machine, next_step: NextStep, demand: Eventuality, binding: Mapping[str, int], at: str, first: bool
) -> None:
    """Raises NoLasso if the demanded condition holds at a point of the cycle at which it must not. first: of its points."""
    if demand.demanded is Demanded.ALWAYS and not first:
        return  # failing once in each round is failing again and again
    try:
        if machine.evaluate_invariant(demand, binding, next_step):
            raise NoLasso(f"the condition {demand.name} holds before {at}")
    except Stopped as stopped:
        raise NoLasso(f"before {at}: {stopped}") from None


def _moment(machine: Machine, transition: Transition, next_step: NextStep, at: str) -> Moment:
    try:
        return moment(machine, transition, next_step)
    except Stopped as stopped:
        raise NoLasso(f"before {at}: {stopped}") from None


def _take(machine: Machine, transition: Transition, at: str) -> NextStep:
    outcome = machine.take(transition)
    if outcome.kind is not Kind.DONE:
        raise NoLasso(f"{at} does not take place: {outcome}")
    if outcome.taken() != transition.choices:
        raise NoLasso(f"{at} makes other choices")
    return transition.processor, machine.called if transition.processor is not None else frozenset()
