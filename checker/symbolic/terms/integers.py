# SPDX-License-Identifier: GPL-2.0-only
"""The integers of the IR, which have no bounds, as bit-vectors that are wide enough.

Every value comes with the least and the greatest that it can be. Its bit-vector has as many bits as these need: without sign
where the least is not negative, else in two's complement. So no result is ever cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checker.symbolic.terms.terms import Term, Terms, Unsupported

WIDEST = 64
"""Bits of a value. What needs more is refused."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A value from low to high. term: a bit-vector of width_of(low, high) bits, or a Boolean for 0 or 1."""

    term: Term
    low: int
    high: int

    @property
    def constant(self) -> int | None:
        """The value, if there is only one."""
        return self.low if self.low == self.high else None


def width_of(low: int, high: int) -> int:
    """Bits for the values from low to high, at least 1."""
    if low >= 0:
        width = max(high.bit_length(), 1)
    else:
        width = max((-low - 1).bit_length(), high.bit_length()) + 1
    if width > WIDEST:
        raise Unsupported(f"the model computes values from {low} to {high}, which need more than {WIDEST} bits")
    return width


class Integers:
    """Operations on integers, over the terms of one maker."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    # -- making and reading --

    def constant(self, value: int) -> Integer:
        return Integer(self.terms.constant(value, width_of(value, value)), value, value)

    def boolean(self, term: Term) -> Integer:
        """0 or 1 for a Boolean."""
        return self.constant(term.value) if term.is_constant else Integer(term, 0, 1)

    def made(self, term: Term, low: int, high: int) -> Integer:
        """The value that a bit-vector of the right width stands for."""
        return self.constant(low) if low == high else Integer(term, low, high)

    def truth(self, a: Integer) -> Term:
        """Whether the value is not 0, as a Boolean."""
        if not a.term.width:
            return a.term
        if a.low > 0 or a.high < 0:
            return self.terms.true
        return self.terms.negation(self.terms.equal(a.term, self.terms.constant(0, a.term.width)))

    def bits(self, a: Integer, width: int) -> Term:
        """The value modulo 2^width, as a bit-vector."""
        if not a.term.width:
            return self.terms.conditional(a.term, self.terms.constant(1, width), self.terms.constant(0, width))
        return self.terms.resized(a.term, width, a.low < 0)

    def biased(self, a: Integer, low: int, high: int) -> Term:
        """The value minus low, as it is kept in a cell for values from low to high; a Boolean if there are two of these. Where
        the value is outside them, any term."""
        if high - low == 1:
            if not a.term.width and low == 0:
                return a.term
            return self.truth(a) if low == 0 else self.equal(a, self.constant(high))
        width = max((high - low).bit_length(), 1)
        return self.terms.arithmetic("bvsub", self.bits(a, width), self.terms.constant(low, width))

    def unbiased(self, term: Term, low: int, high: int) -> Integer:
        """The value that is kept in a cell for values from low to high."""
        if low == high:
            return self.constant(low)
        if not term.width and low == 0:
            return self.boolean(term)
        width = width_of(low, high)
        kept = self.bits(Integer(term, 0, high - low), width)
        return self.folded(Integer(self.terms.arithmetic("bvadd", kept, self.terms.constant(low, width)), low, high))

    def folded(self, a: Integer) -> Integer:
        """The same with the narrowest bounds, if the term is a constant."""
        if not a.term.is_constant:
            return a
        value = a.term.value
        if a.low < 0 and value >> (a.term.width - 1) & 1:
            value -= 1 << a.term.width
        return self.constant(value)

    def conditional(self, test: Term, then: Integer, otherwise: Integer) -> Integer:
        if test.is_constant:
            return then if test.value else otherwise
        low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
        if not then.term.width and not otherwise.term.width:
            return self.boolean(self.terms.conditional(test, then.term, otherwise.term))
        width = width_of(low, high)
        return self.made(self.terms.conditional(test, self.bits(then, width), self.bits(otherwise, width)), low, high)

    # -- comparisons --

    def equal(self, a: Integer, b: Integer) -> Term:
        if a.high < b.low or b.high < a.low:
            return self.terms.false
        if not a.term.width and not b.term.width:
            return self.terms.equal(a.term, b.term)
        width = width_of(min(a.low, b.low), max(a.high, b.high))
        return self.terms.equal(self.bits(a, width), self.bits(b, width))

    def less(self, a: Integer, b: Integer) -> Term:
        """a < b."""
        if a.high < b.low:
            return self.terms.true
        if a.low >= b.high:
            return self.terms.false
        low = min(a.low, b.low)
        width = width_of(low, max(a.high, b.high))
        return self.terms.comparison("bvslt" if low < 0 else "bvult", self.bits(a, width), self.bits(b, width))

    def within(self, a: Integer, low: int, high: int) -> Term:
        """low <= a <= high."""
        below, above = self.less(a, self.constant(low)), self.less(self.constant(high), a)
        return self.terms.conjunction(self.terms.negation(below), self.terms.negation(above))

    # -- arithmetic --

    def operation(self, name: str, operands: Iterable[Integer]) -> Integer:
        """An ir.Operation."""
        t = self.terms
        match name, tuple(operands):
            case "not", (a,):
                return self.boolean(t.negation(self.truth(a)))
            case "neg", (a,):
                return self._modular("bvsub", self.constant(0), a, -a.high, -a.low)
            case "+", (a, b):
                return self._modular("bvadd", a, b, a.low + b.low, a.high + b.high)
            case "-", (a, b):
                return self._modular("bvsub", a, b, a.low - b.high, a.high - b.low)
            case "*", (a, b):
                corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
                return self._modular("bvmul", a, b, min(corners), max(corners))
            case (("//" | "%"), (a, b)):
                return self._divided(name, a, b)
            case "<<", (a, b):
                least = a.low << (b.low if a.low >= 0 else b.high)
                most = a.high << (b.high if a.high >= 0 else b.low)
                return self._modular("bvshl", a, self._shift(a, b), least, most)
            case ">>", (a, b):
                return self._shifted_right(a, self._shift(a, b))
            case (("&" | "|" | "^"), (a, b)):
                return self._bitwise(name, a, b)
            case "==", (a, b):
                return self.boolean(self.equal(a, b))
            case "!=", (a, b):
                return self.boolean(t.negation(self.equal(a, b)))
            case "<", (a, b):
                return self.boolean(self.less(a, b))
            case "<=", (a, b):
                return self.boolean(t.negation(self.less(b, a)))
            case ">", (a, b):
                return self.boolean(self.less(b, a))
            case ">=", (a, b):
                return self.boolean(t.negation(self.less(a, b)))
        raise TypeError(name)

    def _modular(self, op: str, a: Integer, b: Integer, low: int, high: int) -> Integer:
        """An operation whose last bits are decided by the last bits of the operands, all but the amount of a shift."""
        width = width_of(low, high)
        if op == "bvshl" and b.high >= 1 << width:
            width = max(width, width_of(0, b.high))
        result = self.terms.arithmetic(op, self.bits(a, width), self.bits(b, width))
        return self.folded(self.made(self.terms.resized(result, width_of(low, high)), low, high))

    def _shift(self, a: Integer, b: Integer) -> Integer:
        if b.low < 0:
            raise Unsupported("the model shifts by an amount that may be negative")
        return b

    def _shifted_right(self, a: Integer, b: Integer) -> Integer:
        low, high = a.low >> (b.low if a.low < 0 else b.high), a.high >> (b.high if a.high < 0 else b.low)
        width = max(width_of(a.low, a.high), width_of(0, b.high))
        result = self.terms.arithmetic("bvashr" if a.low < 0 else "bvlshr", self.bits(a, width), self.bits(b, width))
        return self.folded(self.made(self.terms.resized(result, width_of(low, high)), low, high))

    def _bitwise(self, name: str, a: Integer, b: Integer) -> Integer:
        op = {"&": "bvand", "|": "bvor", "^": "bvxor"}[name]
        if name == "&" and (a.low >= 0 or b.low >= 0):
            low, high = 0, min(side.high for side in (a, b) if side.low >= 0)
        else:
            bits = max(width_of(a.low, a.high), width_of(b.low, b.high))
            low, high = (0, (1 << bits) - 1) if min(a.low, b.low) >= 0 else (-(1 << bits), (1 << bits) - 1)
        return self._modular(op, a, b, low, high)

    def _divided(self, name: str, a: Integer, b: Integer) -> Integer:
        """Python's // and %, which round down, by a positive number."""
        if b.low <= 0:
            raise Unsupported("the model divides by a value that may be 0 or less")
        t = self.terms
        width = width_of(min(a.low, 0), max(a.high, b.high)) + 1
        dividend, divisor = self.bits(a, width), self.bits(b, width)
        if name == "//":
            corners = [x // y for x in (a.low, a.high) for y in (b.low, b.high)]
            low, high = min(corners), max(corners)
        else:
            low, high = 0, b.high - 1 if a.low < 0 else min(b.high - 1, a.high)
        if b.constant is not None and b.constant & (b.constant - 1) == 0:
            power = t.constant(b.constant.bit_length() - 1, width)
            mask = t.constant(b.constant - 1, width)
            result = t.arithmetic("bvashr", dividend, power) if name == "//" else t.arithmetic("bvand", dividend, mask)
        else:
            op = "bvudiv" if name == "//" else "bvurem"
            result = t.arithmetic(op, dividend, divisor)
            if a.low < 0:
                # For a < 0: a // b is ~(~a // b), and a % b is b - 1 - (~a % b).
                ones = t.constant(-1, width)
                turned = t.arithmetic(op, t.arithmetic("bvxor", dividend, ones), divisor)
                if name == "//":
                    turned = t.arithmetic("bvxor", turned, ones)
                else:
                    turned = t.arithmetic("bvsub", t.arithmetic("bvadd", divisor, ones), turned)
                negative = t.comparison("bvslt", dividend, t.constant(0, width))
                result = t.conditional(negative, turned, result)
        return self.folded(self.made(t.resized(result, width_of(low, high)), low, high))
