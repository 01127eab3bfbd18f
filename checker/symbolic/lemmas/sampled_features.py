# SPDX-License-Identifier: GPL-2.0-only
"""Makes the features of a system, with the values that they have in sample states."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language import tree
from checker.symbolic.lemmas.features import ABSENT, Bits, Feature, PlaceKey, Sampled
from checker.symbolic.lemmas.names import Names
from checker.symbolic.relation.fields import Fields
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term


def sampled_features(fields: Fields, layout: Layout, states: Sequence[int], names: Names) -> Sampled:
    """The features of a system with their values in packed states. names: how instances print."""
    return _Maker(fields, layout, states, names).made()


@dataclass(frozen=True)
class Place:
    """A cell or a live local. value: what it holds where it is live. live: the term for that, None: always. seen: the samples
    with each value; ABSENT among them. procedure: of a local."""

    name: str
    type: tree.Type | None
    value: Integer
    live: Term | None
    seen: Mapping[int, Bits]
    key: PlaceKey
    variable: str | None = None

    @property
    def refers(self) -> str | None:
        return self.type.record if isinstance(self.type, tree.ReferenceType) else None


@dataclass(frozen=True)
class Described:
    """What a feature is, without its values; as in Feature."""

    name: str
    kind: str
    places: tuple[PlaceKey, ...]
    refers: str | None = None


@dataclass(frozen=True)
class Value:
    """One value of a feature. seen: in these samples."""

    number: int | str
    text: str
    atom: Term
    seen: Bits


class _Maker:
    def __init__(self, fields: Fields, layout: Layout, states: Sequence[int], names: Names) -> None:
        self.fields = fields
        self.system = fields.system
        self.terms = fields.terms
        self.layout = layout
        self.states = states
        self.names = names
        self.everywhere: Bits = (1 << len(states)) - 1
        symmetry = self.system.symmetry
        self.unordered = frozenset(symmetry.unordered) if symmetry is not None else frozenset[str]()
        self.features: list[Feature] = []
        self.seen: list[tuple[tuple[Bits, ...], ...]] = []

    # -- samples --

    def column(self, offset: int, width: int) -> dict[int, Bits]:
        """The samples with each value of some bits of the packed state."""
        if not width:
            return {0: self.everywhere}
        mask = (1 << width) - 1
        numbers = [state >> offset & mask for state in self.states]
        found = sorted(set(numbers))
        if len(found) == 1:
            return {found[0]: self.everywhere}
        index = {number: position for position, number in enumerate(found)}
        if len(found) > 255:
            return {v: _bits(bytes(n == v for n in numbers)) for v in found}
        column = bytes(index[number] for number in reversed(numbers))
        return {v: _packed_bits(column, index[v]) for v in found}

    # -- places --

    def cells(self) -> Iterator[Place]:
        for name, cells in self.fields.cells.items():
            variable = self.system.variables[name]
            where = self.layout.cells[name]
            for number, indices in enumerate(itertools.product(*map(range, variable.dimensions))):
                if cells[number] is None:
                    continue
                value = self.fields.cell(self.fields.variables, variable, number)
                column = self.column(where.offset + number * where.width, where.width)
                seen = {v + variable.low: bits for v, bits in column.items()}
                yield Place(
                    self.names.cell(variable, indices), variable.type, value, None, seen, self.cell_key(variable, indices), name
                )

    def cell_key(self, variable: ir.Variable, indices: tuple[int, ...]) -> PlaceKey:
        keys = variable.keys or (None,) * len(indices)
        return ("cell", tuple(zip(keys, indices, strict=True)), variable.name)

    def frames(self) -> Iterator[Place]:
        """The live locals of frames. Adds the features for their locations on the way."""
        variables = self.fields.variables
        for record, instances in self.fields.frames.items():
            layout = self.layout.frames[record]
            for index, frames in enumerate(instances):
                for depth, frame in enumerate(frames):
                    base = layout.base(index, depth)
                    at = self.column(base, self.layout.location_width)
                    name = f"{self.names.instance(record, index)}'s frame {depth}"
                    here = variables[frame.location]
                    key: PlaceKey = ("frame", ((record, index), (None, depth)), "")
                    self.add(
                        Described(name, "location", (key,)),
                        [
                            Value(v, self.names.location(v), self.terms.equal(here, self.fields.location_constant(v)), at[v])
                            for v in at
                        ],
                    )
                    slots = [
                        variables[slot] if slot is not None else self.terms.constant(0, self.fields.slot_width(n))
                        for n, slot in enumerate(frame.slots)
                    ]
                    yield from self.locals(name, key, here, slots, at, base)

    def locals(
        self, name: str, frame: PlaceKey, here: Term, slots: list[Term], at: Mapping[int, Bits], base: int
    ) -> Iterator[Place]:
        for procedure in self.system.procedures.values():
            for local, (low, high) in procedure.locals.items():
                living = [n for n in at if n and local in self._live(n, procedure.name)]
                if not living or low == high:
                    continue
                there = 0
                for n in living:
                    there |= at[n]
                everywhere = [
                    location.number
                    for location in self.system.locations
                    if location.procedure == procedure.name and local in location.live
                ]
                live = self.terms.disjunction(*(self.terms.equal(here, self.fields.location_constant(n)) for n in everywhere))
                offset, width, _ = self.layout.result if local == ir.RESULT else self.layout.locals[procedure.name, local]
                column = self.column(base + offset, width)
                seen = {v + low: bits & there for v, bits in column.items() if bits & there}
                if self.everywhere & ~there:
                    seen[ABSENT] = self.everywhere & ~there
                value = self.fields.local(slots, procedure.name, local)
                type_ = procedure.types.get(local)
                if type_ is None and self.system.symmetry is not None:
                    record = next((r for n in living if (r := self.system.symmetry.locals.get((n, local)))), None)
                    type_ = tree.ReferenceType(record) if record is not None else None
                key = ("local", frame[1], f"{procedure.name} {local}")
                yield Place(f"{self.names.local(procedure.name, local)} in {name}", type_, value, live, seen, key)

    def _live(self, number: int, procedure: str) -> tuple[str, ...]:
        location = self.system.location(number)
        return location.live if location.procedure == procedure else ()

    # -- features --

    def made(self) -> Sampled:
        pointers: dict[str, list[Place]] = {}
        inside: dict[str, dict[str, list[Place]]] = {}
        for place in itertools.chain(self.cells(), self.frames()):
            record = place.refers
            owner = None
            if place.variable is not None:
                owner = next((key for key in self._keys(place.variable) if key in self.unordered), None)
            if owner is not None:
                inside.setdefault(owner, {}).setdefault(place.variable or "", []).append(place)
            elif record in self.unordered:
                assert record is not None
                pointers.setdefault(record, []).append(place)
                self.pointer_class(place, record)
            else:
                self.add(Described(place.name, "value", (place.key,), place.refers), self.values(place))
        for record in self.unordered:
            self.of_record(record, pointers.get(record, []), inside.get(record, {}))
        return Sampled(tuple(self.features), tuple(self.seen), len(self.states))

    def _keys(self, variable: str) -> tuple[str | None, ...]:
        found = self.system.variables[variable]
        return found.keys or (found.record,)

    def values(self, place: Place) -> list[Value]:
        return [Value(v, self.names.value(place.type, v), self.holds(place, v), bits) for v, bits in place.seen.items()]

    def holds(self, place: Place, value: int) -> Term:
        """Whether the place has the value."""
        if value == ABSENT and place.live is not None:
            return self.terms.negation(place.live)
        equal = self.fields.integers.equal(place.value, self.fields.integers.constant(value))
        return equal if place.live is None else self.terms.conjunction(place.live, equal)

    def pointer_class(self, place: Place, record: str) -> None:
        """Whether a pointer is NULL, tagged or neither."""
        alignment = self.system.arenas[record].alignment
        integers = self.fields.integers
        kinds: dict[str, tuple[Term, Bits]] = {}
        for v, bits in place.seen.items():
            if v == ABSENT or v < alignment:
                text, atom = self.names.value(place.type, v), self.holds(place, v)
            else:
                tag = v % alignment
                text = f"a {record}" + (f"|{tag}" if tag else "")
                if alignment > 1:
                    low = integers.operation("&", [place.value, integers.constant(alignment - 1)])
                    atom = integers.equal(low, integers.constant(tag))
                else:
                    atom = self.terms.true
                small = integers.less(place.value, integers.constant(alignment))
                atom = self.terms.conjunction(place.live or self.terms.true, atom, self.terms.negation(small))
            kinds[text] = (atom, kinds[text][1] | bits if text in kinds else bits)
        described = Described(place.name, "kind", (place.key,))
        self.add(described, [Value(text, text, atom, bits) for text, (atom, bits) in kinds.items()])

    def of_record(self, record: str, pointers: list[Place], inside: dict[str, list[Place]]) -> None:
        """The features about instances of an unordered record."""
        count, alignment, _ = self.system.arenas[record]
        terms = self.terms
        points: list[list[tuple[Term, Bits]]] = []
        for place in pointers:
            row: list[tuple[Term, Bits]] = []
            for p in range(count):
                addresses = range((p + 1) * alignment, (p + 2) * alignment)
                term = terms.disjunction(*(self.holds(place, v) for v in addresses if place.value.low <= v <= place.value.high))
                bits = 0
                for v in addresses:
                    bits |= place.seen.get(v, 0)
                row.append((term, bits))
            points.append(row)
            self.add_family(
                Described(f"{place.name} is {{{record}}}", "is", (place.key,)),
                record,
                [self.truth(term, bits) for term, bits in row],
            )
        for a, b in itertools.combinations(range(len(pointers)), 2):
            together = 0
            for (_, x), (_, y) in zip(points[a], points[b], strict=True):
                together |= x & y
            term = terms.disjunction(*(terms.conjunction(x, y) for (x, _), (y, _) in zip(points[a], points[b], strict=True)))
            name = f"{pointers[a].name} is the same {record} as {pointers[b].name}"
            self.add(Described(name, "same", (pointers[a].key, pointers[b].key)), self.truth(term, together))
        for variable, places in inside.items():
            if len(places) != count:
                continue
            name = self.system.variables[variable].own_name
            values = sorted({v for place in places for v in place.seen})
            texts = [self.names.value(places[0].type, number) for number in values]
            refers = places[0].refers
            inner: PlaceKey = ("field", (), variable)
            self.add_family(
                Described(f"{{{record}}}.{name}", "field", (inner,), refers),
                record,
                [
                    [Value(v, text, self.holds(place, v), place.seen.get(v, 0)) for v, text in zip(values, texts, strict=True)]
                    for place in places
                ],
            )
            for place, row in zip(pointers, points, strict=True):
                found: list[Value] = []
                none = self.everywhere
                for v, text in zip(values, texts, strict=True):
                    term = terms.disjunction(
                        *(terms.conjunction(at, self.holds(page, v)) for (at, _), page in zip(row, places, strict=True))
                    )
                    bits = 0
                    for (_, at_bits), page in zip(row, places, strict=True):
                        bits |= at_bits & page.seen.get(v, 0)
                    none &= ~bits
                    found.append(Value(v, text, term, bits))
                points_at_none = terms.negation(terms.disjunction(*(at for at, _ in row)))
                found.append(Value("not there", "not there", points_at_none, none))
                self.add(Described(f"{name} of what {place.name} points to", "inside", (place.key, inner), refers), found)

    def truth(self, term: Term, bits: Bits) -> list[Value]:
        return [
            Value("true", "true", term, bits),
            Value("false", "false", self.terms.negation(term), self.everywhere & ~bits),
        ]

    def add(self, what: Described, values: list[Value]) -> None:
        """A feature of no family, with the values that were seen."""
        self.add_rows(what, None, [values])

    def add_family(self, what: Described, record: str, rows: list[list[Value]]) -> None:
        self.add_rows(what, record, rows)

    def add_rows(self, what: Described, record: str | None, rows: list[list[Value]]) -> None:
        kept = [n for n in range(len(rows[0])) if any(row[n].seen for row in rows)]
        self.features.append(
            Feature(
                what.name,
                record,
                tuple(rows[0][n].text for n in kept),
                tuple(tuple(row[n].atom for n in kept) for row in rows),
                what.kind,
                what.places,
                tuple(rows[0][n].number for n in kept),
                what.refers,
            )
        )
        self.seen.append(tuple(tuple(row[n].seen for n in kept) for row in rows))


def _packed_bits(column: bytes, value: int) -> Bits:
    """Bit n where byte n from the end has the value."""
    table = bytes(49 if n == value else 48 for n in range(256))
    return int(column.translate(table), 2)


def _bits(marks: bytes) -> Bits:
    return int(bytes(48 + mark for mark in reversed(marks)), 2)
