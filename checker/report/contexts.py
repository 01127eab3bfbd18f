# SPDX-License-Identifier: GPL-2.0-only
"""How text names the context that each step of a trace runs in: a task, or an exception or interrupt that came there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.report.nesting import Kind, standings
from checker.trace.data import Step

NAMES = {
    "exc_page_fault": "#PF",
    "exc_nmi": "NMI",
    "common_interrupt": "irq",
    "nested_interrupt": "irq",
    "run_irq_work": "irq_work",
    "thread_stack_free_rcu": "RCU",
}
"""The routines of the kernel that an event enters (spec/kernel/entry/), and what a kernel developer calls the context."""


@dataclass(frozen=True)
class Context:
    """name: of the task ("task0") or of what interrupted it ("#PF", "NMI"); of an event, that of what it interrupts. depth: how
    many contexts lie below it on its processor. entered: whether the step before it on this processor entered it. back: whether
    it goes on here after what interrupted it has returned. event: whether the step is an event, of no context itself."""

    processor: str | None
    name: str
    depth: int
    entered: bool = False
    back: bool = False
    event: bool = False


def contexts(steps: Sequence[Step]) -> list[Context]:
    """The context of each step."""
    names: dict[str, dict[int, str]] = {}
    found = []
    for step, standing in zip(steps, standings(steps), strict=True):
        processor = step.processor or step.column
        if processor is None:
            found.append(Context(None, "", 0, event=True))
            continue
        known = names.setdefault(processor, {})
        if step.processor is None:
            depth = standing.depth if standing.kind is Kind.EVENT else standing.depth - 1
            found.append(Context(processor, known.get(depth, processor), depth, event=True))
            if standing.kind is not Kind.EVENT:
                known[standing.depth] = NAMES.get(standing.routine, standing.routine)
            continue
        depth = standing.depth
        known[depth] = NAMES.get(standing.routine, standing.routine) if depth else standing.name
        found.append(Context(processor, known[depth], depth, standing.entered and depth > 0, standing.resumed))
    return found


def named(context: Context, several: bool = False) -> str:
    """The context as a report shows it: `cpu0 task0`, and indented what interrupts that: `  #PF`, `    NMI`. several: with the
    processor always, as there is more than one."""
    if context.processor is None:
        return ""
    if context.depth == 0:
        return context.processor if context.name == context.processor else f"{context.processor} {context.name}"
    indent = "  " * context.depth
    return f"{context.processor} {indent}{context.name}" if several else f"{indent}{context.name}"
