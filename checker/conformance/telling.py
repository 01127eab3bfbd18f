# SPDX-License-Identifier: GPL-2.0-only
"""Moves of a model in its own words, by the replayer: what a step does, what could happen, and why something cannot."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from checker.language.tree import Position, Program, Type
from checker.language.values import instance_name, told_value
from checker.trace.data import Step, Trace, Violation
from checker.trace.machine import Machine, Transition
from checker.trace.record import record_step, run
from checker.trace.state import Allocation, Kind, Stopped, chooser_of

NO_VIOLATION = Violation("", "invariant", Position("", 0, 0), (), "", ())
"""What a run ends in that violates nothing."""


@dataclass(frozen=True)
class Refusal:
    """Why the model cannot do something. condition: the text of the condition that is false, empty where it is none. position: of
    it. cells: the values that make it false."""

    reason: str
    condition: str = ""
    position: Position | None = None
    cells: tuple[tuple[str, str], ...] = ()


def told_move(program: Program, move: Transition) -> str:
    """A move without its place: `cpu0 steps`, `touch(cpu=cpu0, level=2)`."""
    if move.processor is not None:
        assert program.processor is not None
        return f"{instance_name(program.records[program.processor], move.processor)} steps"
    action = program.actions.get(move.action)
    if action is None:
        return f"{move.action}{move.arguments}"
    pairs = zip(action.parameters, move.arguments, strict=True)
    shown = ", ".join(f"{binding.local.name}={told_value(program, binding.local.type, value)}" for binding, value in pairs)
    return f"{action.name}({shown})"


def run_of(program: Program, moves: Sequence[Transition], shown: int | None = None) -> Trace:
    """A run as a trace that ends in no violation. shown: how many of the last steps it has, None for all. Raises ValueError if a
    move does not take place, but the last one may end the run."""
    machine = Machine(program)
    unseen = 0 if shown is None else max(0, len(moves) - shown)
    for number, move in enumerate(moves[:unseen], 1):
        outcome = machine.take(move)
        if outcome.kind is not Kind.DONE:
            raise ValueError(f"move {number} does not take place: {outcome}")
    initial = tuple(machine.cells().items())
    steps: list[Step] = []
    for number, move in enumerate(moves[unseen:], unseen + 1):
        outcome, step = record_step(machine, move)
        steps.append(step)
        ends = outcome.kind in (Kind.CHECK, Kind.WILD_POINTER, Kind.OUT_OF_RANGE, Kind.HALT)
        if outcome.kind is not Kind.DONE and not (ends and number == len(moves)):
            raise ValueError(f"move {number} does not take place: {outcome}")
    settings = tuple((parameter.name, parameter.value) for parameter in program.parameters)
    events = tuple(event.name for event in program.events if event.enabled)
    return Trace(program.model, settings, events, initial, tuple(steps), NO_VIOLATION)


def refusal(program: Program, path: Sequence[Transition], move: Transition) -> Refusal | None:
    """Why the model cannot make a move after a path; None: it can."""
    machine = run(program, tuple(path))
    if move.processor is not None:
        processors = 0 if program.processor is None else program.records[program.processor].count
        if not 0 <= move.processor < processors:
            return Refusal(f"there is no processor {move.processor}")
    elif move.action not in program.actions:
        return Refusal(f"the model, with these events, has no action {move.action}")
    elif len(move.arguments) != len(program.actions[move.action].parameters):
        return Refusal(f"{move.action} has other parameters")
    offered: list[tuple[str, ...]] = []
    given = chooser_of(move.choices)

    def choose(type_: Type | Allocation, options: tuple[int, ...]) -> int | None:
        if not isinstance(type_, Allocation):
            offered.append(tuple(told_value(program, type_, option) for option in options))
        return given(type_, options)

    try:
        if move.processor is not None:
            outcome = machine.step(move.processor, choose)
        else:
            outcome = machine.act(move.action, move.arguments, choose)
    except Stopped as stopped:
        return Refusal(stopped.message, position=stopped.position)
    options = f" (possible: {', '.join(offered[-1])})" if offered else ""
    match outcome.kind:
        case Kind.NOT_POSSIBLE:
            where = outcome.position
            text = "" if where is None else condition_at(program.sources, where)
            return Refusal(outcome.message + options, text, where, outcome.reads)
        case Kind.OPEN_CHOICE:
            return Refusal("it chooses there, and the move does not say what" + options, position=outcome.position)
    chosen = outcome.taken()
    if chosen != move.choices:
        return Refusal(f"it makes {len(chosen)} choices there, and the move {len(move.choices)}", position=outcome.position)
    return None


def condition_at(sources: dict[str, str], position: Position) -> str:
    """The text of the expression that begins at a position, on one line; empty where it cannot be found."""
    text = sources.get(position.file, "")
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError):
        return ""
    found = ""
    for node in ast.walk(parsed):
        if not isinstance(node, ast.expr) or (isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And)):
            continue
        if (node.lineno, node.col_offset + 1) == (position.line, position.column):
            segment = " ".join((ast.get_source_segment(text, node) or "").split())
            found = max(found, segment, key=len)
    return found
