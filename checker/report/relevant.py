# SPDX-License-Identifier: GPL-2.0-only
"""Which steps of a trace matter to its violation: a slice, backwards along what is read and written.

It is a choice of what to show first and decides no verdict. Control flow is not in a trace; so events, choices and the ends of
a cycle are always shown.
"""

from __future__ import annotations

from checker.report.finding import in_protocol
from checker.trace.data import Step, Trace


def relevant_steps(trace: Trace) -> frozenset[int]:
    """The numbers, from 1, of the steps that matter.

    These are those that change a cell that the violation reads, or one that such a step of the protocol reads, or its last step;
    reads in the protocol of what the violation reads; events, choices, the last step, the borders of a cycle. The kernel's own
    steps pass nothing on: what the scheduler reads would make everything matter.
    """
    read = {cell for cell, _ in trace.violation.reads}
    count = len(trace.steps)
    if not read and trace.steps:
        read = {cell for cell, _ in trace.steps[-1].reads}
    needed = read | _last_reads(trace)
    found = {count} if count else set()
    if trace.cycle is not None:
        found |= {number for number in (trace.cycle.start, trace.cycle.start + 1, trace.cycle.since) if number}
    for number in range(count, 0, -1):
        step = trace.steps[number - 1]
        writes = any(change.cell in needed for change in step.changes)
        reads = _of_protocol(step) and not step.changes and any(cell in read for cell, _ in step.reads)
        if writes or reads or step.processor is None or step.choices:
            found.add(number)
        if writes and (_of_protocol(step) or step.processor is None):
            needed |= {cell for cell, _ in step.reads}
    return frozenset(number for number in found if 1 <= number <= count)


def _last_reads(trace: Trace) -> set[str]:
    """What the protocol's last step reads: it decides how the run ends, as by refusing a fault."""
    last = next((step for step in reversed(trace.steps) if _of_protocol(step)), None)
    return set() if last is None else {cell for cell, _ in last.reads}


def _of_protocol(step: Step) -> bool:
    return any(in_protocol(activation.position) for activation in step.activations)
