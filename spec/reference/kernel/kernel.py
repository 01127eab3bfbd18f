# SPDX-License-Identifier: GPL-2.0-only
"""The kernel that a protocol lives in: its data, and who looks where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spec.reference.kernel.memory import SimulatedMemory, StackMemory
from spec.reference.kernel.objects import NULL, TAG, Cpu, Page, Pages, Task, TaskState, VmArea

if TYPE_CHECKING:
    from spec.reference.kernel.protocol import Protocol

PREALLOC_PAGES = 1

EVENTS = (
    "touch",
    "late-fault",
    "switch-fault",
    "irq",
    "softirq",
    "nmi",
    "oom",
    "charge-fail",
    "sleep",
    "migrate",
    "fork",
    "exit",
    "hotplug",
    "remote-read",
    "oops-continues",
    "area-oom",
)
"""What can happen on the machine, besides that tasks run; each can be left out."""


@dataclass(frozen=True)
class Sizes:
    """The machine. stack_pages: of a full stack. spare_pages: page frames beyond what full stacks and pools need.
    exception_stacks: how many stack faults can be handled at once on a CPU."""

    cpus: int = 1
    tasks: int = 1
    stack_pages: int = 3
    spare_pages: int = 0
    exception_stacks: int = 2


class Kernel:
    """All state of the machine. here: the CPU whose step is being taken. result: what its operation gave, for the log."""

    def __init__(
        self, protocol: Protocol, sizes: Sizes, events: Collection[str], memory: StackMemory | None, unchanging: frozenset[str]
    ) -> None:
        unknown = sorted(set(events) - set(EVENTS))
        if unknown:
            raise ValueError(f"there is no event {unknown[0]}; there are {', '.join(EVENTS)}")
        self.protocol = protocol
        self.sizes = sizes
        self.unchanging = unchanging
        self.touch = "touch" in events
        self.late_fault = "late-fault" in events
        self.switch_fault = "switch-fault" in events
        self.irq = "irq" in events
        self.softirq = "softirq" in events
        self.interrupts = self.irq or self.softirq
        self.nmi = "nmi" in events
        self.oom = "oom" in events
        self.charge_fail = "charge-fail" in events
        self.sleep = "sleep" in events
        self.migrate = "migrate" in events
        self.fork = "fork" in events
        self.exit = "exit" in events
        self.hotplug = "hotplug" in events
        self.remote_read = "remote-read" in events
        self.oops_continues = "oops-continues" in events
        self.area_oom = "area-oom" in events
        self.tasks_end = self.exit or self.oops_continues
        self.stack_pages = sizes.stack_pages
        self.pool_slots = sizes.stack_pages - PREALLOC_PAGES
        # The last task's stack may still wait for a grace period, or in a cache, when a new task needs one.
        stacks = sizes.tasks + 1 if self.fork and self.tasks_end else sizes.tasks
        pages = sizes.cpus * self.pool_slots + stacks * sizes.stack_pages + sizes.spare_pages
        self.memory: StackMemory = SimulatedMemory(stacks, sizes.stack_pages) if memory is None else memory
        self.pages = Pages(pages)
        self.areas = [VmArea(index, sizes.stack_pages) for index in range(stacks)]
        self.tasks = [Task(index, f"task{index}", idle=False) for index in range(sizes.tasks)]
        self.tasks += [Task(sizes.tasks + index, f"idle{index}", idle=True) for index in range(sizes.cpus)]
        self.cpus = [Cpu(index, self.pool_slots, self.tasks[sizes.tasks + index]) for index in range(sizes.cpus)]
        self.here = 0
        self.result: object = None

    def this_cpu(self) -> Cpu:
        """The CPU that executes. What a local remembers of it does not follow when the task moves on."""
        return self.cpus[self.here]

    # --- who is where ---

    def in_scheduler(self, task: Task) -> bool:
        """Whether the task is between the start of schedule and the end of finish_task_switch."""
        inside = task.context.inside
        return "schedule" in inside or "finish_task_switch" in inside

    def handles(self, cpu: Cpu, routine: str) -> bool:
        """Whether a handler on the CPU is in this routine."""
        return any(routine in handler.inside for handler in cpu.handlers)

    # --- tasks ---

    def is_runnable(self, task: Task, cpu: Cpu) -> bool:
        """Whether the task, which is not an idle task, is current on this CPU, or waits and may run here."""
        if not cpu.online or task.idle or task.state is not TaskState.TASK_RUNNING:
            return False
        if task is cpu.current:
            return True
        return not task.on_cpu and (self.migrate or task.cpu is None or task.cpu is cpu or not task.cpu.online)

    def is_unused(self, task: Task) -> bool:
        """Whether there is no such task: not yet, or no more."""
        return not task.idle and task.state is TaskState.TASK_DEAD and task.stack_vm_area is None and not task.on_cpu

    def is_last(self, task: Task) -> bool:
        """Whether there is no other task, so that this one is init."""
        return all(other is task or other.idle or other.state is not TaskState.TASK_RUNNING for other in self.tasks)

    # --- pages and stacks ---

    def is_unmapped(self, task: Task, level: int) -> bool:
        """Whether the level is one of the task's stack, and not mapped."""
        area = task.stack_vm_area
        return area is not None and level < self.stack_pages and self.memory.frame_at(area.index, level) is None

    def mapped(self, area: VmArea, level: int) -> Page | None:
        frame = self.memory.frame_at(area.index, level)
        return None if frame is None else self.pages.frames[frame]

    def is_mapped(self, page: Page) -> bool:
        """Whether any stack has the page mapped."""
        return any(
            self.memory.frame_at(area.index, level) == page.index
            for area in self.areas
            if area.allocated
            for level in range(self.stack_pages)
        )

    def pool_is_full(self, cpu: Cpu) -> bool:
        """Whether a fault could take a page from each slot."""
        return all(page != NULL and not page & TAG for page in cpu.pool)
