# SPDX-License-Identifier: GPL-2.0-only
"""What the reference implementation's state is in the words of a model, and its moves in the model's transitions.

The only module that knows both sides. A cell of the model that the implementation has no counterpart of is an error here, so
that nothing is compared with less than all of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection
from dataclasses import fields
from pathlib import PurePath

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language import tree
from checker.language.values import element_name, format_value, instance_name
from checker.trace.data import Step
from checker.trace.machine import Transition
from checker.trace.parse import parse_instance, parse_value
from spec.reference.kernel.kernel import EVENTS, Sizes
from spec.reference.kernel.memory import StackMemory
from spec.reference.kernel.objects import NULL, PAGE_ALIGNMENT, Cpu, Task, VmArea
from spec.reference.kernel.operations import Choice
from spec.reference.kernel.protocol import Protocol
from spec.reference.log import Event, Move
from spec.reference.machine import PROTOCOLS, Machine

FIELDS: dict[tuple[str, str], str] = {
    ("Page", "allocated"): "pages[i].allocated",
    ("Page", "memcg"): "number(pages[i].memcg)",
    ("Page", "dirty"): "pages[i].dirty",
    ("VmArea", "allocated"): "areas[i].allocated",
    ("VmArea", "pages"): "areas[i].pages[j]",
    ("VmArea", "array"): "areas[i].array.value",
    ("VmArea", "page_table"): "areas[i].page_table",
    ("VmArea", "nr_pages"): "areas[i].nr_pages",
    ("VmArea", "pte"): "pointer(frame_at(i, j))",
    ("VmArea", "in_vmap_tree"): "areas[i].in_vmap_tree",
    ("VmArea", "rcu_pending"): "areas[i].rcu_pending",
    ("VmArea", "vfree_pending"): "areas[i].vfree_pending",
    ("Task", "flags"): "tasks[i].flags",
    ("Task", "state"): "tasks[i].state.value",
    ("Task", "stack_vm_area"): "number(tasks[i].stack_vm_area)",
    ("Task", "idle"): "tasks[i].idle",
    ("Task", "on_cpu"): "tasks[i].on_cpu",
    ("Task", "cpu"): "number(tasks[i].cpu)",
    ("Task", "killed"): "tasks[i].killed",
    ("Cpu", "pool"): "cpus[i].pool[j]",
    ("Cpu", "current"): "number(cpus[i].current)",
    ("Cpu", "stack"): "number(cpus[i].stack)",
    ("Cpu", "previous"): "number(cpus[i].previous)",
    ("Cpu", "idle"): "number(cpus[i].idle)",
    ("Cpu", "online"): "cpus[i].online",
    ("Cpu", "boot"): "cpus[i].boot",
    ("Cpu", "in_hotplug"): "cpus[i].in_hotplug",
    ("Cpu", "cached_stack"): "number(cpus[i].cached_stack)",
    ("Cpu", "irq_work"): "0",  # neither protocol asks for it
    ("Task", "depth"): "0",
    ("Task", "stack_refcount"): "0",  # nobody takes a reference
    ("Task", "migration_disabled"): "0",
    ("Task", "pinned_to"): "0",
    ("Cpu", "preempt_count"): "0",
    ("Cpu", "irqs_disabled"): "0",
    ("Cpu", "in_stock"): "0",  # the locks of the allocators are steps with events that it has not
    ("Cpu", "refused"): "cpus[i].refused",
    ("Cpu", "reentered"): "cpus[i].reentered",
    ("Cpu", "short"): "cpus[i].short",
    ("RawSpinlock", "holder"): "0",  # neither protocol has a lock
    ("RawSpinlock", "irqsave"): "0",
    ("RawSpinlock", "taken"): "0",
    ("RawSpinlock", "task"): "0",
    ("Spinlock", "rlock"): "0",
    ("Mutex", "owner"): "0",
    ("AllocatorLocks", "zone"): "0",
    ("AllocatorLocks", "vmap"): "0",
}
"""Fields of the modelled kernel's records: where the implementation has instance i's, element j. As text, since all of a state's
are read by one function that is made of them."""

VARIABLES: dict[str, tuple[str, str]] = {
    "stack_grown": ("Task.stack_grown", "tasks[i].stack_grown"),
    "needs_refill": ("Cpu.needs_refill", "cpus[i].needs_refill"),
}
"""Variables of the models: the implementation's name for them, and where it has them."""

ORDER_OF_LOCKS = ("taken_under",)
"""Variables of the modelled kernel that say nothing where there are no locks."""


def _number(record: Cpu | Task | VmArea | None) -> int:
    """A reference as a model has it. (One to a page is a number with a tag on both sides.)"""
    return 0 if record is None else record.index + 1


def _pointer(frame: int | None) -> int:
    return NULL if frame is None else (frame + 1) * PAGE_ALIGNMENT


