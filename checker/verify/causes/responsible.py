# SPDX-License-Identifier: GPL-2.0-only
"""Which declaration of the protocol answers for a violation that no statement of the protocol led to."""

from __future__ import annotations

from checker.language.tree import Position, Program
from checker.report.finding import in_protocol
from checker.trace.data import Trace


def responsible_position(program: Program | None, trace: Trace) -> Position:
    """Where a developer of the protocol begins, if the kernel alone ran into the violation: at the protocol's routine whose hook
    is called with what the event is about, which is the one whose parameters have most types in common with the event's; of
    several the last. The violation's own position where there is none."""
    event = trace.steps[-1] if trace.steps else None
    if program is None or event is None or event.name not in program.actions:
        return trace.violation.position
    about = {binding.local.type for binding in program.actions[event.name].parameters}
    shared = {
        routine.position: len({parameter.type for parameter in routine.parameters} & about)
        for routine in (program.routines | program.dormant).values()
        if routine.hook is not None and in_protocol(routine.position)
    }
    most = max(shared.values(), default=0)
    return max((position for position, count in shared.items() if count == most > 0), default=trace.violation.position)
