# SPDX-License-Identifier: GPL-2.0-only
"""The contexts that the steps of a counterexample run in, nested as they interrupt each other: task, fault, irq, NMI.

A trace names whose frame a step ran and the routines of that frame, not the frames below it. So the contexts are followed along
the trace: an event of the kernel opens one, whose first frame runs a known routine; a step in a frame further down ends those
above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from checker.trace.data import Step


class Kind(Enum):
    """What kind of context it is."""

    TASK = "task"
    FAULT = "fault"
    SOFTIRQ = "softirq"
    IRQ = "irq"
    NMI = "NMI"
    OTHER = "interrupt"
    EVENT = "event"


@dataclass(frozen=True)
class Opens:
    """What an event of spec/kernel opens on its CPU. routine: of the first frame there. on: the contexts that it can interrupt;
    what is above these has ended."""

    kind: Kind
    routine: str
    on: frozenset[Kind] = frozenset()


HANDLERS = frozenset({Kind.IRQ, Kind.SOFTIRQ})

OPENED = {
    "touch": Opens(Kind.FAULT, "exc_page_fault"),
    "late_fault": Opens(Kind.FAULT, "exc_page_fault"),
    "switch_fault": Opens(Kind.FAULT, "exc_page_fault"),
    "allocator_fault": Opens(Kind.FAULT, "exc_page_fault", HANDLERS),
    "interrupt_fault": Opens(Kind.FAULT, "exc_page_fault", HANDLERS),
    "interrupt": Opens(Kind.IRQ, "common_interrupt"),
    "interrupt_of_softirqs": Opens(Kind.IRQ, "nested_interrupt", frozenset({Kind.SOFTIRQ})),
    "irq_work_interrupt": Opens(Kind.IRQ, "run_irq_work"),
    "rcu_softirq": Opens(Kind.SOFTIRQ, "thread_stack_free_rcu"),
    "nmi": Opens(Kind.NMI, "exc_nmi", HANDLERS | {Kind.FAULT}),
}
"""By the name of an event (spec/kernel/entry)."""


@dataclass(frozen=True)
class Standing:
    """Where a step stands. name: of the context, as `task0` or `fault`; of an event, its own. routine: of the first frame of the
    context; empty of a task, and of an event that opens none. depth: how many contexts it is on top of; an event is in what it
    opens. entered: it is the first step there. resumed: what was above it has ended since the last step of the context."""

    kind: Kind
    name: str
    routine: str
    depth: int
    entered: bool
    resumed: bool


@dataclass
class _Open:
    """A context that goes on. routine: of its first frame. frames: the routines of those that it has, the first one first. known:
    all that had a frame in it."""

    kind: Kind
    name: str
    routine: str
    frames: list[str]
    entered: bool = False
    known: set[str] = field(default_factory=set)

    def push(self, routine: str) -> None:
        """A frame on top of the others."""
        self.frames.append(routine)
        self.known.add(routine)


def standings(steps: Sequence[Step]) -> tuple[Standing, ...]:
    """Where each step of a trace stands, in order."""
    has_tasks = any(step.owner != step.processor for step in steps if step.processor is not None)
    lanes: dict[str | None, _Lane] = {}
    return tuple(lanes.setdefault(step.column, _Lane(has_tasks)).follow(step) for step in steps)


class _Lane:
    """One processor: the task that it runs, and the contexts on top of that. Without tasks its own frames are the lowest."""

    def __init__(self, has_tasks: bool) -> None:
        self.has_tasks = has_tasks
        self.open: list[_Open] = []
        self.last: str | None = None

    def follow(self, step: Step) -> Standing:
        """Where the next step of the lane stands."""
        if step.processor is None:
            return self._event(step)
        if step.owner != step.processor or not self.has_tasks:
            resumed, name = bool(self.open), step.owner or ""
            self.open.clear()
            entered, self.last = self.last != name, name
            return Standing(Kind.TASK, name, "", 0, entered, resumed)
        return self._own(step)

    def _event(self, step: Step) -> Standing:
        opens = OPENED.get(step.name) if step.column is not None else None
        if opens is None:
            return Standing(Kind.EVENT, step.name, "", len(self.open), False, False)
        while self.open and self.open[-1].kind not in opens.on:
            self.open.pop()
        self.open.append(_Open(opens.kind, opens.kind.value, opens.routine, [opens.routine]))
        return Standing(opens.kind, step.name, opens.routine, len(self.open), False, False)

    def _own(self, step: Step) -> Standing:
        """A step in a frame of the processor itself."""
        begins = step.calls[0].routine if step.calls else step.name
        runs = step.activations[0].routine if step.activations else step.name
        before = len(self.open)
        found = self._find(begins, fresh=bool(step.ran and step.ran[0].arguments and runs == begins))
        resumed = len(self.open) < before and found.entered
        entered, found.entered = not found.entered, True
        if runs != begins and runs not in found.frames:
            found.push(runs)
        return Standing(found.kind, found.name, found.routine, len(self.open), entered, resumed)

    def _find(self, routine: str, fresh: bool) -> _Open:
        """The context whose frame runs the routine; those above it have ended, and so have the frames above that one. A frame
        that nothing ran in before is one of the top, unless that has had its own: then it was about to begin when that came."""
        if not self.open:
            self.open.append(_Open(Kind.OTHER, routine, routine, []))
        where = len(self.open) - 1
        if fresh:
            while where > 0 and routine in self.open[where].known and routine not in self.open[where].frames:
                where -= 1
        else:
            where = next((n for n in range(where, -1, -1) if routine in self.open[n].frames), where)
        del self.open[where + 1 :]
        found = self.open[where]
        if routine in found.frames:
            del found.frames[found.frames.index(routine) + 1 :]
        else:
            found.push(routine)
        return found
