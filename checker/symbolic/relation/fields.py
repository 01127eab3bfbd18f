# SPDX-License-Identifier: GPL-2.0-only
"""The state as fields: a small bit-vector, or a Boolean, for each cell, location and slot.

A cell holds its value minus the lowest one of its variable. Each frame that an owner can have has the number of its location
(0: no frame) and slots for the locals that are live there: a local has the same slot at all locations of its procedure,
and two locals share one if they are never live together. What a call returned is always in slot 0. Unused slots are 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.symbolic.terms.integers import Integer, Integers
from checker.symbolic.terms.smtlib import quoted
from checker.symbolic.terms.terms import Term, Terms


@dataclass(frozen=True)
class Field:
    """most: the largest number in it; the least is 0. variable: the term that stands for it in formulas."""

    name: str
    most: int
    variable: Term


@dataclass(frozen=True)
class FrameFields:
    """The fields of one frame, by their numbers; None where a field has no bits."""

    location: int
    slots: tuple[int | None, ...]


@dataclass(frozen=True)
class LocalPlace:
    """Where a frame keeps a local: its slot, and the range of its values."""

    slot: int
    low: int
    high: int


class Fields:
    """All fields of a system, in order. cells: of each variable, the number of the field of each cell; None for a cell without
    bits. frames: of each owner, [instance][depth]. locals: (procedure, local) -> its place."""

    def __init__(self, system: ir.System, terms: Terms) -> None:
        self.system = system
        self.terms = terms
        self.integers = Integers(terms)
        self.fields: list[Field] = []
        self.cells: dict[str, tuple[int | None, ...]] = {}
        for variable in system.variables.values():
            if not variable.constant:
                most = variable.high - variable.low
                self.cells[variable.name] = tuple(
                    self._field(f"{variable.name}[{number}]", most) for number in range(len(variable.initial))
                )
        self.crowded: dict[str, Term] = {}
        """For records whose instances are counted (counting.py), what is asked in place of whether none is free."""
        self.locals, self.slot_most = _slots(system)
        self.frames: dict[str, tuple[tuple[FrameFields, ...], ...]] = {
            owner.record: tuple(
                tuple(self._frame(f"{owner.record}[{index}].frame{depth}") for depth in range(owner.frames))
                for index in range(owner.count)
            )
            for owner in system.owners.values()
        }
        if len({field.name for field in self.fields}) < len(self.fields):
            raise AssertionError("two fields of the state share a name, so that a solver would take them for one")

    def _field(self, name: str, most: int) -> int | None:
        if not most:
            return None
        width = 0 if most == 1 else most.bit_length()
        self.fields.append(Field(name, most, self.terms.variable(quoted(name), width)))
        return len(self.fields) - 1

    def _frame(self, name: str) -> FrameFields:
        location = self._field(f"{name}.location", max(len(self.system.locations), 1))
        assert location is not None
        return FrameFields(location, tuple(self._field(f"{name}.slot{n}", most) for n, most in enumerate(self.slot_most)))

    # -- states as terms --

    @property
    def variables(self) -> list[Term]:
        """The state in which each field is its own variable."""
        return [field.variable for field in self.fields]

    def constants(self, numbers: Sequence[int]) -> list[Term]:
        """The state in which each field has this number."""
        return [self.terms.constant(n, field.variable.width) for n, field in zip(numbers, self.fields, strict=True)]

    def cell(self, state: Sequence[Term], variable: ir.Variable, number: int) -> Integer:
        """The value of a cell, by its number in row-major order."""
        if variable.constant:
            return self.integers.constant(variable.initial[number])
        field = self.cells[variable.name][number]
        if field is None:
            return self.integers.constant(variable.low)
        return self.integers.unbiased(state[field], variable.low, variable.high)

    def location_constant(self, number: int) -> Term:
        """The number of a location, as the fields for locations have it."""
        most = max(len(self.system.locations), 1)
        return self.terms.constant(number, 0 if most == 1 else most.bit_length())

    def slot_width(self, slot: int) -> int:
        """The width of a slot's field; a slot without bits has 0 as if it were a Boolean."""
        most = self.slot_most[slot]
        return 0 if most <= 1 else most.bit_length()

    def local(self, slots: Sequence[Term], procedure: str, name: str) -> Integer:
        """The value of a live local in a frame with these slots."""
        place = self.locals[procedure, name]
        most = place.high - place.low
        if not most:
            return self.integers.constant(place.low)
        kept = slots[place.slot]
        if kept.width:
            if most == 1:
                kept = self.terms.negation(self.terms.equal(kept, self.terms.constant(0, kept.width)))
            else:
                kept = self.terms.resized(kept, most.bit_length())
        return self.integers.unbiased(kept, place.low, place.high)

    def kept(self, value: Integer, procedure: str, name: str) -> tuple[int, Term]:
        """The slot of a local, and what to write there for a value."""
        place = self.locals[procedure, name]
        width = self.slot_width(place.slot)
        if place.high == place.low:
            return place.slot, self.terms.constant(0, width)
        kept = self.integers.biased(value, place.low, place.high)
        if width and not kept.width:
            kept = self.terms.conditional(kept, self.terms.constant(1, width), self.terms.constant(0, width))
        return place.slot, self.terms.resized(kept, width) if width else kept

    # -- validity --

    def valid(self, state: Sequence[Term]) -> Term:
        """The states that a model could have at all: each cell in its range, frames of an owner without gaps, each at a
        location, with its live locals in their ranges and nothing else. Every reachable state is one of them."""
        t = self.terms
        demands: list[Term] = []
        for cells in self.cells.values():
            demands += [self._at_most(state[field], self.fields[field].most) for field in cells if field is not None]
        for owner in self.frames.values():
            for frames in owner:
                for depth, frame in enumerate(frames):
                    demands.append(self._valid_frame(state, frame))
                    if depth:
                        here, below = state[frame.location], state[frames[depth - 1].location]
                        none = self.location_constant(0)
                        demands.append(t.disjunction(t.equal(here, none), t.negation(t.equal(below, none))))
        return t.conjunction(*demands)

    def _at_most(self, term: Term, most: int) -> Term:
        if not term.width or most == (1 << term.width) - 1:
            return self.terms.true
        return self.terms.negation(self.terms.comparison("bvult", self.terms.constant(most, term.width), term))

    def _valid_frame(self, state: Sequence[Term], frame: FrameFields) -> Term:
        t = self.terms
        here = state[frame.location]
        demands = [self._at_most(here, len(self.system.locations))]
        used: dict[tuple[int, int], list[Term]] = {}
        for location in self.system.locations:
            for name in location.live:
                place = self.locals[location.procedure, name]
                at = t.equal(here, self.location_constant(location.number))
                used.setdefault((place.slot, place.high - place.low), []).append(at)
        for slot, field in enumerate(frame.slots):
            if field is None:
                continue
            fits = t.equal(state[field], t.constant(0, state[field].width))
            for (used_slot, most), places in used.items():
                if used_slot == slot:
                    fits = t.disjunction(fits, t.conjunction(self._at_most(state[field], most), t.disjunction(*places)))
            demands.append(fits)
        return t.conjunction(*demands)

    # -- packed states of the explicit engines --

    def unpacked(self, layout: Layout, packed: int) -> list[int]:
        """The numbers in the fields of a packed state. Its mark is left out."""
        found = [0] * len(self.fields)
        for name, fields in self.cells.items():
            cells = layout.cells[name]
            for number, field in enumerate(fields):
                if field is not None:
                    found[field] = _taken(packed, cells.offset + number * cells.width, cells.width)
        for base, frame in self._bases(layout):
            number = _taken(packed, base, layout.location_width)
            found[frame.location] = number
            if not number:
                continue
            location = self.system.location(number)
            for name in location.live:
                field = frame.slots[self.locals[location.procedure, name].slot]
                if field is not None:
                    offset, width, _ = self._packed_local(layout, location.procedure, name)
                    found[field] = _taken(packed, base + offset, width)
        return found

    def packed(self, layout: Layout, numbers: Sequence[int]) -> int:
        """The packed state whose fields have these numbers."""
        found = 0
        for name, fields in self.cells.items():
            cells = layout.cells[name]
            for number, field in enumerate(fields):
                if field is not None:
                    found |= numbers[field] << (cells.offset + number * cells.width)
        for base, frame in self._bases(layout):
            number = numbers[frame.location]
            if not number:
                continue
            found |= number << base
            location = self.system.location(number)
            for name in location.live:
                field = frame.slots[self.locals[location.procedure, name].slot]
                if field is not None:
                    offset, _, _ = self._packed_local(layout, location.procedure, name)
                    found |= numbers[field] << (base + offset)
        return found

    def _bases(self, layout: Layout) -> list[tuple[int, FrameFields]]:
        return [
            (layout.frames[record].base(index, depth), frame)
            for record, instances in self.frames.items()
            for index, frames in enumerate(instances)
            for depth, frame in enumerate(frames)
        ]

    @staticmethod
    def _packed_local(layout: Layout, procedure: str, name: str) -> tuple[int, int, int]:
        return layout.result if name == ir.RESULT else layout.locals[procedure, name]

    # -- the initial states --

    def initials(self) -> list[tuple[int, ...]]:
        """The numbers in the fields of each initial state."""
        return list(dict.fromkeys(map(self._initial, self.system.initials)))

    def _initial(self, initial: ir.Initial) -> tuple[int, ...]:
        found = [0] * len(self.fields)
        for name, fields in self.cells.items():
            variable = self.system.variables[name]
            for value, field in zip(initial.cells[name], fields, strict=True):
                if field is not None:
                    found[field] = value - variable.low
        depths: dict[tuple[str, int], int] = {}
        for record, index, name, arguments in initial.frames:
            depth = depths.get((record, index), 0)
            depths[record, index] = depth + 1
            frame = self.frames[record][index][depth]
            procedure = self.system.procedures[name]
            found[frame.location] = procedure.entry
            for parameter, value in zip(procedure.parameters, arguments, strict=True):
                if parameter in self.system.location(procedure.entry).live:
                    place = self.locals[name, parameter]
                    field = frame.slots[place.slot]
                    if field is not None:
                        found[field] = value - place.low
        return tuple(found)


def _taken(packed: int, offset: int, width: int) -> int:
    return packed >> offset & ((1 << width) - 1)


def _slots(system: ir.System) -> tuple[Mapping[tuple[str, str], LocalPlace], tuple[int, ...]]:
    """The place of each local of each procedure, and the largest number in each slot."""
    places: dict[tuple[str, str], LocalPlace] = {}
    most: list[int] = [0]
    for procedure in system.procedures.values():
        live = [set(location.live) for location in system.locations if location.procedure == procedure.name]
        widest_first = sorted(
            procedure.locals, key=lambda n: (n != ir.RESULT, procedure.locals[n][0] - procedure.locals[n][1], n)
        )
        for name in widest_first:
            low, high = procedure.locals[name]
            together = set[str]().union(*(group for group in live if name in group)) - {name}
            taken = {places[procedure.name, other].slot for other in together if (procedure.name, other) in places}
            slot = 0 if name == ir.RESULT else next(n for n in range(len(taken) + 1) if n not in taken)
            if slot == len(most):
                most.append(0)
            most[slot] = max(most[slot], high - low)
            places[procedure.name, name] = LocalPlace(slot, low, high)
    return places, tuple(most)
