# SPDX-License-Identifier: GPL-2.0-only
"""Which steps a violation can depend on: who wrote what it reads, what those steps had read before, and so on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.tree import Assign, Expression, LocalRead, Position, Program
from checker.language.walking import nodes, walk
from checker.report.finding import in_protocol
from checker.trace.data import Step, Trace
from checker.verify.causes.visits import Anatomy


@dataclass(frozen=True)
class Load:
    """A step that loads a cell into a local, and one that uses the local when the cell holds something else."""

    step: int
    use: int
    cell: str
    value: str
    later: str


def place_of(step: Step) -> Position:
    """Where a developer looks for a step: in the protocol if it is called from there, else where the step stands."""
    places = (step.at, *(activation.position for activation in reversed(step.activations)))
    return next(filter(in_protocol, places), step.activations[-1].position if step.activations else step.at)


def of_protocol(step: Step) -> bool:
    """Whether a step runs the protocol's text, or a service that it calls."""
    return step.processor is not None and in_protocol(place_of(step))


def stand_of(trace: Trace) -> Position | None:
    """Where the protocol stands when the last step has brought it to what it must not come to, as a call that may sleep. The
    step itself began before that, at its access. None if the condition asked about no frames of who stepped, or if the step wrote
    what the condition reads."""
    last, violation = trace.steps[-1], trace.violation
    read = {cell for cell, _ in violation.reads}
    if violation.kind != "invariant" or any(change.cell in read for change in last.changes) or not of_protocol(last):
        return None
    calls = [call for stack in violation.stacks if stack.owner == last.owner for frame in stack.frames[-1:] for call in frame]
    return next((call.position for call in reversed(calls) if in_protocol(call.position)), None)


def writers(trace: Trace) -> tuple[tuple[int, int], ...]:
    """The steps that wrote something which the violation can depend on, the nearest first, each with how many hands the value
    went through. Steps count from 0."""
    steps = trace.steps
    last = len(steps) - 1
    found: dict[int, int] = {}
    pending: deque[tuple[str, int, int]] = deque((cell, last, 0) for cell, _ in trace.violation.reads)
    if steps and (trace.violation.kind != "invariant" or not trace.violation.reads):
        pending += ((cell, last, 0) for cell in _reads_before(trace, last))
    if trace.violation.kind == "deadlock":  # what each processor waits for is not told
        pending += ((cell, last, 0) for cell in dict.fromkeys(change.cell for step in steps for change in step.changes))
    seen: set[tuple[str, int]] = set()
    while pending:
        cell, until, depth = pending.popleft()
        writer = next((n for n in range(until, -1, -1) if any(c.cell == cell for c in steps[n].changes)), None)
        if writer is None or (cell, writer) in seen:
            continue
        seen.add((cell, writer))
        found.setdefault(writer, depth)
        pending += ((other, writer - 1, depth + 1) for other in _reads_before(trace, writer))
    return tuple(sorted(found.items(), key=lambda item: (item[1], -item[0])))


def _reads_before(trace: Trace, number: int) -> Iterator[str]:
    """The cells that decided on what a step does: what it reads, and what its owner read before it since it was entered."""
    owner = trace.steps[number].owner
    for step in reversed(trace.steps[: number + 1]):
        if step.owner == owner and (of_protocol(step) or step is trace.steps[number]):
            yield from (cell for cell, _ in step.reads)
        if owner is None or (step.processor is None and step.column == owner):
            return


def stale_loads(program: Program, trace: Trace, anatomy: Anatomy) -> Iterator[Load]:
    """Loads of the protocol into a local that is used after the cell has got another value."""
    for number, step in enumerate(trace.steps):
        if not of_protocol(step) or step.changes or len(step.reads) != 1:
            continue
        routine, position = step.activations[-1].routine, step.activations[-1].position
        local = _local_loaded(program, routine, position)
        if local is None:
            continue
        cell, value = step.reads[0]
        later = value
        for other in range(number + 1, len(trace.steps)):
            then = trace.steps[other]
            same_frame = anatomy.frames.get(other) == anatomy.frames.get(number)
            if same_frame and then.activations[-1].position == position:
                break  # it loads it anew
            if same_frame and later != value and local in _used_at(program, routine, then):
                yield Load(number, other, cell, value, later)
                break
            later = next((change.after for change in then.changes if change.cell == cell), later)


def _local_loaded(program: Program, routine: str, position: Position) -> str | None:
    """The local that the statement which stands there, or of which a part stands there, sets."""
    for statement in _assignments(program, routine):
        if isinstance(statement.target, str) and position in {*positions(statement)}:
            return statement.target
    return None


def _used_at(program: Program, routine: str, step: Step) -> set[str]:
    """The locals of a routine that the statement uses which a step runs there."""
    places = {activation.position for activation in step.activations if activation.routine == routine}
    return {
        node.name
        for statement in _assignments(program, routine)
        if statement.position in places
        for node in nodes(statement)
        if isinstance(node, LocalRead)
    }


def _assignments(program: Program, routine: str) -> Iterator[Assign]:
    if routine in program.routines:
        yield from (one for one in walk(program.routines[routine].body) if isinstance(one, Assign))


def positions(statement: Assign) -> Iterator[Position]:
    """Where a step can stand that runs the statement or a part of it."""
    yield statement.position
    yield from (node.position for node in nodes(statement) if isinstance(node, Expression))
