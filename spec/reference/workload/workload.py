# SPDX-License-Identifier: GPL-2.0-only
"""A workload: many tasks of random depths that are forked, run, go deeper, exit; with allocations and charges that fail.

First tasks are forked until there are as many as wanted; then some of them exit, and others take their places. Each task goes
as deep as a random draw says, level by level with a turn of its CPU for each, or in one access; then it rests. All CPUs run at
once, one access of a random one at a time. In the end everybody rests, the machine is audited, and what the stacks take is
counted.
The same parameters give the same run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from spec.reference.audit import audit
from spec.reference.kernel.failures import Ended
from spec.reference.kernel.kernel import Sizes
from spec.reference.kernel.memory import StackMemory
from spec.reference.kernel.objects import NULL, Cpu, Task, TaskState, VmArea
from spec.reference.kernel.operations import Choice
from spec.reference.kernel.processes import EXIT, FORK, NOTHING, VFREE
from spec.reference.kernel.scheduler import may_run
from spec.reference.kernel.stacks import waiting_for_vfree
from spec.reference.kernel.striking import is_interruptible
from spec.reference.log import Move
from spec.reference.machine import Machine
from spec.reference.real.real_memory import Inconsistent
from spec.reference.real.watched import Counts, Watched
from spec.reference.workload.depths import Depths

STEPS = (100_000, 1_000)
"""A run is stopped after so many steps, and so many more for each task. It takes some hundred for a task."""
_INIT = 0
"""The first task: it forks all others, goes no deeper than its first page, and never exits."""


@dataclass(frozen=True)
class Parameters:
    """protocol: "rfc_v1" or "hardened". tasks: stacks at the same time. replaced: how many tasks exit and are followed by others.
    jumps: of the deeper tasks, the part that goes to its depth in one access. failing: of the allocations and charges of
    single pages, the part that fails."""

    protocol: str
    cpus: int
    tasks: int
    depths: Depths
    replaced: int = 0
    jumps: float = 0.1
    failing: float = 0.01
    stack_pages: int = 4
    seed: int = 0


class NoProgress(Ended):
    """The workload does not come to its end. An error of the workload, or a protocol under which tasks wait forever."""


@dataclass
class Result:
    """pages: of the stacks of live tasks, as the memory tells it; stacks: how many these are. idle_pages: of cached stacks.
    pool_pages: in the pools of all CPUs. lived, faulted: tasks that ever ran, and those that ever had a stack fault; killed:
    those that were refused a page. ended: what ended the run before its time."""

    parameters: Parameters
    counts: Counts = field(default_factory=Counts)
    stacks: int = 0
    pages: int = 0
    idle_pages: int = 0
    pool_pages: int = 0
    lived: int = 0
    faulted: int = 0
    killed: int = 0
    failed_allocations: int = 0
    failed_charges: int = 0
    failed_forks: int = 0
    steps: int = 0
    seconds: float = 0.0
    ended: Ended | None = None

    @property
    def fixed_pages(self) -> int:
        """What as many stacks of the full size would take."""
        return self.stacks * self.parameters.stack_pages

    @property
    def share(self) -> float:
        """Of that, what the dynamic stacks take."""
        return self.pages / self.fixed_pages

    @property
    def share_with_pools(self) -> float:
        """The same with the pools, and with stacks that are cached for the next task."""
        return (self.pages + self.pool_pages + self.idle_pages) / self.fixed_pages

    @property
    def share_that_faulted(self) -> float:
        return self.faulted / max(self.lived, 1)


@dataclass
class _Plan:
    """What a task will do: the levels that it goes to, one in each turn, the next one last; and what it has done."""

    levels: list[int]
    begun: bool = False
    faulted: bool = False


def run(parameters: Parameters, memory: StackMemory | None = None) -> Result:
    """Runs the workload on a machine with this memory, None: simulated. A failure of the protocol is `ended` in the result.
    Raises OSError, Stuck and Inconsistent as real memory does."""
    return _Workload(parameters, memory).run()


class _Workload:
    """ready: tasks that have something to do. resting: those that do not. doomed: those that were told to exit. child: whom init
    forks. waiting: a dead task's stack, which nobody frees before its grace period is over."""

    def __init__(self, parameters: Parameters, memory: StackMemory | None) -> None:
        self.parameters = parameters
        self.source = random.Random(f"{parameters.seed} {parameters.cpus} {parameters.tasks}")
        # Dead tasks keep their places for a while, and their stacks even longer.
        places = parameters.tasks + 2 * parameters.cpus + 2
        events = ["touch", "fork", "exit", "oops-continues", "migrate"] + ["oom", "charge-fail"] * (parameters.failing > 0)
        sizes = Sizes(parameters.cpus, places, parameters.stack_pages, spare_pages=1)
        self.machine = Machine(parameters.protocol, sizes, events, memory)
        self.watched = Watched(self.machine, self.task_faulted)
        self.result = Result(parameters, self.watched.counts)
        self.plans: dict[int, _Plan] = {_INIT: _Plan([])}
        self.ready: set[int] = set()
        self.resting: list[int] = []
        self.doomed: set[int] = set()
        self.to_replace = parameters.replaced
        self.child: int | None = None
        self.waiting: VmArea | None = None
        self.turns = 0

    # --- the run ---

    def run(self) -> Result:
        began = time.monotonic()
        result = self.result
        most_steps = STEPS[0] + STEPS[1] * (self.parameters.tasks + self.parameters.replaced)
        try:
            while self.go_on():
                self.step(self.source.choice(self.machine.cpus))
                if self.machine.taken > most_steps:
                    raise NoProgress(f"not at rest after {most_steps:,} steps")
            for failure in audit(self.machine):
                raise failure
        except Ended as ended:
            result.ended = ended
        result.steps = self.machine.taken
        result.seconds = time.monotonic() - began
        self.count()
        return result

    def go_on(self) -> bool:
        """Whether there is anything left to do; from time to time it sees to it that somebody does it."""
        self.turns += 1
        if self.ready and self.turns % 32:
            return True
        if len(self.plans) < self.parameters.tasks or waiting_for_vfree(self.machine.kernel):
            self.ready.add(_INIT)
        elif self.to_replace and self.resting and len(self.doomed) < max(self.parameters.cpus, self.parameters.tasks // 4):
            self.to_replace -= 1
            index = self.resting.pop(self.source.randrange(len(self.resting)))
            self.doomed.add(index)
            self.ready.add(index)
        self.waiting = next((area for area in self.machine.areas if area.allocated and area.rcu_pending), None)
        return bool(self.ready) or self.waiting is not None or not all(map(self.rests, self.machine.cpus))

    def rests(self, cpu: Cpu) -> bool:
        """Whether the CPU is idle, for as long as there is no task for it, and has nothing to do for its pool."""
        if cpu.current is not cpu.idle or cpu.stack is not cpu.idle or cpu.handlers:
            return False
        return not self.machine.kernel.in_scheduler(cpu.idle) and not self.machine.kernel.protocol.keeps_idle_awake(cpu)

    def step(self, cpu: Cpu) -> None:
        """One access of this CPU, if it has anything to do."""
        kernel = self.machine.kernel
        waiting = self.waiting
        if waiting is not None and is_interruptible(kernel, cpu):
            self.waiting = None
            if waiting.rcu_pending and all(task.stack_vm_area is not waiting for task in self.machine.tasks):
                self.watched.take(Move(None, "rcu_softirq", (cpu.index, waiting.index)))
                return
        if self.rests(cpu):
            if not any(kernel.is_runnable(self.machine.tasks[index], cpu) for index in self.ready):
                return
        operation = self.machine.next_operation(cpu)
        choice: Choice = None
        if operation is not None:
            what = operation.describe()
            if what == "pick_next_task":
                choice = self.pick(cpu)
            elif what != "plain work" or not self.goes_deeper(cpu):
                options = operation.options()
                if options is not None:
                    if not options:
                        return
                    choice = self.decide(cpu, what, options)
            else:
                return
        self.watched.take(Move(cpu.index, choice=choice))

    # --- decisions ---

    def decide(self, cpu: Cpu, what: str, options: Sequence[Choice]) -> Choice:
        """One of the options. what: the operation that asks, as the log has it."""
        if what == "plain work":
            return self.work(cpu.current, options)
        if what == "dup_task_struct":
            self.child = index = int(self.source.choice(options) or 0)
            self.plans[index] = _Plan(self.draw_levels())
            self.ready.add(index)
            return index
        if what in ("alloc_pages", "memcg_kmem_charge_page"):
            fails = self.source.random() < self.parameters.failing
            self.result.failed_allocations += fails and what == "alloc_pages"
            self.result.failed_charges += fails and what != "alloc_pages"
            return fails
        return self.source.choice(options)

    def pick(self, cpu: Cpu) -> int:
        """A task that has something to do, or idle. (What the operation itself offers are all tasks that could run.)"""
        tasks = self.machine.tasks
        wanted = [index for index in sorted(self.ready) if may_run(self.machine.kernel, tasks[index], cpu)]
        return self.source.choice(wanted) if wanted else cpu.idle.index

    def draw_levels(self) -> list[int]:
        deepest = self.parameters.depths.draw(self.source)
        if deepest == 0 or self.source.random() < self.parameters.jumps:
            return [deepest]
        return list(range(deepest, 0, -1))

    def goes_deeper(self, cpu: Cpu) -> bool:
        """Whether the task has run into a stack fault, at the level that it goes to in this turn."""
        plan, stack = self.plans.get(cpu.current.index), cpu.current.stack_vm_area
        if plan is None or not plan.levels or cpu.current.killed or stack is None:
            return False
        if self.machine.memory.frame_at(stack.index, plan.levels[-1]) is not None:
            return False
        self.begins(plan)
        self.watched.take(Move(None, "touch", (cpu.index, plan.levels[-1])))
        return True

    def work(self, task: Task, options: Sequence[Choice]) -> Choice:
        """The rest of a task's turn, when it is as deep as it goes in this one."""
        index = task.index
        if index == _INIT:
            return self.work_of_init(options)
        plan = self.plans.get(index)
        if plan is None:
            return NOTHING
        self.begins(plan)
        if task.killed or (index in self.doomed and EXIT in options):
            self.result.killed += task.killed
            del self.plans[index]
            self.ready.discard(index)
            self.doomed.discard(index)
            return EXIT if EXIT in options else NOTHING
        if plan.levels:
            level = plan.levels.pop()
            if task.stack_vm_area is not None and not self.machine.memory.access(task.stack_vm_area.index, level):
                raise Inconsistent(f"a write to level {level} of {task}'s stack faults, and there was a page a moment ago")
        if not plan.levels and index in self.ready and index not in self.doomed:
            self.ready.discard(index)
            self.resting.append(index)
        return NOTHING

    def work_of_init(self, options: Sequence[Choice]) -> Choice:
        child, self.child = self.child, None
        if child is not None and child in self.plans and not self.plans[child].begun:
            if self.machine.tasks[child].state is TaskState.TASK_DEAD:
                del self.plans[child]
                self.ready.discard(child)
                self.result.failed_forks += 1
        if VFREE in options:
            return VFREE
        if FORK in options and len(self.plans) < self.parameters.tasks:
            return FORK
        self.ready.discard(_INIT)
        return NOTHING

    def begins(self, plan: _Plan) -> None:
        self.result.lived += not plan.begun
        plan.begun = True

    def task_faulted(self, task: Task) -> None:
        plan = self.plans[task.index]
        self.result.faulted += not plan.faulted
        plan.faulted = True

    # --- what it comes to ---

    def count(self) -> None:
        result = self.result
        live = [task.stack_vm_area for task in self.machine.tasks if task.state is TaskState.TASK_RUNNING and task.stack_vm_area]
        result.stacks = len(live)
        result.pages = sum(sum(self.watched.levels(area.index)) for area in live)
        unused = [area for area in self.machine.areas if area.allocated and not any(area is other for other in live)]
        result.idle_pages = sum(sum(self.watched.levels(area.index)) for area in unused)
        result.pool_pages = sum(slot != NULL for cpu in self.machine.cpus for slot in cpu.pool)
