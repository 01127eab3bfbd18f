# SPDX-License-Identifier: GPL-2.0-only
"""The machine: which moves are possible, and what each of them does. Under the same moves it always does the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from spec.reference.hardened import HardenedProtocol
from spec.reference.kernel.contexts import Context, begin, chain, step
from spec.reference.kernel.failures import Ended, Failure
from spec.reference.kernel.kernel import Kernel, Sizes
from spec.reference.kernel.memory import SimulatedMemory, StackMemory, Table
from spec.reference.kernel.objects import Cpu, Page, Task, TaskState, VmArea
from spec.reference.kernel.operations import Boundary, Choice, Load, LoadEntry, LoadItem, Operation, Store, StoreItem
from spec.reference.kernel.processes import idle_round, ret_from_fork, task_round
from spec.reference.kernel.protocol import Protocol
from spec.reference.kernel.striking import EVENTS
from spec.reference.log import Event, Move
from spec.reference.rfc import RfcProtocol

DEFAULT_SIZES = Sizes()
PROTOCOLS: dict[str, type[Protocol]] = {"rfc_v1": RfcProtocol, "hardened": HardenedProtocol}


class Saved(NamedTuple):
    """All state of a machine. It is never changed, and belongs to the machine that it comes from."""

    pages: tuple[tuple[Any, ...], ...]
    areas: tuple[tuple[Any, ...], ...]
    tasks: tuple[tuple[Any, ...], ...]
    cpus: tuple[tuple[Any, ...], ...]
    table: Table
    ended: Ended | None
    taken: int


class Machine:
    """A machine with a protocol, after boot: full pools, stacks with their first page, all CPUs idle.

    protocol: a name in PROTOCOLS, or an instance of one. unchanging: fields, as in `Task.stack_vm_area`, that nothing changes in
    this configuration; to read them is then no place to stop at. log: is told of each move that is taken. ended: what
    the last move raised; then no other is possible.
    """

    def __init__(
        self,
        protocol: str | Protocol,
        sizes: Sizes = DEFAULT_SIZES,
        events: Collection[str] = (),
        memory: StackMemory | None = None,
        unchanging: frozenset[str] = frozenset(),
        log: Callable[[Event], None] | None = None,
    ) -> None:
        implementation = PROTOCOLS[protocol]() if isinstance(protocol, str) else protocol
        self.kernel = Kernel(implementation, sizes, events, memory, unchanging)
        implementation.kernel = self.kernel
        self.log = log
        self.ended: Ended | None = None
        self.taken = 0
        boot(self.kernel)

    @property
    def cpus(self) -> list[Cpu]:
        return self.kernel.cpus

    @property
    def tasks(self) -> list[Task]:
        return self.kernel.tasks

    @property
    def areas(self) -> list[VmArea]:
        return self.kernel.areas

    @property
    def pages(self) -> list[Page]:
        return self.kernel.pages.frames

    @property
    def memory(self) -> StackMemory:
        return self.kernel.memory

    # --- moves ---

    def moves(self) -> list[Move]:
        """All that is possible now. Steps come first, CPU by CPU."""
        if self.ended is not None:
            return []
        found = [Move(cpu.index, choice=choice) for cpu in self.kernel.cpus for choice in self.choices(cpu)]
        for name, (possible, _) in EVENTS.items():
            found += [Move(None, name, arguments) for arguments in possible(self.kernel)]
        return found

    def choices(self, cpu: Cpu) -> list[Choice]:
        """What the surroundings can decide in the next step of the CPU: [None] if nothing, [] if it cannot step."""
        operation = self.next_operation(cpu)
        options = None if operation is None else operation.options()
        return [None] if options is None else list(options)

    def next_operation(self, cpu: Cpu) -> Operation | None:
        """What the CPU's next step does. None: it only calls or returns."""
        self.kernel.here = cpu.index
        operation = code_on(cpu).reach(self.kernel).operation
        return None if isinstance(operation, Boundary) else operation

    def take(self, move: Move) -> None:
        """Takes one move. Raises ValueError if it is not possible, and Ended if it is the last one: a Failure, Halted or
        Exhausted."""
        if self.ended is not None:
            raise ValueError(f"the machine has ended: {self.ended}")
        described = None if self.log is None else self._described(move)
        failure = ""
        self.kernel.result = None
        try:
            if move.cpu is None:
                self._happen(move)
            else:
                self._step(move)
        except Ended as ended:
            self.ended = ended
            failure = f"{type(ended).__name__}: {ended}"
            raise
        finally:
            if self.log is not None and described is not None:
                who, what, values = described
                self.log(Event(self.taken, move, who, what, (*values, *self._result(what, values)), failure))
            self.taken += 1

    def _step(self, move: Move) -> None:
        assert move.cpu is not None
        kernel = self.kernel
        if not 0 <= move.cpu < len(kernel.cpus):
            raise ValueError(f"there is no cpu{move.cpu}")
        cpu = kernel.cpus[move.cpu]
        operation = self.next_operation(cpu)
        if not (move.choice is None if operation is None else operation.permits(move.choice)):
            raise ValueError(f"{move} is not possible: there is {self.choices(cpu)} to choose from")
        if cpu.handlers:
            handler = step(kernel, cpu.handlers[-1], move.choice)
            cpu.handlers = cpu.handlers[:-1] if handler is None else (*cpu.handlers[:-1], handler)
        else:
            task = cpu.stack
            context = step(kernel, task.context, move.choice)
            assert context is not None
            task.context = context

    def _happen(self, move: Move) -> None:
        if move.event not in EVENTS:
            raise ValueError(f"there is no event {move.event}; there are {', '.join(EVENTS)}")
        possible, happen = EVENTS[move.event]
        if move.choice is not None or move.arguments not in possible(self.kernel):
            raise ValueError(f"{move} is not possible")
        happen(self.kernel, move.arguments)

    # --- for the log ---

    def _described(self, move: Move) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        if move.cpu is None or not 0 <= move.cpu < len(self.cpus):
            return f"cpu{move.arguments[0]}" if move.arguments else "", move.event, ()
        cpu = self.cpus[move.cpu]
        who = str(cpu) if cpu.handlers else str(cpu.stack)
        operation = self.next_operation(cpu)
        if operation is None:
            return who, "", ()
        if isinstance(operation, Store | StoreItem):
            return who, operation.describe(), (("value", self.printed_field(operation.name, operation.value)),)
        if isinstance(operation, Load | LoadItem | LoadEntry):
            try:
                value = operation.perform(None)
            except Failure:
                return who, operation.describe(), ()
            return who, operation.describe(), (("value", self.printed_field(operation.field().split(".")[1], value)),)
        return who, operation.describe(), ()

    def _result(self, what: str, values: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        result = self.kernel.result
        if result is None or values:
            return ()
        return (("result", self.printed_field("pool" if what == "alloc_pages" else "", result)),)

    def printed_field(self, name: str, value: object) -> str:
        """A value of a field of that name."""
        if name in ("pool", "pages") and isinstance(value, int):
            return self.kernel.pages.name(value)
        if name == "pte":
            return "None" if value is None else f"page{value}"
        return self.printed(value)

    def printed(self, value: object) -> str:
        return value.name if isinstance(value, TaskState) else str(value)

    # --- where code stands ---

    def places(self) -> dict[str, tuple[str, ...]]:
        """By owner (cpu0, task1, idle0) its frames, the lowest first: each the routines that it is in and, at the end, the
        line of the innermost, as in `schedule>before_pick:33`. Who has none is left out."""
        found = {str(task): frames_of(self.kernel, task.context) for task in self.tasks}
        for cpu in self.cpus:
            if cpu.handlers:
                found[str(cpu)] = tuple(frame for handler in cpu.handlers for frame in frames_of(self.kernel, handler))
        return found

    # --- copies ---

    def save(self) -> Saved:
        """All state, where code stands included. For the simulated memory only."""
        if not isinstance(self.memory, SimulatedMemory):
            raise TypeError("real memory cannot be saved")
        kernel = self.kernel
        return Saved(
            tuple([(page.allocated, page.memcg, page.dirty) for page in kernel.pages.frames]),
            tuple([state_of_area(area) for area in kernel.areas]),
            tuple([state_of_task(task) for task in kernel.tasks]),
            tuple([state_of_cpu(cpu) for cpu in kernel.cpus]),
            self.memory.save(),
            self.ended,
            self.taken,
        )

    def restore(self, saved: Saved) -> None:
        """Makes everything as it was when that was saved, on this machine."""
        if not isinstance(self.memory, SimulatedMemory):
            raise TypeError("real memory cannot be restored")
        kernel = self.kernel
        for page, of_page in zip(kernel.pages.frames, saved.pages, strict=True):
            page.allocated, page.memcg, page.dirty = of_page
        for a, of_area in zip(kernel.areas, saved.areas, strict=True):
            a.allocated, pages, a.array, a.page_table, a.nr_pages, *tree_and_waits = of_area
            a.in_vmap_tree, a.rcu_pending, a.vfree_pending = tree_and_waits
            a.pages = list(pages)
        for t, of_task in zip(kernel.tasks, saved.tasks, strict=True):
            t.flags, t.state, t.stack_vm_area, t.on_cpu, t.cpu, t.killed, t.stack_grown, t.context = of_task
        for c, of_cpu in zip(kernel.cpus, saved.cpus, strict=True):
            pool, c.current, c.stack, c.previous, c.online, c.in_hotplug, c.cached_stack, *rest = of_cpu
            c.needs_refill, c.refused, c.reentered, c.short, c.handlers = rest
            c.pool = list(pool)
        self.memory.restore(saved.table)
        self.ended = saved.ended
        self.taken = saved.taken


def code_on(cpu: Cpu) -> Context:
    """What the CPU steps: its innermost handler, else the code of the task whose stack it is on."""
    return cpu.handlers[-1] if cpu.handlers else cpu.stack.context


def state_of_area(a: VmArea) -> tuple[Any, ...]:
    return a.allocated, tuple(a.pages), a.array, a.page_table, a.nr_pages, a.in_vmap_tree, a.rcu_pending, a.vfree_pending


def state_of_task(t: Task) -> tuple[Any, ...]:
    return t.flags, t.state, t.stack_vm_area, t.on_cpu, t.cpu, t.killed, t.stack_grown, t.context


def state_of_cpu(c: Cpu) -> tuple[Any, ...]:
    where = c.current, c.stack, c.previous, c.online, c.in_hotplug, c.cached_stack
    return tuple(c.pool), *where, c.needs_refill, c.refused, c.reentered, c.short, c.handlers


def boot(kernel: Kernel) -> None:
    """What is there when nothing has gone wrong. With fork there is one task, and places for others."""
    for cpu in kernel.cpus:
        cpu.boot = kernel.hotplug and cpu.index == 0
        for slot in range(kernel.pool_slots):
            cpu.pool[slot] = kernel.pages.allocate().pointer
        cpu.idle.on_cpu = True
        cpu.idle.context = begin(lambda: idle_round(kernel), "cpu_idle", lambda: idle_round(kernel))
    for task in kernel.tasks:
        if task.idle:
            continue
        task.context = begin(lambda: ret_from_fork(kernel), "ret_from_fork", lambda: task_round(kernel))
        if kernel.fork and task.index > 0:
            task.state = TaskState.TASK_DEAD
            continue
        area = next(area for area in kernel.areas if not area.allocated)
        page = kernel.pages.allocate()
        page.memcg = task
        page.dirty = True
        area.allocated = True
        area.in_vmap_tree = True
        area.pages[0] = page.pointer
        area.nr_pages = 1
        kernel.memory.map(area.index, 0, page.index)
        task.stack_vm_area = area


def frames_of(kernel: Kernel, context: Context) -> tuple[str, ...]:
    """The frames of a context, the lowest first."""
    generator: Any
    if not context.resumes:
        generator = context.reach(kernel).generator
    elif context.journal is None:
        return (context.entered,)
    else:
        if context.parked is None:
            context.reached = None
            context.parked, _ = context.replayed(kernel)
        generator = context.parked
    frames: list[list[str]] = [[]]
    for each in chain(generator):
        if each.__name__ == "last_call":
            frames = [[f"{generator.__name__} ends"], []]
        elif each.__name__ == "call":
            frames.append([])
        else:
            frames[-1].append(f"{each.__name__}:{each.gi_frame.f_lineno}")
    if context.resumes:
        # The innermost of the chain is the call itself: the routine that it calls has not begun, or is over.
        frames[-1:] = [[context.entered]] if context.entered else []
    return tuple(">".join(frame) for frame in frames)
