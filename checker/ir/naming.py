# SPDX-License-Identifier: GPL-2.0-only
"""Which free instances an allocation may return: each that something names, and one of those alike that nothing names.

An allocator may return any free instance. Instances that nothing names, and that agree in all that an allocation does not
reset, can be exchanged without a difference, so that the lowest stands for all (docs/internals/soundness/explicit.md, "Any free
instance"). Something names an instance if it is a reference to it, tagged or not, in

- a cell, unless that is a field of a free instance, which nothing can read;
- a local of a frame that is live where the frame stands (of the frame that steps: see below);
- a local of the transition itself that is still to be read (Allocate.held);
- a constant.

An instance that owns frames, or is a processor, counts as named as well.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.liveness import after_allocations
from checker.language import tree
from checker.language.symmetry import distinguished
from checker.language.walking import nodes


def with_names(program: tree.Program, system: ir.System, types: Mapping[str, tree.Type]) -> ir.System:
    """The system with all that an engine needs to know which instance an allocation may return. types: of locals."""
    names: dict[str, ir.Naming] = {}
    for record in dict.fromkeys(i.record for body in _bodies(system) for i in _allocations(body)):
        naming = _names(program, system, record)
        if system.arenas[record].instances > 1 and (not naming.alike or _can_name(program, system, record)):
            names[record] = naming
    if not names:
        return system
    live = {location.number: frozenset(location.live) for location in system.locations}
    results = result_types(system)

    def held(body: ir.Block, result: tree.Type | None) -> ir.Block:
        after = after_allocations(body, live)

        def of(i: ir.Allocate) -> tuple[ir.Expression, ...] | None:
            if i.record not in names:
                return None
            found = sorted(after[id(i)])
            return tuple(ir.Local(n) for n in found if _refers(result if n == ir.RESULT else types.get(n), i.record))

        return _with_held(body, of)

    return dataclasses.replace(
        system,
        names=names,
        actions=tuple(dataclasses.replace(a, body=held(a.body, None)) for a in system.actions),
        locations=tuple(dataclasses.replace(at, body=held(at.body, results.get(at.number))) for at in system.locations),
    )


Held = Callable[[ir.Allocate], tuple[ir.Expression, ...] | None]


def _with_held(block: ir.Block, held: Held) -> ir.Block:
    """The block in which each allocation knows what it holds."""
    found: list[ir.Instruction] = []
    for i in block:
        match i:
            case ir.Allocate():
                found.append(dataclasses.replace(i, held=held(i)))
            case ir.If(test, then, otherwise):
                found.append(ir.If(test, _with_held(then, held), _with_held(otherwise, held)))
            case ir.Loop(body=body) | ir.Region(body=body) | ir.Turn(body=body):
                found.append(dataclasses.replace(i, body=_with_held(body, held)))
            case _:
                found.append(i)
    return tuple(found)


def results_awaited(system: ir.System) -> dict[int, str]:
    """The locations at which a frame stands while a call that returns a value goes on, each with the procedure called."""
    return {
        i.location: i.procedure
        for location in system.locations
        for i in ir.instructions(location.body)
        if isinstance(i, ir.Call) and system.procedures[i.procedure].result is not None
    }


def result_types(system: ir.System) -> dict[int, tree.Type | None]:
    """The type of what is in the result slot, by the location after the call."""
    return {location: system.procedures[name].result for location, name in results_awaited(system).items()}


def _bodies(system: ir.System) -> Iterator[ir.Block]:
    yield from (action.body for action in system.actions)
    yield from (location.body for location in system.locations)


def _allocations(body: ir.Block) -> Iterator[ir.Allocate]:
    return (i for i in ir.instructions(body) if isinstance(i, ir.Allocate))


def _refers(type_: tree.Type | None, record: str) -> bool:
    return isinstance(type_, tree.ReferenceType) and type_.record == record


# -- whether anything can name a free instance --


def _can_name(program: tree.Program, system: ir.System, record: str) -> bool:
    """Whether some reference may name a free instance at all: one that was freed, one that is come by without allocating it, or
    one that is named from the start."""
    allocator = f"{record}.allocated"
    if any(isinstance(i, ir.Store) and i.variable == allocator for body in _bodies(system) for i in ir.instructions(body)):
        return True
    if any(_comes_by_one(node, record) for node in nodes((program.actions, program.routines, program.functions))):
        return True
    constants = set(_named_by_constants(system, record))
    return any(
        not initial.cells[allocator][index]
        for initial in system.initials
        for index in {*constants, *_named_by_initial(program, system, record, initial)}
    )


def _comes_by_one(node: object, record: str) -> bool:
    match node:
        case tree.ArenaDomain(record=name):
            return name == record
        case tree.Constant(type=type_, value=value):
            return _refers(type_, record) and value != 0
        case tree.Cast(type=type_, operand=operand):
            return _refers(type_, record) and not _refers(operand.type, record)
    return False


def _named_by_constants(system: ir.System, record: str) -> Iterator[int]:
    """The instances that constants refer to."""
    alignment = system.arenas[record].alignment
    for variable in system.variables.values():
        if variable.constant and _refers(variable.type, record):
            yield from (value // alignment - 1 for value in variable.initial if value >= alignment)


def _named_by_initial(program: tree.Program, system: ir.System, record: str, initial: ir.Initial) -> Iterator[int]:
    """The instances that cells refer to in an initial state, or that its frames have got as arguments."""
    alignment = system.arenas[record].alignment
    for name, values in initial.cells.items():
        if _refers(system.variables[name].type, record):
            yield from (value // alignment - 1 for value in values if value >= alignment)
    for _, _, procedure, arguments in initial.frames:
        for parameter, value in zip(program.routines[procedure].parameters, arguments, strict=True):
            if _refers(parameter.type, record) and value >= alignment:
                yield value // alignment - 1


# -- where --


def _names(program: tree.Program, system: ir.System, record: str) -> ir.Naming:
    count = system.arenas[record].instances
    changing = [variable for variable in system.variables.values() if not variable.constant]
    constants = [variable for variable in system.variables.values() if variable.constant]
    always = set(_named_by_constants(system, record))
    if system.processors is not None and system.processors.record == record:
        always = set(range(count))
    resets = {name for body in _bodies(system) for i in _allocations(body) if i.record == record for name, _ in i.resets}
    outlasting = [
        (variable.name, cells)
        for variable in changing
        if variable.name != f"{record}.allocated" and (cells := _cells_of_each(variable, record, variable.name in resets))
    ]
    values = [
        tuple(
            tuple(variable.initial[cell] for cell in cells[index])
            for variable in constants
            if (cells := _cells_of_each(variable, record, False))
        )
        for index in range(count)
    ]
    kinds = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return ir.Naming(
        record,
        tuple(variable.name for variable in changing if _refers(variable.type, record)),
        _locals(system, record),
        frozenset(always),
        record in system.owners,
        tuple(outlasting),
        tuple(kinds[value] for value in values),
        distinguished(program, program.records[record]) is None,
    )


def _cells_of_each(variable: ir.Variable, record: str, reset: bool) -> tuple[tuple[int, ...], ...]:
    """For each instance of the record, the cells of a variable that belong to it; empty if none do. reset: those of its own
    fields do not count."""
    dimensions = [n for n, key in enumerate(variable.keys) if key == record and not (reset and n == 0)]
    if not dimensions:
        return ()
    found: list[list[int]] = [[] for _ in range(variable.dimensions[dimensions[0]])]
    for indices in itertools.product(*map(range, variable.dimensions)):
        for dimension in dimensions:
            found[indices[dimension]].append(variable.cell(indices))
    return tuple(map(tuple, found))


def _locals(system: ir.System, record: str) -> dict[int, tuple[str, ...]]:
    """The live locals that refer to the record, of each location that has some."""
    results = result_types(system)
    found: dict[int, tuple[str, ...]] = {}
    for location in system.locations:
        types = system.procedures[location.procedure].types
        names = tuple(
            local for local in location.live if _refers(results[location.number] if local == ir.RESULT else types[local], record)
        )
        if names:
            found[location.number] = names
    return found


# -- in packed states --


class FreeInstances:
    """Looks at packed states of a system for the instances that an allocation may return. reads: the bits that it looks at, but
    for the allocator states of the record itself."""

    def __init__(self, system: ir.System, layout: Layout, record: str) -> None:
        names = system.names[record]
        _, self.alignment, _ = system.arenas[record]
        self.always = sum(2 << index for index in names.always)
        self.reads = 0
        self.cells = [cell for name in names.cells for cell in self._cells(system, layout, name)]
        self.location_mask = (1 << layout.location_width) - 1
        self.locals = {
            number: tuple(self._local(system, layout, number, local) for local in found) for number, found in names.locals.items()
        }
        self.frames: list[int] = []
        if self.locals:
            for owner in system.owners.values():
                frames = layout.frames[owner.record]
                self.frames += [frames.base(i, depth) for i in range(owner.count) for depth in range(frames.frames)]
                for base in self.frames:
                    self.reads |= ((1 << frames.width) - 1) << base
        self.framed: list[tuple[int, int]] = []
        if names.framed:
            self.framed = [(layout.frames[record].base(index, 0), 2 << index) for index in range(len(names.kinds))]
            for base, _ in self.framed:
                self.reads |= self.location_mask << base
        self.kinds = None if names.alike else names.kinds
        self.apart = [
            tuple(place for name, cells in names.apart for place in self._places(layout, name, cells[index]))
            for index in range(len(names.kinds))
        ]

    def _cells(self, system: ir.System, layout: Layout, name: str) -> Iterator[tuple[int, int, int | None]]:
        """Offset and mask of each cell, and the bit that says whether the instance that has it is allocated."""
        variable, cells = system.variables[name], layout.cells[name]
        allocator = layout.cells.get(f"{variable.record}.allocated")
        for number in range(len(variable.initial)):
            mask = (1 << cells.width) - 1
            offset = cells.offset + number * cells.width
            bit = None
            if allocator is not None:
                bit = allocator.offset + number // (len(variable.initial) // variable.dimensions[0])
                self.reads |= 1 << bit
            self.reads |= mask << offset
            yield offset, mask, bit

    def _places(self, layout: Layout, name: str, numbers: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        cells = layout.cells[name]
        for number in numbers:
            offset, mask = cells.offset + number * cells.width, (1 << cells.width) - 1
            self.reads |= mask << offset
            yield offset, mask

    @staticmethod
    def _local(system: ir.System, layout: Layout, location: int, local: str) -> tuple[int, int]:
        offset, width, low = layout.result if local == ir.RESULT else layout.locals[system.location(location).procedure, local]
        assert low == 0, "references begin at NULL"
        return offset, (1 << width) - 1

    def options(self, state: int, free: int, stepping: int, held: Iterable[int]) -> int:
        """Those of the free instances, a bit each, that an allocation may return. stepping: where the frame that steps begins in
        the state, -1 for an action. held: the references that the transition holds."""
        alignment = self.alignment
        named = self.always
        for value in held:
            named |= 1 << value // alignment
        for offset, mask, bit in self.cells:
            if bit is None or state >> bit & 1:
                named |= 1 << (state >> offset & mask) // alignment
        for base in self.frames:
            if base != stepping:
                for offset, mask in self.locals.get(state >> base & self.location_mask, ()):
                    named |= 1 << (state >> base + offset & mask) // alignment
        for base, bit in self.framed:
            if state >> base & self.location_mask:
                named |= bit
        found, rest = free & named >> 1, free & ~(named >> 1)
        if self.kinds is None:
            return found | rest & -rest
        met = set()
        for index, kind in enumerate(self.kinds):
            if rest >> index & 1:
                key = (kind, *(state >> offset & mask for offset, mask in self.apart[index]))
                if key not in met:
                    met.add(key)
                    found |= 1 << index
        return found