class Mismatch(ValueError):
    """The model is not one of those that the implementation implements."""


class Packing:
    """All cells of a model's state, in the order in which checker/explicit/step/decode.py lists them.

    names: how they print. Those of a state and those of a machine can be compared as tuples. Raises Mismatch for a model with
    cells that the implementation has nothing for.
    """

    def __init__(self, program: tree.Program) -> None:
        self.program = program
        self._types: list[tree.Type] = []
        self._cells: list[tuple[str, tuple[int, ...]]] = []
        names: list[str] = []
        texts: list[str] = []

        def add(name: str, type_: tree.Type, variable: str, at: tuple[int, ...], text: str | None) -> None:
            if text is None:
                raise Mismatch(f"the reference implementation has no {name}")
            names.append(name)
            self._types.append(type_)
            self._cells.append((variable, at))
            first, second = (*at, 0)[:2]
            texts.append(re.sub(r"\bi\b", str(first), re.sub(r"\bj\b", str(second), text)))

        for record in program.records.values():
            for index in range(record.count):
                owner = instance_name(record, index)
                for field in record.fields:
                    text = FIELDS.get((record.name, field.name))
                    variable = f"{record.name}.{field.name}"
                    for elements in itertools.product(*(range(part) for part in field.shape if isinstance(part, int))):
                        cell = element_name(program, f"{owner}.{field.name}", field, elements)
                        add(cell, field.type, variable, (index, *elements), text)
                if record.allocated:
                    text = FIELDS.get((record.name, "allocated"))
                    add(f"{owner}.allocated", tree.BoolType(), f"{record.name}.allocated", (index,), text)
        for name, declared in program.variables.items():
            if name in ORDER_OF_LOCKS:
                for elements in itertools.product(*(range(part) for part in declared.shape if isinstance(part, int))):
                    add(element_name(program, name, declared, elements), declared.type, name, elements, "0")
                continue
            if name not in VARIABLES or len(declared.shape) != 1 or not isinstance(declared.shape[0], str):
                raise Mismatch(f"the reference implementation has no {name}")
            key = program.records[declared.shape[0]]
            for index in range(key.count):
                add(f"{name}[{instance_name(key, index)}]", declared.type, name, (index,), VARIABLES[name][1])
        self.names = tuple(names)
        source = f"lambda pages, areas, tasks, cpus, frame_at, number, pointer: ({', '.join(texts)},)"
        self._read: Callable[..., tuple[int, ...]] = eval(source)  # of the texts above

    def of_machine(self, machine: Machine) -> tuple[int, ...]:
        """The cells of the implementation's state."""
        kernel = machine.kernel
        frame_at = kernel.memory.frame_at
        return self._read(kernel.pages.frames, kernel.areas, kernel.tasks, kernel.cpus, frame_at, _number, _pointer)

    def of_state(self, system: ir.System, layout: Layout) -> Callable[[int], tuple[int, ...]]:
        """A function that gives the cells of a packed state."""
        fixed: list[int] = []
        places: list[tuple[int, int, int, int]] = []
        for position, (name, at) in enumerate(self._cells):
            variable = system.variables[name]
            number = variable.cell(at)
            fixed.append(variable.initial[number])
            if not variable.constant:
                cells = layout.cells[name]
                places.append((position, cells.offset + number * cells.width, (1 << cells.width) - 1, variable.low))

        def cells_of(state: int) -> tuple[int, ...]:
            found = list(fixed)
            for position, offset, mask, low in places:
                found[position] = (state >> offset & mask) + low
            return tuple(found)

        return cells_of

    def printed(self, values: tuple[int, ...]) -> dict[str, str]:
        """Cells as a user reads them."""
        return {n: format_value(self.program, t, v) for n, t, v in zip(self.names, self._types, values, strict=True)}

    def differences(self, model: tuple[int, ...], machine: tuple[int, ...]) -> list[tuple[str, str, str]]:
        """The cells in which two states differ: name, the first's value, the second's."""
        one, other = self.printed(model), self.printed(machine)
        return [(name, one[name], other[name]) for name in self.names if one[name] != other[name]]


# --- machines ---


def protocol_of(program: tree.Program) -> str:
    """The protocol that a model is of. Raises Mismatch if there is no implementation of it."""
    name = PurePath(program.model).stem
    if name not in PROTOCOLS:
        raise Mismatch(f"{program.model} has no reference implementation; {' and '.join(sorted(PROTOCOLS))} have one")
    return name


def unchanging_fields(program: tree.Program) -> frozenset[str]:
    """The implementation's names of what nothing changes in this configuration, so that reading it is not a step of the model."""
    found = {f"{record.name}.{field.name}" for record in program.records.values() for field in record.fields if field.constant}
    found |= {VARIABLES[name][0] for name, variable in program.variables.items() if variable.constant and name in VARIABLES}
    return frozenset(found)


