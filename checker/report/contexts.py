# SPDX-License-Identifier: GPL-2.0-only
"""In which context each step of a trace runs: a task, or an exception or interrupt that struck there, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    """name: of the task ("task0") or of what interrupted it ("#PF", "NMI"); of an event, that of what it strikes. depth: how many
    contexts lie below it on its processor. entered: whether the step before it on this processor entered it. back: whether it
    goes on here after what interrupted it has returned. event: whether the step is an event, of no context itself."""

    processor: str | None
    name: str
    depth: int
    entered: bool = False
    back: bool = False
    event: bool = False


@dataclass
class _Frame:
    routine: str
    context: str | None  # of what an event entered


class _Processor:
    """The frames of one processor above the task's, as far as its steps tell."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.below = name
        self.frames: list[_Frame] = []
        self.struck = False

    def context(self, entered: bool = False, back: bool = False, event: bool = False) -> Context:
        contexts = [frame.context for frame in self.frames if frame.context is not None]
        return Context(self.name, contexts[-1] if contexts else self.below, len(contexts), entered, back, event)

    def task_step(self, owner: str) -> Context:
        back = any(frame.context is not None for frame in self.frames)
        self.frames.clear()
        self.struck = False
        self.below = owner
        return self.context(back=back)

    def handler_step(self, step: Step) -> Context:
        """A step of the processor's own frames: of the one on top, of one that it has just entered, or of one returned to."""
        first = step.activations[0]
        known = [frame.routine for frame in self.frames]
        entered = back = False
        if self.struck and (first.arguments or first.routine not in known):
            self.frames.append(_Frame(first.routine, NAMES.get(first.routine, first.routine)))
            entered = True
        elif first.arguments or first.routine not in known:
            self.frames.append(_Frame(first.routine, None))
        else:
            left = self.frames[len(known) - known[::-1].index(first.routine) :]
            del self.frames[len(self.frames) - len(left) :]
            back = any(frame.context is not None for frame in left)
        self.struck = False
        return self.context(entered, back)


def contexts(steps: Sequence[Step]) -> list[Context]:
    """The context of each step."""
    processors: dict[str, _Processor] = {}
    found = []
    for step in steps:
        name = step.processor or step.column
        if name is None:
            found.append(Context(None, "", 0, event=True))
            continue
        processor = processors.setdefault(name, _Processor(name))
        if step.processor is None:
            found.append(processor.context(event=True))
            processor.struck = True
        elif step.owner in (None, name) and step.activations:
            found.append(processor.handler_step(step))
        else:
            found.append(processor.task_step(step.owner or name))
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
