# SPDX-License-Identifier: GPL-2.0-only
"""A machine whose stack faults begin with an access to its memory, and whose stacks are looked at after each of them.

With real memory that access is a real write by a thread of this process, which sleeps in a real page fault until the
protocol's fault routine has mapped its page; what is looked at is the kernel's own page table.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from spec.reference.kernel.failures import Ended, Failure, Halted
from spec.reference.kernel.objects import Cpu, Task, VmArea
from spec.reference.kernel.processes import EXIT, FORK, VFREE, is_at_plain_work
from spec.reference.log import Move
from spec.reference.machine import Machine
from spec.reference.real.real_memory import Inconsistent, RealMemory, hole_in

FAULTS = frozenset({"touch", "late_fault", "switch_fault", "interrupt_fault", "nmi"})
"""Events that are stack faults. Their arguments are a CPU, whose stack in use it is, and a level."""


class Hole(Failure):
    """The mapped levels of a stack that no fault is being handled on are not one run from its top."""

    property = "single-hole"


@dataclass
class Counts:
    """What has happened. growths: faults that were resolved; refused: faults that were not, and killed the task or stopped the
    machine; looked: stacks that were looked at when their last fault had ended, none of them with a hole."""

    growths: int = 0
    refused: int = 0
    looked: int = 0


class Watched:
    """Takes the moves of a machine. task_faulted is called for each fault that begins, with the task whose stack it is."""

    def __init__(self, machine: Machine, task_faulted: Callable[[Task], None] = lambda task: None) -> None:
        self.machine = machine
        self.counts = Counts()
        self._task_faulted = task_faulted
        self._real = machine.memory if isinstance(machine.memory, RealMemory) else None
        self._faults: list[list[tuple[VmArea, int]]] = [[] for _ in machine.cpus]

    def take(self, move: Move) -> None:
        """As Machine.take. Raises Hole too; and Inconsistent if the memory and the machine do not agree on what is mapped."""
        machine = self.machine
        if move.event in FAULTS:
            cpu, level = machine.cpus[move.arguments[0]], move.arguments[1]
            task, area = cpu.stack, cpu.stack.stack_vm_area
            if area is None:
                raise ValueError(f"{task} runs on a static stack, which never faults")
            if self._real is not None and machine.memory.access(area.index, level):
                raise Inconsistent(f"a write to level {level} of {area} goes through, and the machine has no page there")
            machine.take(move)
            self._faults[cpu.index].append((area, level))
            self._task_faulted(task)
            return
        try:
            machine.take(move)
        except Ended as ended:
            self.counts.refused += isinstance(ended, Halted) and move.cpu is not None and bool(self._faults[move.cpu])
            self._let_go()
            raise
        if move.cpu is not None and self._faults[move.cpu]:
            self._look_at_end(machine.cpus[move.cpu])

    def levels(self, area: int) -> tuple[bool, ...]:
        """For each level of a stack, and the guard page, whether a page is there: of real memory as the kernel tells it."""
        memory = self.machine.memory
        if isinstance(memory, RealMemory):
            return memory.mapped_levels(area)
        stack_pages = self.machine.kernel.stack_pages
        return (*(memory.frame_at(area, level) is not None for level in range(stack_pages)), False)

    def _let_go(self) -> None:
        if self._real is not None:
            for faults in self._faults:
                for area, level in faults:
                    self._real.refuse(area.index, level)

    def _look_at_end(self, cpu: Cpu) -> None:
        faults = self._faults[cpu.index]
        if sum("exc_page_fault" in handler.inside for handler in cpu.handlers) == len(faults):
            return
        area, level = faults.pop()
        resolved = level < self.machine.kernel.stack_pages and self.machine.memory.frame_at(area.index, level) is not None
        if not resolved and self._real is not None:
            self._real.refuse(area.index, level)
        if any(area is other for others in self._faults for other, _ in others):
            return
        self.counts.growths += resolved
        self.counts.refused += not resolved
        self.counts.looked += 1
        hole = hole_in(self.levels(area.index))
        if hole is not None:
            raise Hole(f"{cpu.stack}'s stack, {area}: {hole}")


@dataclass(frozen=True)
class RandomRun:
    """How a random run went. ended: what ended it before its time."""

    counts: Counts
    steps: int
    ended: Ended | None


def random_run(watched: Watched, source: random.Random, growths: int, most_steps: int) -> RandomRun:
    """Takes random moves, those more often with which stacks come, grow and go, until so many stacks have grown, or so many
    moves were taken, or the machine has ended.

    Tasks hit the guard page only where that kills the task and not the machine. Raises OSError and Stuck as real memory does.
    """
    machine = watched.machine
    steps = 0
    try:
        while watched.counts.growths < growths and steps < most_steps:
            moves = [move for move in machine.moves() if not _stops_the_machine(machine, move)]
            if not moves:
                raise Halted("nothing is possible any more")
            watched.take(source.choices(moves, [_weight(machine, move) for move in moves])[0])
            steps += 1
    except Ended as ended:
        return RandomRun(watched.counts, steps, ended)
    return RandomRun(watched.counts, steps, None)


def _weight(machine: Machine, move: Move) -> int:
    if move.event in FAULTS:
        return 8 if move.arguments[1] < machine.kernel.stack_pages else 1
    return 8 if move.event == "rcu_softirq" or move.choice in (EXIT, FORK, VFREE) else 2


def _stops_the_machine(machine: Machine, move: Move) -> bool:
    """Whether the move may stop more than the task that makes it: an end of init, which task 0 is here, or a touch of a guard
    page outside plain work."""
    cpu = machine.cpus[move.arguments[0] if move.cpu is None else move.cpu]
    if move.event != "touch" or move.arguments[1] < machine.kernel.stack_pages:
        return move.choice == EXIT and cpu.current is machine.tasks[0]
    return not machine.kernel.oops_continues or not is_at_plain_work(cpu) or cpu.current is machine.tasks[0]
