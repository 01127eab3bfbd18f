# SPDX-License-Identifier: GPL-2.0-only
"""One finding as data of a page: its steps in lanes, what each changes, and the places in the source."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.tree import Position
from checker.report.finding import columns, ending, frames_read, in_protocol, last_changes, short, shown_arguments, shown_reads
from checker.report.html.embed import Json
from checker.report.html.sources import Sources
from checker.report.html.state import layout, owners
from checker.report.nesting import Standing, standings
from checker.report.source import source_line
from checker.result.review import Cause
from checker.trace.data import Activation, Step

ENOUGH = 2
"""So many decisive steps tell a run. With fewer, what changes cells that the failing condition reads stays in sight as well."""

ENVIRONMENT = "environment"
"""Heads the lane of events that belong to no processor."""


@dataclass(frozen=True)
class Line:
    """A step in a line of its own, for readers without the script. text: what it runs. changes: what it does to the state."""

    number: int
    place: str
    text: str
    changes: tuple[str, ...]


def came_from(cause: Cause, position: Position) -> str:
    """Where the line stands in the mail or patch that it came from; empty if it came from none."""
    places = () if cause.trace.origin is None else cause.trace.origin.places
    return next((place.came_from for place in places if place.position == position and place.came_from), "")


def decisive_lines(cause: Cause) -> tuple[Line, ...]:
    """The decisive steps, and the last one, a line each."""
    numbers = sorted({*cause.decisive, len(cause.trace.steps)} - {0})
    return tuple(_line(cause, number) for number in numbers if number <= len(cause.trace.steps))


def finding_json(cause: Cause, sources: Sources) -> Json:
    """All that the script shows of one cause. Cells are numbered; a step has only what it changes."""
    trace, texts = cause.trace, cause.subject.sources
    cells = dict(trace.initial)
    for step in trace.steps:
        for change in step.changes:
            cells.setdefault(change.cell, change.before)
    cells |= {cell: value for cell, value in trace.violation.reads if cell not in cells}
    number = {cell: n for n, cell in enumerate(cells)}
    lanes = [*columns(trace)]
    if any(step.column is None for step in trace.steps):
        lanes.append(ENVIRONMENT)
    read = {cell for cell, _ in trace.violation.reads}
    changed = last_changes(trace)
    steps = [
        _step(cause, n, standing, sources, number, lanes) | {"shown": _is_shown(cause, n, standing, read)}
        for n, standing in enumerate(standings(trace.steps), 1)
    ]
    return {
        "lanes": lanes,
        "cells": [*number],
        "initial": [*cells.values()],
        "steps": steps,
        "layout": layout(trace, number),
        "owners": owners(trace, number),
        "reads": [[number[cell], value, changed.get(cell, 0)] for cell, value in trace.violation.reads],
        "notes": [[*sources.place(n.position, texts), n.step, n.text] for n in cause.notes],
        "frames": frames_read(trace.violation),
        "fails": "" if trace.cycle is not None else f"{trace.violation.property or 'the model itself'} fails here",
        "ending": ending(trace),
        "message": " ".join(trace.violation.message.split()),
        "condition": sources.place(trace.violation.position, texts),
        "position": sources.place(cause.position, texts),
        "choices": [[choice.value, short(choice.at)] for choice in trace.choices],
        "cycle": None if trace.cycle is None else _cycle(cause),
    }


def _cycle(cause: Cause) -> Json:
    cycle = cause.trace.cycle
    assert cycle is not None
    return {"start": cycle.start, "since": cycle.since, "ends": cause.trace.ends, "fairness": [*cycle.fairness]}


def _step(
    cause: Cause, number: int, standing: Standing, sources: Sources, cells: dict[str, int], lanes: list[str]
) -> dict[str, Json]:
    trace, texts = cause.trace, cause.subject.sources
    step = trace.steps[number - 1]
    return {
        "lane": lanes.index(ENVIRONMENT if step.column is None else step.column),
        "kind": standing.kind.value,
        "context": standing.name,
        "depth": standing.depth,
        "entered": standing.entered,
        "resumed": standing.resumed,
        "event": step.processor is None,
        "own": in_protocol(step.at),
        "decisive": number in cause.decisive,
        "text": what_runs(cause, step),
        "at": sources.place(step.at, texts),
        "calls": [_call(activation, sources, cause) for activation in step.activations],
        "choices": [*step.choices],
        "reads": [[cell, value] for cell, value in shown_reads(step)],
        "changes": [[cells[change.cell], change.before, change.after] for change in step.changes],
    }


def _call(activation: Activation, sources: Sources, cause: Cause) -> Json:
    arguments = ", ".join(f"{name}={value}" for name, value in activation.arguments)
    return [activation.routine, arguments, *sources.place(activation.position, cause.subject.sources)]


def what_runs(cause: Cause, step: Step) -> str:
    """The event with its arguments, or the line of source; without the text, the routine."""
    if step.processor is None:
        return step.name + "".join(f" {name}={value}" for name, value in shown_arguments(step))
    return source_line(cause.subject.sources, step.at) or step.name


def _is_shown(cause: Cause, number: int, standing: Standing, read: set[str]) -> bool:
    """Whether the step stays where steps that change nothing of what matters are folded."""
    trace = cause.trace
    step = trace.steps[number - 1]
    if number in cause.decisive or number == len(trace.steps) or step.processor is None or standing.resumed:
        return True
    if trace.cycle is not None and number == trace.cycle.start + 1:
        return True
    changes = {change.cell for change in step.changes}
    if len(cause.decisive) >= ENOUGH:
        return False
    return bool(changes & read) or (bool(changes) and in_protocol(step.at))


def _line(cause: Cause, number: int) -> Line:
    step = cause.trace.steps[number - 1]
    changes = tuple(f"{change.cell}: {change.before} -> {change.after}" for change in step.changes)
    return Line(number, short(step.at), what_runs(cause, step), changes)