def sizes_of(program: tree.Program) -> Sizes:
    """The machine's sizes. It has no other parameters of the kernel, and is what the model is at their defaults; Mismatch where
    one has another value."""
    known = {field.name.upper(): field.name for field in fields(Sizes)}
    found: dict[str, int] = {}
    for parameter in program.parameters:
        if parameter.name in known:
            assert isinstance(parameter.value, int)
            found[known[parameter.name]] = parameter.value
        elif parameter.value != parameter.default:
            what = f"no parameter {parameter.name}, and is as the model with {parameter.name} = {parameter.default}"
            raise Mismatch(f"the reference implementation has {what}")
    return Sizes(**found)


def machine_for(
    program: tree.Program,
    protocol: str | Protocol | None = None,
    memory: StackMemory | None = None,
    log: Callable[[Event], None] | None = None,
) -> Machine:
    """A machine of the same sizes and events, which stops where the model does. protocol: None for the model's own. Raises
    Mismatch where the model has something that the machine has not."""
    sizes = sizes_of(program)
    events: Collection[str] = [event.name for event in program.events if event.enabled]
    unknown = sorted(set(events) - set(EVENTS))
    if unknown:
        raise Mismatch(f"the reference implementation has no event {unknown[0]}; leave it out, or use `stackproof check`")
    return Machine(protocol or protocol_of(program), sizes, events, memory, unchanging_fields(program), log)


# --- moves ---

_INDEXED = ("Cpu", "Task", "VmArea")


def _argument(program: tree.Program, type_: tree.Type, value: int) -> int:
    """A model's value as an argument of a move: a reference as an index."""
    if isinstance(type_, tree.ReferenceType) and type_.record in _INDEXED:
        return value // program.records[type_.record].alignment - 1
    return value


def move_of_step(program: tree.Program, step: Step) -> Move:
    """The move that a step of a stored trace is."""
    if step.processor is not None:
        assert program.processor is not None
        processor = parse_instance(program, program.processor, step.processor)
        return Move(processor, choice=_printed_choice(program, step.choices))
    action = program.actions.get(step.name)
    if action is None:
        raise Mismatch(f"the model has no action {step.name}")
    types = [parameter.local.type for parameter in action.parameters]
    values = [parse_value(program, type_, text) for type_, (_, text) in zip(types, step.arguments, strict=True)]
    return move_of_action(program, step.name, tuple(values))


def _printed_choice(program: tree.Program, texts: tuple[str, ...]) -> Choice:
    """A choice as a trace has it, whose type the text tells."""
    if not texts:
        return None
    if len(texts) > 1:
        raise Mismatch(f"the reference implementation makes one choice in a step, not {len(texts)}")
    text = texts[0]
    if text in ("True", "False"):
        return text == "True"
    for name in _INDEXED:
        try:
            return parse_instance(program, name, text)
        except ValueError:
            continue
    return text


def move_of_action(program: tree.Program, name: str, arguments: tuple[int, ...]) -> Move:
    """The move that an action with arguments (as the model numbers them) is."""
    parameters = program.actions[name].parameters
    return Move(None, name, tuple(_argument(program, p.local.type, v) for p, v in zip(parameters, arguments, strict=True)))


def model_choice(program: tree.Program, choice: Choice, operation: str) -> int:
    """What the model's number for a choice of the machine is. operation: what the machine calls the step
    (Operation.describe()), which tells what is chosen."""
    if isinstance(choice, bool):
        return int(choice)
    if isinstance(choice, str):
        return WORK.index(choice)
    assert choice is not None
    return (choice + 1) * program.records[CHOSEN[operation]].alignment


WORK = ("NOTHING", "FORK", "EXIT", "HOTPLUG", "VFREE")
"""The model's enumeration Work."""
CHOSEN = {"pick_next_task": "Task", "dup_task_struct": "Task", "cpu_hotplug_lock": "Cpu", "delayed_vfree_work": "VmArea"}
"""What the machine's steps choose by index."""


def transition_of_event(program: tree.Program, move: Move) -> Transition:
    """The replayer's transition that an event is. One that the model has not keeps its numbers."""
    if move.event not in program.actions:
        return Transition(None, move.event, move.arguments)
    parameters = program.actions[move.event].parameters
    return Transition(
        None,
        move.event,
        tuple(
            (value + 1) * program.records[t.record].alignment if isinstance(t, tree.ReferenceType) else value
            for t, value in zip((p.local.type for p in parameters), move.arguments, strict=True)
        ),
    )


def transition_of(program: tree.Program, machine: Machine, move: Move) -> Transition:
    """The replayer's transition that a move of the machine, as it stands, is."""
    if move.cpu is None:
        return transition_of_event(program, move)
    if move.choice is None:
        return Transition(move.cpu)
    operation = machine.next_operation(machine.cpus[move.cpu])
    assert operation is not None
    return Transition(move.cpu, choices=(model_choice(program, move.choice, operation.describe()),))
