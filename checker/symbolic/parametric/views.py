# SPDX-License-Identifier: GPL-2.0-only
"""What a lemma for any number of instances speaks of: a view, which is a few instances and what they point to.

A lemma holds of every choice of instances of its view. Its features are values of fields, where frames stand, whether a pointer
is NULL or tagged, and whether two of them point to the same instance; no feature says which instance it is,
or how many there are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language import tree
from checker.symbolic.parametric.ground_state import Ground, Heap, frame_name, local_name
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term, Unsupported

NONE = -(1 << 64)
"""In place of a value where there is none: the pointer on the way to it is NULL, or the local is not live. No value of a model
needs so many bits (integers.WIDEST)."""


@dataclass(frozen=True)
class Path:
    """An instance: argument number `argument` of the view, or where the function `through` points at the place `rest` and, where
    it has one, the instance `base`. at: for a local, the function for where its frame stands;
    live: the locations at which it is."""

    record: str
    argument: int = 0
    through: str | None = None
    rest: tuple[int | None, ...] = ()
    base: Path | None = None
    at: str | None = None
    live: frozenset[int] = frozenset()

    def __str__(self) -> str:
        if self.through is None:
            return "xyzuvw"[self.argument]
        return shown(self.through, self.rest, self.base)


@dataclass(frozen=True)
class Feature:
    """kind: "value" of a function, "kind" of a pointer, or whether two paths are the "same" instance. As in Path."""

    kind: str
    name: str
    rest: tuple[int | None, ...]
    base: Path | None
    other: Path | None = None
    alignment: int = 1
    at: str | None = None
    live: frozenset[int] = frozenset()

    def __str__(self) -> str:
        if self.kind == "same":
            return f"{self.base} is {self.other}"
        return ("kind of " if self.kind == "kind" else "") + shown(self.name, self.rest, self.base)


@dataclass(frozen=True)
class View:
    """The records of its instances, and the features of these."""

    records: tuple[str, ...]
    features: tuple[Feature, ...]


def shown(name: str, rest: tuple[int | None, ...], base: Path | None) -> str:
    """How a function at a place prints."""
    name = re.sub(r"#\d+", "", name)
    indices = "".join(f"[{n}]" for n in rest if n is not None)
    return f"{name}{indices}" if base is None else f"{base}.{name}{indices}"


@dataclass(frozen=True)
class _Field:
    """A function, where it can be looked at: rest has None in the place of the instance."""

    name: str
    key: str | None
    rest: tuple[int | None, ...]
    refers: str | None
    at: str | None = None
    live: frozenset[int] = frozenset()


def _fields(
    ground_system: ir.System, known: Mapping[str, int | None], stands: Mapping[tuple[str, int], frozenset[int]]
) -> Iterator[_Field]:
    for variable in ground_system.variables.values():
        if known[variable.name] is not None:
            continue
        records = [key for key in variable.keys if key is not None]
        if len(records) > 1:
            continue
        refers = variable.type.record if isinstance(variable.type, tree.ReferenceType) else None
        sizes = [
            (None,) if key is not None else range(size) for key, size in zip(variable.keys, variable.dimensions, strict=True)
        ]
        for rest in itertools.product(*sizes):
            yield _Field(variable.name, records[0] if records else None, rest, refers)
    for owner in ground_system.owners.values():
        for depth in range(owner.frames):
            at = frame_name(owner.record, depth)
            yield _Field(at, owner.record, (None,), None)
            for procedure in ground_system.procedures.values():
                for local in procedure.locals:
                    name = local_name(owner.record, depth, procedure.name, local)
                    if known[name] is not None or local == ir.RESULT:
                        continue
                    type_ = procedure.types[local]
                    live = frozenset(
                        location.number
                        for location in ground_system.locations
                        if location.procedure == procedure.name and local in location.live
                    )
                    if not live & stands.get((owner.record, depth), frozenset()):
                        continue
                    refers = type_.record if isinstance(type_, tree.ReferenceType) else None
                    yield _Field(name, owner.record, (None,), refers, at, live)


def views(
    system: ir.System,
    known: Mapping[str, int | None],
    stands: Mapping[tuple[str, int], frozenset[int]],
    deep: int = 2,
) -> list[View]:
    """The views of a system: one instance of each record, seen `deep` pointers far; two instances, seen one pointer far. known:
    the functions' values that never change. stands: where frames of a record at a depth stand in samples."""
    fields = list(_fields(system, known, stands))
    records = [name for name in system.arenas if any(f.key == name or f.refers == name for f in fields)]
    chosen: list[tuple[tuple[str, ...], int]] = [((record,), deep) for record in records]
    chosen += [(pair, 1) for pair in itertools.combinations_with_replacement(records, 2)]
    return [View(of, tuple(_features(system, of, fields, far))) for of, far in ([((), 1)] if not records else []) + chosen]


