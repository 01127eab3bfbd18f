# SPDX-License-Identifier: GPL-2.0-only
"""What every report of a counterexample says of it: its one line, its place in the model, its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from checker.language.tree import Demanded, Position
from checker.trace.data import Activation, Step, Trace, Violation

ENDINGS = {
    "invariant": "does not hold in the last state",
    "check": "is violated by what the last step does",
    "wild-pointer": "is violated by what the last step does",
    "out-of-range": "is violated by what the last step does",
    "deadlock": "is violated: after the last step nothing but an interrupt leads to another state",
    "lasso": "is violated: the condition never holds on the cycle, which can go on forever",
    "model-error": "the model itself is in error, in what the last step does or in a condition on the last state",
}
"""For each kind of violation, how a sentence goes on that begins with the property; of a model error, all of it."""

LASSOS = {
    Demanded.EVENTUALLY: ENDINGS["lasso"],
    Demanded.ALWAYS: "is violated: the condition fails again and again on the cycle, which can go on forever",
    Demanded.ANSWERED: "is violated: it is asked for, and never holds from there on, also on the cycle, which can go on forever",
}
"""For each demand, how a sentence goes on about a lasso."""

ENDS = "is violated: the run ends, and the condition does not hold where it does"
"""The same for a lasso that is a run that ends."""

KERNEL = "spec"
"""The folder of the kernel and of the properties, in the names that positions have files under."""

RAISED = ("check", "wild-pointer", "out-of-range")
"""The kinds of violation that a step raises, at a place of its own."""

MOST_READS = 3
"""A step that reads more cells than this, as an atomic block may, is shown without them."""


def short(position: Position) -> str:
    """The position as reports show it inside a column: `rfc_v1.py:88`."""
    return f"{PurePosixPath(position.file).name}:{position.line}"


def in_protocol(position: Position) -> bool:
    """Whether a position stands in the model's own file or in another that it shares code with, wherever these lie: in any but
    the kernel's and those of the properties."""
    return not position.file.startswith(f"{KERNEL}/")  # with ./ before it, it is a folder of the user's


def last_protocol_position(trace: Trace) -> Position | None:
    """The line of the last step that stands in the model's own file or in one that it imports from; None if none
    does. A step in a kernel service that the model calls stands where the model calls it."""
    return _last_in_protocol(trace.steps)


def _last_in_protocol(steps: Sequence[Step]) -> Position | None:
    for step in reversed(steps):
        for position in (step.at, *(activation.position for activation in reversed(step.activations))):
            if in_protocol(position):
                return position
    return None


def finding_position(trace: Trace) -> Position:
    """Where a developer should look first: the statement of the protocol that raised the violation, else the last line of the
    protocol that ran, else the violation's position. A run without end has no last line; there it is the last one that
    changed what the condition reads."""
    found = None
    if trace.violation.kind in RAISED and in_protocol(trace.violation.position):
        return trace.violation.position
    if trace.cycle is not None:
        read = {cell for cell, _ in trace.violation.reads}
        found = _last_in_protocol([step for step in trace.steps if any(c.cell in read for c in step.changes)])
    return found or last_protocol_position(trace) or trace.violation.position


def protocol_line(trace: Trace) -> str:
    """Of a violation that a step raised elsewhere: the last line of the protocol that ran, as a sentence; else empty."""
    position = last_protocol_position(trace)
    if position is None or trace.violation.kind not in RAISED or in_protocol(trace.violation.position):
        return ""
    return f"{position.file}:{position.line} is the last line of the protocol that ran"


def headline(trace: Trace, position: Position | None = None, why: str = "") -> str:
    """The finding in one line, as compilers write it: `models/rfc_v1.py:88: error: single-hole: message`. Of a patch, its line
    in the mail comes last: ` (rfc10.mbox:363)`. position: where to look, if not at the usual place. why: a sentence that
    follows the message."""
    position = position or finding_position(trace)
    message = " ".join(f"{trace.violation.message}. {why}".split() if why else trace.violation.message.split())
    what = "model error" if trace.violation.kind == "model-error" else trace.violation.property
    return f"{position.file}:{position.line}: error: {what}: {message}{came_from(trace, position)}"


def came_from(trace: Trace, position: Position) -> str:
    """Of a line that a patch shows, where it stands in that, with a space before it: ` (rfc10.mbox:363)`; else nothing."""
    places = () if trace.origin is None else trace.origin.places
    return next((f" ({place.came_from})" for place in places if place.position == position and place.came_from), "")


def ending(trace: Trace) -> str:
    """What the trace ends in, as the start of a sentence that its message follows, with the binding."""
    violation = trace.violation
    binding = ", ".join(f"{name}={value}" for name, value in violation.binding)
    subject = "" if violation.kind == "model-error" else f"{violation.property} "
    what = ENDINGS[violation.kind]
    if trace.cycle is not None:
        what = ENDS if trace.ends else LASSOS[trace.cycle.demanded]
    return subject + what + (f", for {binding}" if binding else "")


def reached(trace: Trace) -> str:
    """How long the trace is, and its cycle, as the start of what it is a trace of."""
    count = len(trace.steps)
    steps = "in the initial state" if count == 0 else f"after {count} step{'' if count == 1 else 's'}"
    if trace.cycle is None:
        return steps
    if trace.ends:
        return f"{steps}, where the run ends"
    length = count - trace.cycle.start
    which = "all of them" if length == count else f"the last {length} of them" if length > 1 else "the last of them"
    return f"{steps}, {which} again and again"


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A sort key by which cpu10 comes after cpu9."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)


def columns(trace: Trace) -> tuple[str, ...]:
    """The processors that have a column, in order."""
    return tuple(sorted({step.column for step in trace.steps if step.column is not None}, key=natural))


def called_as(activation: Activation) -> str:
    """The routine with its arguments where these are known: `copy_process(task=task0)`."""
    arguments = ", ".join(f"{name}={value}" for name, value in activation.arguments)
    return f"{activation.routine}({arguments})" if arguments else activation.routine


def shown_arguments(step: Step) -> tuple[tuple[str, str], ...]:
    """An action's arguments, without those that its column says already."""
    return tuple((name, value) for name, value in step.arguments if value != step.column)


def shown_reads(step: Step) -> tuple[tuple[str, str], ...]:
    """The cells that tell which access a step is, with their values: none where its changes tell that, where they are too
    many to help, and for an action, whose reads are its conditions."""
    return () if step.processor is None or step.changes or len(step.reads) > MOST_READS else step.reads


def frames_read(violation: Violation) -> list[str]:
    """Where the frames stand that the failing condition asked about: a line for each frame, and one for an owner of none."""
    lines = []
    for stack in violation.stacks:
        lines += [] if stack.frames else [f"{stack.owner} has no frame"]
        for number, calls in enumerate(stack.frames):
            where = ", in ".join(f"{call.routine} at {call.position.file}:{call.position.line}" for call in calls)
            lines.append(f"{stack.owner} frame {number} is in {where}")
    return lines


def last_changes(trace: Trace) -> dict[str, int]:
    """For each cell that changes, the number (from 1) of the last step that changed it. The last step counts where a check
    in it found another value than the state before it has."""
    changes = {change.cell: number for number, step in enumerate(trace.steps, 1) for change in step.changes}
    last = dict(trace.initial) | {change.cell: change.after for step in trace.steps for change in step.changes}
    if trace.violation.kind == "check" and trace.steps:
        changes |= {cell: len(trace.steps) for cell, value in trace.violation.reads if last.get(cell, value) != value}
    return changes
