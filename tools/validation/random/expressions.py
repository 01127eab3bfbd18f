# SPDX-License-Identifier: GPL-2.0-only
"""Random expressions, each with the range of its value."""

from __future__ import annotations

import random
from collections.abc import Sequence

from .numbers import (
    BOOL,
    INT,
    LONG,
    TYPES,
    U8,
    UNSIGNED,
    UNSIGNED_LONG,
    Range,
    Type,
    binary,
    common,
    comparable,
    converted,
    unary,
)
from .scope import IN_MEMORY, Expression, Function, Pointer, Scope, Variable, disturb

COMMA, ASSIGN, CHOICE, OR, AND, EQUAL, LESS, UNARY, POSTFIX, PRIMARY = 0, 1, 2, 3, 4, 8, 9, 13, 14, 15
LEVELS = {"*": 12, "/": 12, "%": 12, "+": 11, "-": 11, "<<": 10, ">>": 10, "&": 7, "^": 6, "|": 5}
_SUFFIX = {INT: "", UNSIGNED: "u", LONG: "L", UNSIGNED_LONG: "UL"}
_TRIES = 4


class Writer:
    """Writes the expressions of one function. functions: those that it may call. reads, writes: what lies outside of functions
    and what it has read and written so far. budget: how many statements it may still execute in a call."""

    def __init__(self, chance: random.Random, functions: Sequence[Function], macros: Sequence[Expression], budget: int) -> None:
        self.random = chance
        self.functions = functions
        self.macros = macros
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self.budget = budget
        self.rounds = 1

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def within(self, expression: Expression, level: int) -> str:
        """The text as an operand of an operator that binds at that level."""
        return f"({expression.text})" if expression.level < level or self.chance(0.1) else expression.text

    def joined(self, text: str, range_: Range, level: int, *parts: Expression, acts: bool = False) -> Expression:
        reads = frozenset().union(*(part.reads for part in parts))
        writes = frozenset().union(*(part.writes for part in parts))
        return Expression(text, range_, level, reads, writes, acts or any(part.acts for part in parts))

    # -- leaves --

    def constant(self, value: int, type_: Type | None = None) -> Expression:
        """A constant of a type, INT or one that is as large."""
        type_ = type_ or self.random.choice((INT, INT, INT, UNSIGNED, LONG, UNSIGNED_LONG))
        if value < 0:
            type_ = LONG if type_.rank > INT.rank else INT
            return Expression(f"-{-value}{_SUFFIX[type_]}", Range(type_, value, value), UNARY)
        text = hex(value) if self.chance(0.2) else str(value)
        if type_ == INT and 32 < value < 127 and chr(value) not in "\\'\"" and self.chance(0.3):
            text = f"'{chr(value)}'"
        return Expression(text + (_SUFFIX[type_] if text[0] != "'" else ""), Range(type_, value, value), PRIMARY)

    def variable(self, variable: Variable) -> Expression:
        if not variable.of_function:
            self.reads.add(variable.object)
        text, level = variable.name, PRIMARY
        if not variable.of_function and self.chance(0.1):
            text, level = f"READ_ONCE({text})", POSTFIX
        return Expression(text, variable.range, level, frozenset({variable.object}))

    def leaf(self, scope: Scope) -> Expression:
        scalars = scope.scalars()
        kind = self.random.random()
        if kind < 0.25 or not scalars:
            if self.macros and self.chance(0.2):
                return self.random.choice(self.macros)
            if self.chance(0.15):
                type_ = self.random.choice((UNSIGNED, UNSIGNED, UNSIGNED_LONG))
                return self.constant(type_.high - self.random.choice((0, 1, type_.high // 2, type_.high // 3)), type_)
            return self.constant(self.random.choice((0, 1, 2, 3, 5, 7, 8, 15, 31, 65, 100, 255, 256, 1000, -1, -2, -7)))
        if kind < 0.45 and (scope.arrays() or scope.pointers):
            return self.read(self.place(scope, self.random.choice([*scope.arrays(), *scope.pointers.values()])))
        return self.variable(self.random.choice(scalars))

    def place(self, scope: Scope, found: Variable | Pointer, acts: bool = False) -> Expression:
        """An element of an array, or what a pointer points to, as a place: its object is not read yet."""
        name, target, room, least = found.name, found, found.length, 0
        if isinstance(found, Pointer):
            target, room, least = found.target, found.length - found.last, -found.first
        assert isinstance(target, Variable)
        assert room is not None
        range_ = Range(target.type, *IN_MEMORY[target.type])
        reads = frozenset({name}) if isinstance(found, Pointer) else frozenset()
        kind = self.random.random()
        if kind < 0.2 or room == 1:
            return Expression(f"*{name}", range_, UNARY, reads)
        if least < 0 and kind < 0.3:
            return Expression(f"{name}[-1]", range_, POSTFIX, reads)
        index = self.index(scope, room, acts)
        if kind < 0.4:
            text, level = f"*({name} + {self.within(index, 12)})", UNARY
            if index.acts:
                text, level = f"{name}[{index.text}]", POSTFIX
        else:
            text, level = f"{name}[{index.text}]", POSTFIX
        return Expression(text, range_, level, reads | index.reads, index.writes, index.acts)

    def read(self, place: Expression) -> Expression:
        """The value of a place outside of functions."""
        found = f"T:{place.range.type.name}"
        self.reads.add(found)
        return Expression(place.text, place.range, place.level, place.reads | {found}, place.writes, place.acts)

    def index(self, scope: Scope, length: int, acts: bool = False) -> Expression:
        """A number from 0 to below length."""
        small = [v for v in scope.scalars() if v.range.within(0, length - 1)]
        kind = self.random.random()
        if kind < 0.3 or length == 1:
            return self.constant(self.random.randrange(length))
        if small and kind < 0.7:
            return self.variable(self.random.choice(small))
        return self.limited(self.number(scope, 1, acts), 0, length - 1)

    def limited(self, found: Expression, low: int, high: int) -> Expression:
        """The expression, or one made of it whose value is from low to high; 0 is."""
        range_ = found.range
        if range_.within(low, high):
            return found
        if not range_.type.signed and range_.type.rank >= INT.rank and self.chance(0.3):
            if high >= 255 and self.chance(0.5):
                return self.joined(f"(u8){self.within(found, UNARY)}", Range(U8, 0, 255), UNARY, found)
            left = (high + 1).bit_length() - 1
            by = self.constant(range_.type.bits - left, INT)
            return (self.made(">>", found, by) if left else None) or self.constant(0)
        masks = [(1 << bits) - 1 for bits in range(high.bit_length() + 1) if (1 << bits) - 1 <= high]
        if range_.low >= 0 and self.chance(0.4):
            return self.made("%", found, self.constant(high + 1, INT)) or self.constant(0)
        if found.pure and self.chance(0.3) and range_.low >= -(1 << 31) and range_.high < 1 << 31 and range_.type.signed:
            text = self.within(found, LESS + 1)
            ends = f"{text} < {low} ? {low} : {text} > {high} ? {high} : {self.within(found, CHOICE)}"
            kept = range_.type if range_.type.rank >= INT.rank else INT
            return self.joined(f"({ends})", Range(kept, low, high), PRIMARY, found)
        return self.made("&", found, self.constant(masks[-1], INT)) or self.constant(0)

    # -- operators --

    def made(self, operator: str, left: Expression, right: Expression) -> Expression | None:
        """left operator right; None if that may have no value, or depends on an order that is open."""
        range_ = binary(operator, left.range, right.range)
        if range_ is None or disturb(left, right) or (left.acts and right.acts):
            return None
        level = LEVELS[operator]
        text = f"{self.within(left, level)} {operator} {self.within(right, level + 1)}"
        return self.joined(text, range_, level, left, right)

    def compared(self, operator: str, left: Expression, right: Expression) -> Expression | None:
        if not comparable(left.range, right.range) or disturb(left, right) or (left.acts and right.acts):
            return None
        level = EQUAL if operator in ("==", "!=") else LESS
        text = f"{self.within(left, level)} {operator} {self.within(right, level + 1)}"
        return self.joined(text, Range(INT, 0, 1), level, left, right)

    def number(self, scope: Scope, depth: int, acts: bool = False) -> Expression:
        """A number. acts: it may have effects."""
        if depth <= 0:
            return self.leaf(scope)
        for _ in range(_TRIES):
            found = self.tried(scope, depth, acts)
            if found is not None:
                return found
        return self.leaf(scope)

    def tried(self, scope: Scope, depth: int, acts: bool) -> Expression | None:
        kind = self.random.random()
        if kind < 0.40:
            return self.arithmetic(scope, depth, acts)
        if kind < 0.50:
            operand = self.number(scope, depth - 1, acts)
            operator = self.random.choice("+-~!-~")
            range_ = Range(INT, 0, 1) if operator == "!" else unary(operator, operand.range)
            if range_ is None:
                return None
            text = self.within(operand, UNARY)
            text = f"({text})" if text[0] in "+-&" else text
            return self.joined(operator + text, range_, UNARY, operand)
        if kind < 0.60:
            return self.cast(scope, depth, acts)
        if kind < 0.68:
            return self.condition(scope, depth, acts)
        if kind < 0.76:
            return self.choice(scope, depth, acts)
        if kind < 0.80:
            hint = self.random.choice(("likely", "unlikely"))
            found = self.condition(scope, depth - 1, acts)
            return self.joined(f"!!{hint}({found.text})", Range(INT, 0, 1), UNARY, found)
        if kind < 0.84 and acts:
            left, right = self.effect(scope), self.number(scope, depth - 1)
            return None if left is None else self.joined(f"{left.text}, {right.text}", right.range, COMMA, left, right)
        if kind < 0.92 and acts:
            return self.effect(scope)
        if kind < 0.97:
            return self.call(scope, depth, acts)
        return self.leaf(scope)

    def arithmetic(self, scope: Scope, depth: int, acts: bool) -> Expression | None:
        operator = self.random.choice(("+", "+", "-", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"))
        side = self.random.random() < 0.5
        left = self.number(scope, depth - 1, acts and side)
        right = self.number(scope, depth - 1, acts and not side)
        if operator in ("+", "*") and left.range.low >= 0 and self.chance(0.2):
            type_ = self.random.choice((UNSIGNED, UNSIGNED_LONG))
            large = type_.high - self.random.choice((0, 1, 6)) if operator == "+" else type_.high // 3 * 2 + 1
            wrapped = self.made(operator, left, self.constant(large, type_))
            return wrapped and self.limited(wrapped, 0, 1000)
        if operator in ("/", "%") and right.range.low <= 0:
            right = self.constant(self.random.choice((1, 2, 3, 7, 10, 16, 100)))
        if operator in ("<<", ">>"):
            right = self.limited(right, 0, self.random.choice((3, 7, 15)))
        if operator in ("/", "%", "<<", ">>") and left.range.low < 0:
            left = self.limited(left, 0, 1023)
        return self.made(operator, left, right)

    def cast(self, scope: Scope, depth: int, acts: bool) -> Expression | None:
        type_ = self.random.choice(TYPES)
        operand = self.number(scope, depth - 1, acts)
        range_ = converted(operand.range, type_)
        if range_ is None:
            return None
        return self.joined(f"({type_.name}){self.within(operand, UNARY)}", range_, UNARY, operand)

    def condition(self, scope: Scope, depth: int, acts: bool = False) -> Expression:
        """A condition; its value is 0 or 1."""
        kind = self.random.random()
        if kind < 0.35 and depth > 0:
            operator = self.random.choice(("&&", "||"))
            level = AND if operator == "&&" else OR
            left = self.condition(scope, depth - 1, acts)
            right = self.condition(scope, depth - 1, acts and self.chance(0.5))
            text = f"{self.within(left, level)} {operator} {self.within(right, level + 1)}"
            return self.joined(text, Range(INT, 0, 1), level, left, right)
        if kind < 0.45:
            operand = self.condition(scope, depth - 1, acts)
            return self.joined(f"!{self.within(operand, UNARY)}", Range(INT, 0, 1), UNARY, operand)
        for _ in range(_TRIES):
            operator = self.random.choice(("==", "!=", "<", "<=", ">", ">="))
            left, right = self.number(scope, depth - 1, acts), self.number(scope, depth - 1)
            found = self.compared(operator, left, right) or self.compared(operator, left, self.constant(3, INT))
            if found is not None:
                return found
        return Expression("1 == 1", Range(INT, 1, 1), EQUAL)

    def choice(self, scope: Scope, depth: int, acts: bool) -> Expression | None:
        """test ? a : b. What it chooses from has no effects but those of calls."""
        test = self.condition(scope, depth - 1, acts)
        first, second = self.number(scope, depth - 1), self.number(scope, depth - 1)
        type_ = common(first.range.type, second.range.type)
        a, b = converted(first.range, type_), converted(second.range, type_)
        if a is None or b is None:
            return None
        range_ = Range(type_, min(a.low, b.low), max(a.high, b.high))
        text = f"{self.within(test, CHOICE + 1)} ? {self.within(first, CHOICE)} : {self.within(second, CHOICE)}"
        return self.joined(text, range_, CHOICE, test, first, second)

    # -- effects --

    def effect(self, scope: Scope) -> Expression | None:
        """An assignment or increment with its value; now and then what is assigned is the value of another one."""
        targets = scope.scalars(changed=True)
        if not targets:
            return None
        target = self.random.choice(targets)
        kind = self.random.random()
        if target.of_function and kind < 0.5:
            return self.counted(target)
        value = (self.chance(0.25) and self.effect(scope)) or self.number(scope, 1)
        if target.object in value.writes:
            return None
        if target.type != BOOL:
            value = self.limited(value, target.low, target.high)
        if not target.of_function:
            self.writes.add(target.object)
        text = f"{target.name} = {self.within(value, ASSIGN)}"
        found = converted(value.range, target.type)
        assert found is not None
        found = target.range if target.type.signed else found
        return Expression(text, found, ASSIGN, value.reads, value.writes | {target.object}, True)

    def counted(self, target: Variable) -> Expression | None:
        """target++ and the like, made so that it keeps its range: what it counts is taken modulo that, or decided before."""
        if target.low > 0 or target.high < 1 or target.type == BOOL:
            return None
        name, end = target.name, target.high
        objects = frozenset({target.object})
        operator = self.random.choice(("++", "--"))
        text = f"{name}{operator}" if self.chance(0.5) else f"{operator}{name}"
        test = f"{name} < {end}" if operator == "++" else f"{name} > {target.low}"
        return Expression(f"({test} && {text})", Range(INT, 0, 1), PRIMARY, objects, objects, True)

    def call(self, scope: Scope, depth: int, acts: bool = False) -> Expression | None:
        """A call of a function that returns something."""
        known = [f for f in self.functions if f.result is not None and f.cost * self.rounds <= self.budget]
        return self.called(scope, self.random.choice(known), depth, acts) if known else None

    def called(self, scope: Scope, function: Function, depth: int, acts: bool = False) -> Expression | None:
        """A call; only its first argument may have effects."""
        given: list[Expression] = []
        for parameter in function.parameters:
            if parameter.room is not None:
                pointer = self.pointer(scope, parameter.type, parameter.room)
                if pointer is None:
                    return None
                given.append(pointer)
                continue
            value = self.number(scope, min(depth - 1, 1), acts and not given and self.chance(0.4))
            if value.acts and not value.writes and function.writes & value.reads:
                return None
            given.append(value if parameter.type == BOOL else self.limited(value, parameter.low, parameter.high))
        for number, argument in enumerate(given):
            if any(disturb(argument, other) or (argument.acts and other.acts) for other in given[:number]):
                return None
        self.budget -= function.cost * self.rounds
        self.reads |= function.reads
        self.writes |= function.writes
        range_ = function.result or Range(INT, 0, 0)
        text = f"{function.name}({', '.join(self.within(argument, ASSIGN) for argument in given)})"
        found = self.joined(text, range_, POSTFIX, *given, acts=True)
        return Expression(text, range_, POSTFIX, found.reads | function.reads, found.writes | function.writes, True)

    def pointer(self, scope: Scope, type_: Type, room: int) -> Expression | None:
        """A pointer to so many elements of a type."""
        arrays = [v for v in scope.arrays() if v.type == type_ and v.length is not None and v.length >= room]
        pointers = [p for p in scope.pointers.values() if p.target.type == type_ and p.length - p.last >= room]
        single = [v for v in scope.scalars() if v.type == type_ and not v.of_function] if room == 1 else []
        found = self.random.choice([*arrays, *pointers, *single] or [None])
        none = Range(INT, 0, 0)
        match found:
            case None:
                return None
            case Pointer(name=name):
                return Expression(name, none, PRIMARY, frozenset({name}))
            case Variable(length=None):
                return Expression(f"&{found.name}", none, UNARY)
        assert found.length is not None
        by = self.index(scope, found.length - room + 1)
        text = self.random.choice((f"&{found.name}[{by.text}]", f"{found.name} + {self.within(by, 12)}"))
        return Expression(text, none, 11, by.reads, by.writes, by.acts)
