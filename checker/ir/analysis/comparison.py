# SPDX-License-Identifier: GPL-2.0-only
"""An expression in two states of which only a part is known: whether its value can have become smaller, greater, or has stayed.

The two states are equal but for some known cells. Every other cell may have any value of its range, the same one in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.simplify import OPERATORS

NOT_GREATER = 1
"""The value before is at most the value after."""
NOT_SMALLER = 2
"""The value before is at least the value after."""
EQUAL = NOT_GREATER | NOT_SMALLER
FAR = 1 << 200


@dataclass(frozen=True)
class Pair:
    """What is known of a value before and of the same value after: the range of each, and how they compare. never: values that
    neither has."""

    low: int
    high: int
    low_after: int
    high_after: int
    relation: int
    never: frozenset[int] = frozenset()

    @property
    def known(self) -> bool:
        return self.low == self.high and self.low_after == self.high_after


def pair(low: int, high: int, low_after: int, high_after: int, relation: int) -> Pair:
    """With what follows from the ranges for the relation, and the other way round."""
    if high <= low_after:
        relation |= NOT_GREATER
    if low >= high_after:
        relation |= NOT_SMALLER
    if relation == EQUAL:
        low, high = max(low, low_after), min(high, high_after)
        low_after, high_after = low, high
    return Pair(low, high, low_after, high_after, relation)


def exactly(before: int, after: int) -> Pair:
    return pair(before, before, after, after, 0)


ANYTHING = Pair(-FAR, FAR, -FAR, FAR, 0)
STILL = Pair(-FAR, FAR, -FAR, FAR, EQUAL)


class Unsure(Exception):
    """The expression may raise in one of the states and not in the other."""


class Comparer:
    """Compares the values of expressions in a state `before` and a state `after`. known: the bits of both states that count; the
    states are equal in all others, whatever those are. never: the values that a cell, given by its offset, cannot have."""

    def __init__(
        self,
        system: ir.System,
        layout: Layout,
        known: int,
        before: int,
        after: int,
        never: Mapping[int, frozenset[int]] = MappingProxyType({}),
    ) -> None:
        assert not (before ^ after) & ~known
        self.system = system
        self.layout = layout
        self.known = known
        self.before = before
        self.after = after
        self.never = never
        self.locals: dict[str, Pair] = {}
        self.uneven = 0
        """How many conditions around the current place may hold in one of the states only."""
        self.evaluated = (True, True)
        """In which of the states the current place is evaluated at all, before and after."""
        self.unknown: dict[int, tuple[int, int, int]] = {}
        """The unknown cells met: offset -> width, lowest and highest value."""

    def compare(self, e: ir.Expression) -> Pair:
        """The value of an expression in both states. Unsure if it may raise in one of them only."""
        match e:
            case ir.Constant(value):
                return exactly(value, value)
            case ir.Local(name):
                return self.locals[name]
            case ir.Load(name, indices):
                return self._load(self.system.variables[name], indices)
            case ir.Index(record, reference, live, _):
                return self._index(record, self.compare(reference), live)
            case ir.Element(inner, _, length, _):
                return self._within(self.compare(inner), 0, length - 1)
            case ir.InRange(inner, low, high, mask, _, _):
                checked = self.compare(inner)
                if mask is not None and not (checked.known and not (checked.low | checked.low_after) & ~mask):
                    self._may_raise(checked)
                return self._within(checked, low, high)
            case ir.Operation(name, operands):
                return self._operation(name, [self.compare(operand) for operand in operands])
            case ir.Logical(name, operands):
                return self._logical(name == "or", operands)
            case ir.Conditional(test, then, otherwise):
                return self._conditional(test, then, otherwise)
            case ir.Let(name, value, body):
                self.locals[name] = self.compare(value)
                return self.compare(body)
            case ir.FrameIn(record, owner, routine):
                return self._frames(record, self.compare(owner), self.system.inside[routine], self.layout.frames[record].frames)
            case ir.HasFrames(record, owner):
                everywhere = frozenset(range(1, len(self.system.locations) + 1))
                return self._frames(record, self.compare(owner), everywhere, 1)
        raise TypeError(e)

    # -- what may raise --

    def _may_raise(self, value: Pair) -> None:
        if self.uneven or value.relation != EQUAL:
            raise Unsure

    def _within(self, value: Pair, low: int, high: int) -> Pair:
        if value.low < low or value.high > high or value.low_after < low or value.high_after > high:
            self._may_raise(value)
        # Where the value is outside, both states raise, and what stands here does not matter.
        ends = [min(max(v, low), high) for v in (value.low, value.high, value.low_after, value.high_after)]
        return pair(ends[0], ends[1], ends[2], ends[3], value.relation)

    def _index(self, record: str, value: Pair, live: bool) -> Pair:
        count, alignment, _ = self.system.arenas[record]
        if value.known:
            before, after = self.evaluated
            values = (value.low if before else value.low_after, value.low_after if after else value.low)
            numbers = [divmod(v, alignment) for v in values]
            if all(not tag and 1 <= number <= count for number, tag in numbers):
                found = exactly(numbers[0][0] - 1, numbers[1][0] - 1)
            else:
                self._may_raise(value)
                found = Pair(0, count - 1, 0, count - 1, EQUAL)
        else:
            self._may_raise(value)
            low, high = max(0, -(-value.low // alignment) - 1), min(count - 1, value.high // alignment - 1)
            never = frozenset(number // alignment - 1 for number in value.never if not number % alignment)
            found = Pair(min(low, count - 1), max(high, 0), min(low, count - 1), max(high, 0), EQUAL, never)
        if live and f"{record}.allocated" in self.layout.cells:
            offset = self.layout.cells[f"{record}.allocated"].offset
            allocated = self._joined(found, lambda number: self._cell(offset + number, 1, 0, 1))
            if not (allocated.low == 1 and allocated.low_after == 1):
                self._may_raise(allocated)
        return found

    # -- cells --

    def _cell(self, offset: int, width: int, low: int, high: int) -> Pair:
        mask = (1 << width) - 1
        if self.known >> offset & mask == mask:
            return exactly((self.before >> offset & mask) + low, (self.after >> offset & mask) + low)
        self.unknown.setdefault(offset, (width, low, high))
        return Pair(low, high, low, high, EQUAL, self.never.get(offset, frozenset()))

    def _joined(self, index: Pair, of: Callable[[int], Pair]) -> Pair:
        """What holds of all cells that an index can select."""
        if index.known and index.low != index.low_after:
            before, after = of(index.low), of(index.low_after)
            return pair(before.low, before.high, after.low_after, after.high_after, 0)
        found: Pair | None = None
        for number in range(min(index.low, index.low_after), max(index.high, index.high_after) + 1):
            if number not in index.never:
                cell = of(number)
                found = cell if found is None else _either(found, cell)
        if found is None:
            return STILL  # nothing that the index can be: both raise
        return found if index.relation == EQUAL else pair(found.low, found.high, found.low_after, found.high_after, 0)

    def _load(self, variable: ir.Variable, indices: tuple[ir.Expression, ...]) -> Pair:
        known = [index.value for index in indices if isinstance(index, ir.Constant)]
        if not variable.constant and len(known) == len(indices):  # as below, and sooner
            if all(0 <= index < size for index, size in zip(known, variable.dimensions, strict=True)):
                layout = self.layout.cells[variable.name]
                offset = layout.offset + variable.cell(tuple(known)) * layout.width
                return self._cell(offset, layout.width, variable.low, variable.high)
        chosen = [self.compare(index) for index in indices]
        number = exactly(0, 0)
        for index, size in zip(chosen, variable.dimensions, strict=True):
            inside = self._within(index, 0, size - 1)
            never = frozenset(n for value in number.never for n in range(value * size, (value + 1) * size))
            if number.known and number.low == number.low_after:
                never = frozenset(number.low * size + value for value in index.never)
            number = Pair(
                number.low * size + inside.low,
                number.high * size + inside.high,
                number.low_after * size + inside.low_after,
                number.high_after * size + inside.high_after,
                EQUAL if number.relation == inside.relation == EQUAL else 0,
                never,
            )
        if variable.constant:
            return self._joined(number, lambda cell: exactly(variable.initial[cell], variable.initial[cell]))
        layout = self.layout.cells[variable.name]
        return self._joined(
            number, lambda cell: self._cell(layout.offset + cell * layout.width, layout.width, variable.low, variable.high)
        )

    def _frames(self, record: str, owner: Pair, inside: frozenset[int], depths: int) -> Pair:
        layout = self.layout.frames[record]
        locations = self.layout.location_width
        mask = (1 << locations) - 1

        def test(index: int) -> Pair:
            bases = [layout.base(index, depth) for depth in range(depths)]
            if any(self.known >> base & mask != mask for base in bases):
                return Pair(0, 1, 0, 1, EQUAL if not any((self.before ^ self.after) >> base & mask for base in bases) else 0)
            before = any((self.before >> base & mask) in inside for base in bases)
            after = any((self.after >> base & mask) in inside for base in bases)
            return exactly(int(before), int(after))

        return self._joined(owner, test)

    # -- operators --

    def _logical(self, or_: bool, operands: tuple[ir.Expression, ...]) -> Pair:
        truths: list[Pair] = []
        uneven, evaluated = self.uneven, self.evaluated
        for operand in operands:
            value = truth(self.compare(operand))
            truths.append(value)
            # Where an operand decides, the next ones are not evaluated.
            before = value.low == value.high == int(or_)
            after = value.low_after == value.high_after == int(or_)
            self.evaluated = (self.evaluated[0] and not before, self.evaluated[1] and not after)
            if self.evaluated == (False, False):
                break
            if value.relation != EQUAL:
                self.uneven += 1
        self.uneven, self.evaluated = uneven, evaluated
        combine = max if or_ else min
        relation = EQUAL
        for value in truths:
            relation &= value.relation
        return pair(
            combine(value.low for value in truths),
            combine(value.high for value in truths),
            combine(value.low_after for value in truths),
            combine(value.high_after for value in truths),
            relation,
        )

    def _conditional(self, test: ir.Expression, then: ir.Expression, otherwise: ir.Expression) -> Pair:
        decided = truth(self.compare(test))
        if decided.known and decided.low == decided.low_after:
            return self.compare(then if decided.low else otherwise)
        uneven = decided.relation != EQUAL
        before, after = self.evaluated
        self.uneven += uneven
        self.evaluated = (before and bool(decided.high), after and bool(decided.high_after))
        yes = self.compare(then) if any(self.evaluated) else ANYTHING
        self.evaluated = (before and not decided.low, after and not decided.low_after)
        no = self.compare(otherwise) if any(self.evaluated) else ANYTHING
        self.evaluated = (before, after)
        self.uneven -= uneven
        if not uneven:
            return _either(yes, no)
        # The ways that the test can go, before and after: both values, and how they compare, are of one of these.
        ways: list[Pair] = []
        if not decided.low and not decided.low_after:
            ways.append(no)
        if decided.high and decided.high_after:
            ways.append(yes)
        if not decided.low and decided.high_after and decided.relation != NOT_SMALLER:
            ways.append(pair(no.low, no.high, yes.low_after, yes.high_after, 0))
        if decided.high and not decided.low_after and decided.relation != NOT_GREATER:
            ways.append(pair(yes.low, yes.high, no.low_after, no.high_after, 0))
        found = ways[0]
        for way in ways[1:]:
            found = _either(found, way)
        return found

    def _operation(self, name: str, operands: list[Pair]) -> Pair:
        if all(operand.known for operand in operands):
            try:
                return exactly(
                    int(OPERATORS[name](*(o.low for o in operands))), int(OPERATORS[name](*(o.low_after for o in operands)))
                )
            except (ZeroDivisionError, ValueError):
                raise Unsure from None
        if name == "not":
            value = truth(operands[0])
            return pair(1 - value.high, 1 - value.low, 1 - value.high_after, 1 - value.low_after, _turned(value.relation))
        if name == "neg":
            value = operands[0]
            return pair(-value.high, -value.low, -value.high_after, -value.low_after, _turned(value.relation))
        if name in ("//", "%", "<<", ">>") and (operands[1].low <= 0 or operands[1].low_after <= 0):
            raise Unsure
        left, right = operands
        equal = EQUAL if left.relation == right.relation == EQUAL else 0
        match name:
            case "+" | "-":
                if name == "-":
                    right = Pair(-right.high, -right.low, -right.high_after, -right.low_after, _turned(right.relation))
                return pair(
                    left.low + right.low,
                    left.high + right.high,
                    left.low_after + right.low_after,
                    left.high_after + right.high_after,
                    left.relation & right.relation,
                )
            case "==" | "!=":
                if (left.known and right.never & {left.low, left.low_after} == {left.low, left.low_after}) or (
                    right.known and left.never & {right.low, right.low_after} == {right.low, right.low_after}
                ):
                    return exactly(int(name == "!="), int(name == "!="))
                before = _same(left.low, left.high, right.low, right.high)
                after = _same(left.low_after, left.high_after, right.low_after, right.high_after)
                if name == "!=":
                    before, after = (1 - before[1], 1 - before[0]), (1 - after[1], 1 - after[0])
                return pair(*before, *after, equal)
            case "<" | "<=":
                strict = int(name == "<")
                before = (int(left.high + strict <= right.low), int(left.low + strict <= right.high))
                after = (int(left.high_after + strict <= right.low_after), int(left.low_after + strict <= right.high_after))
                return pair(*before, *after, _turned(left.relation) & right.relation)
            case ">" | ">=":
                return self._operation({">": "<", ">=": "<="}[name], [right, left])
        return STILL if equal else ANYTHING


def truth(value: Pair) -> Pair:
    """Whether a value is not 0, as 0 or 1."""
    before = _truths(value.low, value.high)
    after = _truths(value.low_after, value.high_after)
    # Among numbers from 0 up, truth grows with the number.
    relation = value.relation if value.relation == EQUAL or (value.low >= 0 and value.low_after >= 0) else 0
    return pair(*before, *after, relation)


def _truths(low: int, high: int) -> tuple[int, int]:
    return int(low > 0 or high < 0), int(low != 0 or high != 0)


def _same(low: int, high: int, other_low: int, other_high: int) -> tuple[int, int]:
    """The lowest and the highest value of an equality of two numbers in these ranges."""
    return int(low == high == other_low == other_high), int(max(low, other_low) <= min(high, other_high))


def _turned(relation: int) -> int:
    return (NOT_SMALLER if relation & NOT_GREATER else 0) | (NOT_GREATER if relation & NOT_SMALLER else 0)


def _either(a: Pair, b: Pair) -> Pair:
    """What holds of both."""
    return Pair(
        min(a.low, b.low),
        max(a.high, b.high),
        min(a.low_after, b.low_after),
        max(a.high_after, b.high_after),
        a.relation & b.relation,
        a.never & b.never,
    )
