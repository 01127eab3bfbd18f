# SPDX-License-Identifier: GPL-2.0-only
"""Runs the routines of a patch in the replayer's interpreter, where services are stubs as they are for the compiled functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from checker.language import tree
from checker.trace.evaluation import Scope, scope_of
from checker.trace.execution import Execution
from checker.trace.state import Cell, State, Steps, Stopped

from .states import OPERATIONS, Operation, Sizes

_AT = tree.Position("operation", 1, 1)


class Machine:
    """routines: those of the patch; calls of all others are those of services."""

    def __init__(self, program: tree.Program, routines: Iterable[str], sizes: Sizes) -> None:
        self.program = program
        self.sizes = sizes
        self.routines = frozenset(routines)
        self.by_hook = {program.routines[name].hook: program.routines[name] for name in self.routines}
        self.compared = list(self._cells())

    def run(self, operation: Operation) -> str:
        """What comes of it, as the driver prints it; if the tree has no value for it, why."""
        state = State(self.program)
        run = _Run(self, state, operation.script)
        self._begin(state, operation)
        kind = OPERATIONS[operation.kind]
        routine = self.by_hook.get(kind.hook) or self.program.functions[kind.hook]
        arguments = []
        for parameter in routine.parameters:
            value = operation.given[kind.given[parameter.name]]
            arguments.append(tree.Constant(_AT, parameter.type, value + (parameter.name == "cpu")))
        call = tree.Call(
            _AT,
            tree.BoolType() if isinstance(routine, tree.Function) else routine.result or tree.BoolType(),
            routine.name,
            tuple(arguments),
        )
        try:
            result = run.at_once(run.call(call, scope_of((), ())))
        except Stopped as stopped:
            return f"{''.join(run.printed)} {stopped}"
        returned = result if isinstance(routine, tree.Function) or routine.result is not None else 0
        return f"{''.join(run.printed)} {returned} {self.seen(state)}"

    def _begin(self, state: State, operation: Operation) -> None:
        state.processor = operation.cpu
        state.memory[Cell("Cpu", operation.cpu, "stack", ())] = operation.given[0]
        state.chooser = lambda type_, options: operation.given[3]
        values = zip(self.compared, self._values(operation), strict=True)
        state.memory.update((cell, value) for cell, value in values if cell in state.memory)
        for number, (area, _) in enumerate(operation.tasks):
            state.memory[Cell("Task", number, "stack_vm_area", ())] = area
        for record in ("Page", "VmArea"):
            for number in range(self.program.records[record].count):
                state.memory[Cell(record, number, None, ())] = 1

    def _cells(self) -> Iterable[Cell]:
        """What is compared, in the driver's order."""
        sizes = self.sizes
        for cpu in range(sizes.cpus):
            yield from (Cell("Cpu", cpu, "pool", (slot,)) for slot in range(sizes.slots))
        for area in range(sizes.stacks):
            yield Cell("VmArea", area, "nr_pages", ())
            yield from (Cell("VmArea", area, "pages", (level,)) for level in range(sizes.stack_pages))
            yield from (Cell("VmArea", area, "pte", (level,)) for level in range(sizes.stack_pages))
        yield from (Cell("Task", task, "flags", ()) for task in range(sizes.tasks))
        yield from (Cell("Task", task, "dynamic_stack_grown", ()) for task in range(sizes.tasks))
        yield from (Cell("Cpu", cpu, "dynamic_stack_short", ()) for cpu in range(sizes.cpus))

    def _values(self, operation: Operation) -> list[int]:
        found = [page for pool in operation.pools for page in pool]
        for area in operation.areas:
            found += [area.nr_pages, *area.pages, *area.ptes]
        return [*found, *(flag for _, flag in operation.tasks), *operation.grown, *operation.short]

    def seen(self, state: State) -> int:
        found = 0
        for cell in self.compared:
            found = (found * 31 + state.memory.get(cell, 0)) & 0xFFFFFFFF
        return found


class _Run(Execution):
    """One operation. printed: what the services were given so far."""

    def __init__(self, machine: Machine, state: State, script: Sequence[int]) -> None:
        super().__init__(state)
        self.machine = machine
        self.printed: list[str] = []
        self.script = iter(script)

    def call(self, call: tree.Call, scope: Scope) -> Steps[int]:
        if call.callee in self.program.functions:
            return (yield from super().call(call, scope))
        if call.callee in self.machine.routines:
            routine = self.program.routines[call.callee]
            inner = scope_of(routine.parameters, routine.locals, routine.result)
            yield from self.bind(routine.parameters, call.arguments, scope, inner)
            return (yield from self.run(routine, inner))
        service = SERVICES.get(call.callee)
        if service is None:
            raise ValueError(f"there is no stub for the service {call.callee}")
        values = yield from self.values(call.arguments, scope)
        return service(self, *values)

    def called(self, name: str, a: int = 0, b: int = 0, c: int = 0) -> None:
        self.printed.append(f" {name},{a},{b},{c},{self.machine.seen(self.state)}")

    def next(self, below: int) -> int:
        return next(self.script, 0) % below


def _alloc_pages(run: _Run, gfp: int) -> int:
    run.called("alloc_pages", _reclaim(gfp))
    return 2 * run.next(run.machine.sizes.pages + 1)


def _reclaim(gfp: int) -> int:
    """spec.kernel.records.Gfp; DIRECT_RECLAIM includes KSWAPD_RECLAIM."""
    return gfp & ~8 if gfp & 1 else gfp


def _charge(run: _Run, page: int, gfp: int, group: int) -> int:
    run.called("memcg_kmem_charge_page", page, _reclaim(gfp), group)
    return run.next(2)


def _asked(name: str) -> Callable[..., int]:
    """A service that says yes or no."""

    def service(run: _Run, *values: int) -> int:
        run.called(name, *values)
        return run.next(2)

    return service


def _get_vm_area(run: _Run, gfp: int) -> int:
    """gfp: only the event area-oom asks for it."""
    run.called("get_vm_area_node")
    number = run.next(run.machine.sizes.stacks + 1)
    if number:
        for cell in run.machine.compared:
            if cell.record == "VmArea" and cell.instance == number - 1:
                run.state.memory[cell] = 0
    return number


def _set_pte(run: _Run, area: int, level: int, page: int) -> int:
    run.called("set_pte_at", area, level, page)
    run.state.memory[Cell("VmArea", area - 1, "pte", (level,))] = page
    return 0


def _printing(name: str) -> Callable[..., int]:
    """A service that does nothing here."""

    def service(run: _Run, *values: int) -> int:
        run.called(name, *values)
        return 0

    return service


def _there(run: _Run, *values: int) -> int:
    """The array of an area's pages and its page table are there from the start, as they are in the driver."""
    return 1


_THERE = ("kmalloc", "has_pages", "set_pages", "kfree_pages", "pte_alloc_kernel")
_PRINTED = ("__free_page", "memcg_kmem_uncharge_page", "mod_lruvec_page_state", "kfree_vm_area", "remove_vm_area", "vfree_atomic")
SERVICES: dict[str, Callable[..., int]] = {
    "alloc_pages": _alloc_pages,
    "memcg_kmem_charge_page": _charge,
    "get_vm_area_node": _get_vm_area,
    "set_pte_at": _set_pte,
    **{name: _printing(name) for name in _PRINTED},
    **{name: _asked(name) for name in ("is_charged", "in_task")},
    **dict.fromkeys(_THERE, _there),
}