def _features(system: ir.System, records: tuple[str, ...], fields: Sequence[_Field], far: int) -> Iterator[Feature]:
    paths = [Path(record, n) for n, record in enumerate(records)]
    reached: list[Path] = list(paths)
    level: list[Path | None] = [None, *paths]
    for distance in range(far + 1):
        further: list[Path | None] = []
        for base in level:
            for f in fields:
                if f.key != (None if base is None else base.record) or (distance and f.at is not None):
                    continue
                if f.refers is None:
                    yield Feature("value", f.name, f.rest, base, at=f.at, live=f.live)
                    continue
                if f.refers not in system.arenas:
                    continue
                alignment = system.arenas[f.refers].alignment
                yield Feature("kind", f.name, f.rest, base, alignment=alignment, at=f.at, live=f.live)
                if distance < far:
                    further.append(Path(f.refers, 0, f.name, f.rest, base, f.at, f.live))
        reached += [path for path in further if path is not None]
        level = further
    for a, b in itertools.combinations(reached, 2):
        if a.record == b.record and _depth(a) + _depth(b) <= 2:
            yield Feature("same", "", (), a, b)


def _depth(path: Path) -> int:
    return 0 if path.through is None else 1 + (0 if path.base is None else _depth(path.base))


# -- in states of a real system --


def standing(system: ir.System, layout: Layout, states: Sequence[int]) -> dict[tuple[str, int], frozenset[int]]:
    """The locations of frames in samples, by record and depth; 0 where there is none."""
    found: dict[tuple[str, int], frozenset[int]] = {}
    mask = (1 << layout.location_width) - 1
    for owner in system.owners.values():
        for depth in range(owner.frames):
            bases = [layout.frames[owner.record].base(index, depth) for index in range(owner.count)]
            found[owner.record, depth] = frozenset(state >> base & mask for state in states for base in bases)
    return found


class Seen:
    """The values of features in a packed state of a system of some size. names: the name of each local there."""

    def __init__(self, system: ir.System, layout: Layout, locals_: Mapping[str, tuple[str, int, str, str]]) -> None:
        self.system = system
        self.layout = layout
        self.locals = locals_
        self.state = 0
        self.reached: dict[Path, int | None] = {}

    def row(self, view: View, instances: Sequence[int]) -> tuple[int, ...]:
        """The values of a view's features for these instances, in `state`."""
        self.reached = {}
        return tuple(self.value(f, instances) for f in view.features)

    def load(self, name: str, rest: tuple[int | None, ...], index: int | None) -> int:
        if name in self.system.variables:
            variable = self.system.variables[name]
            place = tuple(index if n is None else n for n in rest)
            number = variable.cell(place)  # type: ignore[arg-type]
            if variable.constant:
                return variable.initial[number]
            where = self.layout.cells[name]
            return (self.state >> where.offset + number * where.width & (1 << where.width) - 1) + variable.low
        record, depth, procedure, local = self.locals[name]
        assert index is not None
        base = self.layout.frames[record].base(index, depth)
        if not local:
            return self.state >> base & (1 << self.layout.location_width) - 1
        offset, width, low = self.layout.locals[procedure, local]
        return (self.state >> base + offset & (1 << width) - 1) + low

    def instance(self, path: Path, arguments: Sequence[int]) -> int | None:
        if path.through is None:
            return arguments[path.argument]
        if path in self.reached:
            return self.reached[path]
        value = self.read(path.through, path.rest, path.base, path.at, path.live, arguments)
        alignment = self.system.arenas[path.record].alignment
        found = None if value is None or value < alignment else value // alignment - 1
        self.reached[path] = found
        return found

    def read(
        self,
        name: str,
        rest: tuple[int | None, ...],
        base: Path | None,
        at: str | None,
        live: frozenset[int],
        arguments: Sequence[int],
    ) -> int | None:
        index = None if base is None else self.instance(base, arguments)
        if base is not None and index is None:
            return None
        if at is not None and self.load(at, (None,), index) not in live:
            return None
        return self.load(name, rest, index)

    def value(self, f: Feature, arguments: Sequence[int]) -> int:
        if f.kind == "same":
            assert f.base is not None
            assert f.other is not None
            a, b = self.instance(f.base, arguments), self.instance(f.other, arguments)
            return int(a is not None and a == b)
        found = self.read(f.name, f.rest, f.base, f.at, f.live, arguments)
        if found is None:
            return NONE
        return found if f.kind == "value" or found < f.alignment else f.alignment + found % f.alignment


