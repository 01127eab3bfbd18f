# SPDX-License-Identifier: GPL-2.0-only
"""The initial state for any number of instances: many copies of a few blocks.

`@initial` code makes one block in each round of its loops: instances that refer to one another and to nothing else. Which blocks
there are is read off the initial states of a few sizes. That there are no others at other sizes follows from the code's form
(free_sizes.py): no round can tell which one it is, or sees what another did.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.language import tree
from checker.symbolic.parametric.ground_state import Function, Ground, frame_name
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term, Unsupported

Spot = tuple[str, tuple[int | None, ...]]
"""A function at a place; None stands for the instance."""

Value = tuple[int, int | None]
"""A plain value and None; of a reference into the block the tag, and which member it is to."""


@dataclass(frozen=True)
class Member:
    """An instance of a block: its record, and the values of everything that is indexed by it."""

    record: str
    values: tuple[tuple[Spot, Value], ...]


Block = tuple[Member, ...]


def blocks(system: ir.System, names: Mapping[str, tuple[str, int, str, str]]) -> frozenset[Block]:
    """The blocks of the initial state of a system of some size. names: as views.same_names gives them. Unsupported where the
    state has another form."""
    cells = _cells(system, names)
    parent = {(r, n): (r, n) for r, (count, _, _) in system.arenas.items() for n in range(count)}

    def root(of: tuple[str, int]) -> tuple[str, int]:
        while parent[of] != of:
            of = parent[of]
        return of

    for owner, found in cells.items():
        for _, value, record in found:
            to = _pointed(system, record, value)
            if to is not None:
                parent[root(to)] = root(owner)
    groups: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for instance in parent:
        groups.setdefault(root(instance), []).append(instance)
    return frozenset(_block(system, cells, sorted(group)) for group in groups.values())


def _cells(
    system: ir.System, names: Mapping[str, tuple[str, int, str, str]]
) -> dict[tuple[str, int], list[tuple[Spot, int, str | None]]]:
    found: dict[tuple[str, int], list[tuple[Spot, int, str | None]]] = {
        (r, n): [] for r, (count, _, _) in system.arenas.items() for n in range(count)
    }
    for variable in system.variables.values():
        record = variable.type.record if isinstance(variable.type, tree.ReferenceType) else None
        keyed = [n for n, key in enumerate(variable.keys) if key is not None]
        for indices in itertools.product(*map(range, variable.dimensions)):
            value = variable.initial[variable.cell(indices)]
            if not keyed and _pointed(system, record, value) is not None:
                raise Unsupported(f"`{variable.name}` refers to one instance at first, which is then not like the others")
            if len(keyed) > 1:
                raise Unsupported(f"`{variable.name}` is indexed by two instances")
            if keyed:
                key = variable.keys[keyed[0]]
                assert key is not None
                rest = tuple(None if n == keyed[0] else index for n, index in enumerate(indices))
                found[key, indices[keyed[0]]].append(((variable.name, rest), value, record))
    depths: dict[tuple[str, int], int] = {}
    places = {place: name for name, place in names.items()}
    (initial,) = system.initials
    for record, index, name, arguments in initial.frames:
        depth = depths.get((record, index), 0)
        depths[record, index] = depth + 1
        procedure = system.procedures[name]
        found[record, index].append(((places[record, depth, "", ""], (None,)), procedure.entry, None))
        for parameter, value in zip(procedure.parameters, arguments, strict=True):
            if parameter in system.location(procedure.entry).live:
                type_ = procedure.types[parameter]
                refers = type_.record if isinstance(type_, tree.ReferenceType) else None
                found[record, index].append(((places[record, depth, name, parameter], (None,)), value, refers))
    for owner in system.owners.values():
        for index in range(owner.count):
            for depth in range(depths.get((owner.record, index), 0), owner.frames):
                found[owner.record, index].append(((frame_name(owner.record, depth), (None,)), 0, None))
    return found


def _pointed(system: ir.System, record: str | None, value: int) -> tuple[str, int] | None:
    if record is None or value < system.arenas[record].alignment:
        return None
    return record, value // system.arenas[record].alignment - 1


def _block(
    system: ir.System, cells: Mapping[tuple[str, int], list[tuple[Spot, int, str | None]]], group: list[tuple[str, int]]
) -> Block:
    found: list[Member] = []
    for instance in group:
        values: list[tuple[Spot, Value]] = []
        for spot, value, record in cells[instance]:
            to = _pointed(system, record, value)
            if to is None or record is None:
                values.append((spot, (value, None)))
            else:
                values.append((spot, (value % system.arenas[record].alignment, group.index(to))))
        found.append(Member(instance[0], tuple(values)))
    return tuple(found)


FAR = 3
"""How many pointers away from what a formula names the initial state is described."""


class Initial:
    """What is known of the initial state, said of the instances that a formula names."""

    def __init__(self, ground: Ground, functions: Mapping[str, Function], found: frozenset[Block]) -> None:
        self.ground = ground
        self.functions = functions
        self.blocks = sorted(found, key=repr)
        self.roles = [(b, m, member) for b, block in enumerate(self.blocks) for m, member in enumerate(block)]
        self.number = {(b, m): n for n, (b, m, _) in enumerate(self.roles)}
        self.role: dict[tuple[str, Term], Integer] = {}
        self.block: dict[tuple[str, Term], Integer] = {}
        self.named: list[tuple[str, Integer]] = []

    def say(self, record: str, x: Integer, far: int) -> None:
        """That an instance is a member of a block, and so are those that it refers to, so far."""
        ground, t, i = self.ground, self.ground.terms, self.ground.integers
        if (record, x.term) not in self.role:
            role = ground.variable("role", 0, max(len(self.roles) - 1, 1))
            block = ground.variable("block", 0, sum(count + 1 for count, _, _ in ground.system.arenas.values()))
            there = t.negation(ground.is_instance(record, x))
            own = [n for n, (_, _, member) in enumerate(self.roles) if member.record == record]
            ground.demands.append(t.disjunction(there, *(i.equal(role, i.constant(n)) for n in own)))
            for other, y in self.named:
                if other == record:
                    same = t.conjunction(i.equal(role, self.role[other, y.term]), i.equal(block, self.block[other, y.term]))
                    ground.demands += [
                        t.disjunction(there, t.negation(ground.is_instance(record, y)), t.negation(same), i.equal(x, y)),
                        t.disjunction(there, t.negation(i.equal(x, y)), same),
                    ]
            self.role[record, x.term], self.block[record, x.term] = role, block
            self.named.append((record, x))
        if far:
            self.fields(record, x, far)

    def mates(self, record: str, x: Integer) -> None:
        """That the other members of the block of an instance exist: they are named."""
        ground, t, i = self.ground, self.ground.terms, self.ground.integers
        index = self.role[record, x.term]
        for n, (b, m, member) in enumerate(self.roles):
            if member.record != record:
                continue
            here = t.conjunction(ground.is_instance(record, x), i.equal(index, i.constant(n)))
            for other, mate in enumerate(self.blocks[b]):
                if other != m:
                    y = ground.instance(mate.record, "mate")
                    self.say(mate.record, y, 1)
                    same = i.equal(self.block[mate.record, y.term], self.block[record, x.term])
                    role = i.equal(self.role[mate.record, y.term], i.constant(self.number[b, other]))
                    ground.demands.append(t.disjunction(t.negation(here), t.conjunction(same, role)))

    def fields(self, record: str, x: Integer, far: int) -> None:
        ground, t, i = self.ground, self.ground.terms, self.ground.integers
        index = ground.index(record, x)
        for n, (b, _, member) in enumerate(self.roles):
            if member.record != record:
                continue
            here = t.conjunction(ground.is_instance(record, x), i.equal(self.role[record, x.term], i.constant(n)))
            for (name, rest), (value, to) in member.values:
                if self.functions[name].known is not None:
                    continue
                found = ground.load({}, name, tuple(index if k is None else i.constant(k) for k in rest))
                if to is None:
                    ground.demands.append(t.disjunction(t.negation(here), i.equal(found, i.constant(value))))
                    continue
                pointed = self.blocks[b][to].record
                target = found if not value else i.operation("-", [found, i.constant(value)])
                self.say(pointed, target, far - 1)
                ground.demands.append(
                    t.disjunction(
                        t.negation(here),
                        t.conjunction(
                            ground.is_instance(pointed, target),
                            i.equal(self.role[pointed, target.term], i.constant(self.number[b, to])),
                            i.equal(self.block[pointed, target.term], self.block[record, x.term]),
                        ),
                    )
                )

    def globals(self, system: ir.System) -> Iterator[Term]:
        """What variables that belong to no instance are."""
        i = self.ground.integers
        for variable in system.variables.values():
            if self.functions[variable.name].known is None and not any(variable.keys):
                for indices in itertools.product(*map(range, variable.dimensions)):
                    place = tuple(i.constant(n) for n in indices)
                    found = self.ground.load({}, variable.name, place)
                    yield i.equal(found, i.constant(variable.initial[variable.cell(indices)]))


def same_blocks(least: Sequence[frozenset[Block]], others: Sequence[frozenset[Block]]) -> frozenset[Block]:
    """All blocks that there are at the least sizes; Unsupported if there is another at other sizes."""
    everything = frozenset[Block]().union(*least)
    if not everything.issuperset(frozenset[Block]().union(*others)):
        raise Unsupported("the initial state is made of other parts at other sizes")
    return everything
