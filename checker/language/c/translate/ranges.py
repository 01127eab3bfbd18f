# SPDX-License-Identifier: GPL-2.0-only
"""How large the integers of a text become: locals of C have 32 or 64 bits, and in a model they count pages.

An interval for each local and parameter, from all that is assigned to it anywhere; what grows from round to round keeps the range
that it was translated with. The expressions then have the ranges that follow. The compiled engine needs small locals: a frame of
its has 64 bits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from checker.language import tree
from checker.language.types import integer_result
from checker.language.walking import nodes, rebuilt, walk

Key = tuple[str, str]
"""A routine, and one of its locals or parameters."""

_LEAVES = (str, int, type(None), tree.Position, tree.Variable, tree.Local)

_ROUNDS = 12
"""Rounds after which what still grows is taken for unbounded: more than chains of assignments have links."""


def narrowed(routines: Sequence[tree.Routine], given: Collection[str]) -> list[tree.Routine]:
    """The routines with smaller ranges of integers. given: the names of those that others call: their parameters stay."""
    found = _Ranges({routine.name: routine for routine in routines}, frozenset(given))
    found.solve()
    return [found.narrowed(routine) for routine in routines]


def _join(one: tree.IntType | None, other: tree.IntType | None) -> tree.IntType | None:
    if one is None or other is None:
        return other if one is None else one
    return tree.IntType(min(one.low, other.low), max(one.high, other.high))


def _within(one: tree.IntType, room: tree.IntType) -> tree.IntType:
    """The part of a range that is in another one; that one if none is."""
    low, high = max(one.low, room.low), min(one.high, room.high)
    return tree.IntType(low, high) if low <= high else room


@dataclass
class _Ranges:
    """known: what values have been found so far; a local without any has none, as far as is known."""

    routines: dict[str, tree.Routine]
    given: frozenset[str]
    declared: dict[Key, tree.IntType] = field(default_factory=dict)
    known: dict[Key, tree.IntType] = field(default_factory=dict)

    def solve(self) -> None:
        for routine in self.routines.values():
            for local in (*routine.parameters, *routine.locals):
                if isinstance(local.type, tree.IntType):
                    self.declared[routine.name, local.name] = local.type
            if routine.name in self.given:
                for parameter in routine.parameters:
                    if isinstance(parameter.type, tree.IntType):
                        self.known[routine.name, parameter.name] = parameter.type
        for number in range(_ROUNDS + len(self.declared)):
            before = dict(self.known)
            for routine in self.routines.values():
                for key, value in self._assigned(routine):
                    if key in self.declared and value is not None:
                        joined = _join(self.known.get(key), value)
                        assert joined is not None
                        self.known[key] = _within(joined, self.declared[key])
            grown = [key for key, value in self.known.items() if before.get(key) != value]
            if not grown:
                return
            if number >= _ROUNDS:
                self.known |= {key: self.declared[key] for key in grown}

    def _assigned(self, routine: tree.Routine) -> Iterator[tuple[Key, tree.IntType | None]]:
        """What the routine gives its locals, and the parameters of those that it calls."""
        name = routine.name
        for statement in walk(routine.body):
            match statement:
                case tree.Assign(target=str(target), value=value, operator=operator):
                    found = self.range(name, value)
                    if operator is not None:
                        found = self._computed(operator, self.known.get((name, target)), found, self.declared.get((name, target)))
                    yield (name, target), found
                case tree.For(binding=tree.Binding(local, tree.RangeDomain(low, high))):
                    first, last = self.range(name, low), self.range(name, high)
                    if first is not None and last is not None:
                        yield (name, local.name), tree.IntType(first.low, max(first.low, last.high - 1))
                case tree.For(binding=tree.Binding(local, tree.ValuesDomain(values))):
                    for value in values:
                        yield (name, local.name), self.range(name, value)
        for node in nodes(routine.body):
            if isinstance(node, tree.Call) and node.callee in self.routines:
                callee = self.routines[node.callee]
                for parameter, argument in zip(callee.parameters, node.arguments, strict=True):
                    yield (callee.name, parameter.name), self.range(name, argument)

    def range(self, routine: str, expression: tree.Expression) -> tree.IntType | None:
        """The values that an expression can have, None if it has none yet, or is no integer."""
        type_ = expression.type
        if not isinstance(type_, tree.IntType):
            return None
        match expression:
            case tree.Constant(value=value):
                return tree.IntType(value, value)
            case tree.LocalRead(name=name) if (routine, name) in self.declared:
                return self.known.get((routine, name))
            case tree.Binary(operator=operator, left=left, right=right):
                return self._computed(operator, self.range(routine, left), self.range(routine, right), type_)
            case tree.Unary(operator="-", operand=operand):
                found = self.range(routine, operand)
                return None if found is None else _within(tree.IntType(-found.high, -found.low), type_)
            case tree.Cast(operand=operand) if isinstance(operand.type, tree.IntType):
                found = self.range(routine, operand)
                return None if found is None else _within(found, type_)
            case tree.Conditional(then=then, otherwise=otherwise):
                return _join(self.range(routine, then), self.range(routine, otherwise))
        return type_

    def _computed(
        self, operator: str, left: tree.IntType | None, right: tree.IntType | None, room: tree.IntType | None
    ) -> tree.IntType | None:
        if left is None or right is None:
            return None
        found = integer_result(operator, left, right)
        return room if found is None or room is None else _within(found, room)

    # -- the routines --

    def narrowed(self, routine: tree.Routine) -> tree.Routine:
        return dataclasses.replace(
            routine,
            parameters=tuple(self._local(routine, each) for each in routine.parameters),
            locals=tuple(self._local(routine, each) for each in routine.locals),
            body=tuple(self._statement(routine, each) for each in routine.body),
        )

    def _local(self, routine: tree.Routine, local: tree.Local) -> tree.Local:
        return dataclasses.replace(local, type=self.known.get((routine.name, local.name), local.type))

    def _statement(self, routine: tree.Routine, statement: tree.Statement) -> tree.Statement:
        found = self._part(routine, statement)
        assert isinstance(found, tree.Statement)
        return found

    def _part(self, routine: tree.Routine, part: object) -> object:
        """A part of the body, with the ranges of what is computed in it, and loops that bind the local that the routine has."""
        if isinstance(part, _LEAVES):
            return part
        found = rebuilt(part, lambda inner: self._part(routine, inner))
        match found:
            case tree.For(binding=binding):
                local = self._local(routine, binding.local)
                return dataclasses.replace(found, binding=dataclasses.replace(binding, local=local))
            case tree.LocalRead() | tree.Binary() | tree.Unary() | tree.Conditional():
                assert isinstance(part, tree.Expression)
                range_ = self.range(routine.name, part)
                return found if range_ is None else dataclasses.replace(found, type=range_)
        return found