def same_names(any_size: ir.System, real: ir.System) -> dict[str, tuple[str, int, str, str]]:
    """For each function of frames and locals, the place of it in a system of some size: record, depth, procedure, local."""
    found: dict[str, tuple[str, int, str, str]] = {}
    if len(any_size.locations) != len(real.locations):
        raise Unsupported("the code of the model is not the same at each size")
    for a, b in zip(any_size.locations, real.locations, strict=True):
        if a.procedure != b.procedure or a.calls != b.calls or len(a.live) != len(b.live):
            raise Unsupported(f"{a.calls[-1].position}: the code is not the same at each size")
    for owner in any_size.owners.values():
        for depth in range(owner.frames):
            found[frame_name(owner.record, depth)] = (owner.record, depth, "", "")
            for procedure in any_size.procedures.values():
                pairs = zip(
                    sorted(procedure.locals, key=_serial),
                    sorted(real.procedures[procedure.name].locals, key=_serial),
                    strict=True,
                )
                for here, there in pairs:
                    found[local_name(owner.record, depth, procedure.name, here)] = (owner.record, depth, procedure.name, there)
    return found


def _serial(name: str) -> tuple[str, int]:
    stem, _, number = name.partition("#")
    return stem, int(number or 0)


# -- in formulas --


class FeatureTerms:
    """Features as terms over the functions of a formula after what was written."""

    def __init__(self, ground: Ground, heap: Heap, arguments: Sequence[Integer]) -> None:
        self.ground = ground
        self.heap = heap
        self.arguments = arguments
        self.paths: dict[Path, tuple[Term, Integer]] = {}
        self.known: dict[Feature, tuple[Term, Integer]] = {}

    def instance(self, path: Path) -> tuple[Term, Integer]:
        """When there is one, and its index."""
        if path not in self.paths:
            t, i = self.ground.terms, self.ground.integers
            if path.through is None:
                self.paths[path] = t.true, self.ground.index(path.record, self.arguments[path.argument])
            else:
                there, value = self.read(path.through, path.rest, path.base, path.at, path.live)
                alignment = self.ground.system.arenas[path.record].alignment
                some = t.negation(i.less(value, i.constant(alignment)))
                self.paths[path] = t.conjunction(there, some), self.ground.index(path.record, value)
        return self.paths[path]

    def read(
        self, name: str, rest: tuple[int | None, ...], base: Path | None, at: str | None, live: frozenset[int]
    ) -> tuple[Term, Integer]:
        t, i = self.ground.terms, self.ground.integers
        there, index = (t.true, None) if base is None else self.instance(base)
        if at is not None:
            assert index is not None
            here = self.ground.load(self.heap, at, (index,))
            there = t.conjunction(there, t.disjunction(*(i.equal(here, i.constant(n)) for n in sorted(live))))
        place = tuple(index if n is None else i.constant(n) for n in rest)
        return there, self.ground.load(self.heap, name, place)  # type: ignore[arg-type]

    def value(self, f: Feature) -> tuple[Term, Integer]:
        """When the feature has a value, and which."""
        if f not in self.known:
            t, i = self.ground.terms, self.ground.integers
            if f.kind == "same":
                assert f.base is not None
                assert f.other is not None
                (some, a), (other, b) = self.instance(f.base), self.instance(f.other)
                self.known[f] = t.true, i.boolean(t.conjunction(some, other, i.equal(a, b)))
            else:
                there, value = self.read(f.name, f.rest, f.base, f.at, f.live)
                if f.kind == "kind":
                    a = i.constant(f.alignment)
                    kind = i.operation("+", [a, i.operation("%", [value, a])]) if f.alignment > 1 else a
                    value = i.conditional(i.less(value, a), value, kind)
                self.known[f] = there, value
        return self.known[f]

    def among(self, f: Feature, values: Sequence[int]) -> Term:
        """Whether the feature has one of the values."""
        t, i = self.ground.terms, self.ground.integers
        there, value = self.value(f)
        some = t.disjunction(*(i.equal(value, i.constant(v)) for v in values if v != NONE))
        return t.disjunction(t.conjunction(there, some), t.negation(there) if NONE in values else t.false)
