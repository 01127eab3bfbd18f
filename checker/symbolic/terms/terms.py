# SPDX-License-Identifier: GPL-2.0-only
"""Terms over Booleans and bit-vectors, shared and folded as they are made.

A term is made once: equal terms are the same object, so that `is` compares them. The operators are those of SMT-LIB 2
(theory QF_BV), by its names; `smtlib.py` prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


class Unsupported(Exception):
    """What cannot be said in bit-vectors of a sensible width or length. The text says why, in one line for the user."""


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Term:
    """op: an operator of SMT-LIB, "constant" or "variable". width: of a bit-vector; 0 for a Boolean. value: of a constant, the
    number of bits of an extension. name: of a variable."""

    op: str
    arguments: tuple[Term, ...]
    width: int
    value: int = 0
    name: str = ""

    @property
    def is_constant(self) -> bool:
        return self.op == "constant"


def signed(value: int, width: int) -> int:
    """What bits mean in two's complement."""
    return value - (1 << width) if value >> (width - 1) & 1 else value


def _udiv(a: int, b: int, width: int) -> int:
    return a // b if b else (1 << width) - 1


def _urem(a: int, b: int, width: int) -> int:
    return a % b if b else a


def _shl(a: int, b: int, width: int) -> int:
    return a << b if b < width else 0


def _lshr(a: int, b: int, width: int) -> int:
    return a >> b if b < width else 0


def _ashr(a: int, b: int, width: int) -> int:
    return signed(a, width) >> min(b, width)


ARITHMETIC: Mapping[str, Callable[[int, int, int], int]] = {
    "bvadd": lambda a, b, width: a + b,
    "bvsub": lambda a, b, width: a - b,
    "bvmul": lambda a, b, width: a * b,
    "bvudiv": _udiv,
    "bvurem": _urem,
    "bvand": lambda a, b, width: a & b,
    "bvor": lambda a, b, width: a | b,
    "bvxor": lambda a, b, width: a ^ b,
    "bvshl": _shl,
    "bvlshr": _lshr,
    "bvashr": _ashr,
}
"""Operators from two bit-vectors to one of the same width, on what they mean without sign; the result is taken modulo 2^width."""

COMPARISONS: Mapping[str, Callable[[int, int, int], bool]] = {
    "=": lambda a, b, width: a == b,
    "bvult": lambda a, b, width: a < b,
    "bvslt": lambda a, b, width: signed(a, width) < signed(b, width),
}
"""Operators from two bit-vectors to a Boolean."""


@dataclass
class Terms:
    """Makes terms. Those of one maker must not be mixed with those of another."""

    made: dict[object, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.true = self._make("constant", (), 0, 1)
        self.false = self._make("constant", (), 0, 0)

    def _make(self, op: str, arguments: tuple[Term, ...], width: int, value: int = 0, name: str = "") -> Term:
        key = (op, arguments, width, value, name)
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = Term(op, arguments, width, value, name)
        return found

    # -- leaves --

    def constant(self, value: int, width: int) -> Term:
        """A bit-vector, or with width 0 a Boolean; the value is taken modulo 2^width."""
        return self._make("constant", (), width, value & ((1 << width) - 1) if width else int(bool(value)))

    def variable(self, name: str, width: int) -> Term:
        return self._make("variable", (), width, 0, name)

    # -- Booleans --

    def negation(self, a: Term) -> Term:
        if a.is_constant:
            return self.false if a.value else self.true
        return a.arguments[0] if a.op == "not" else self._make("not", (a,), 0)

    def conjunction(self, *operands: Term) -> Term:
        return self._joined("and", operands, self.true, self.false)

    def disjunction(self, *operands: Term) -> Term:
        return self._joined("or", operands, self.false, self.true)

    def _joined(self, op: str, operands: Iterable[Term], neutral: Term, decisive: Term) -> Term:
        kept: dict[Term, None] = {}
        for operand in operands:
            if operand is decisive:
                return decisive
            if operand is not neutral:
                kept[operand] = None
        if any(self.negation(operand) in kept for operand in kept if operand.op == "not"):
            return decisive
        if len(kept) < 2:
            return next(iter(kept), neutral)
        return self._make(op, tuple(kept), 0)

    def conditional(self, test: Term, then: Term, otherwise: Term) -> Term:
        """`ite`, of Booleans or of bit-vectors of one width."""
        assert then.width == otherwise.width
        if test.is_constant:
            return then if test.value else otherwise
        if test.op == "not":
            return self.conditional(test.arguments[0], otherwise, then)
        if then.op == "ite" and then.arguments[0] is test:
            then = then.arguments[1]
        if otherwise.op == "ite" and otherwise.arguments[0] is test:
            otherwise = otherwise.arguments[2]
        if then is otherwise:
            return then
        if not then.width:
            if then.is_constant:
                return self.disjunction(test, otherwise) if then.value else self.conjunction(self.negation(test), otherwise)
            if otherwise.is_constant:
                return self.disjunction(self.negation(test), then) if otherwise.value else self.conjunction(test, then)
        if otherwise.op == "ite" and otherwise.arguments[1] is then:
            return self.conditional(self.disjunction(test, otherwise.arguments[0]), then, otherwise.arguments[2])
        return self._make("ite", (test, then, otherwise), then.width)

    # -- bit-vectors --

    def arithmetic(self, op: str, a: Term, b: Term) -> Term:
        assert a.width == b.width > 0
        if a.is_constant and b.is_constant:
            return self.constant(ARITHMETIC[op](a.value, b.value, a.width), a.width)
        if b.is_constant and not b.value and op in ("bvadd", "bvsub", "bvor", "bvxor", "bvshl", "bvlshr", "bvashr"):
            return a
        if a.is_constant and not a.value and op in ("bvadd", "bvor", "bvxor"):
            return b
        pushed = self._pushed(a, b, lambda x, y: self.arithmetic(op, x, y))
        return self._make(op, (a, b), a.width) if pushed is None else pushed

    def comparison(self, op: str, a: Term, b: Term) -> Term:
        """`=`, which takes Booleans too, bvult or bvslt."""
        assert a.width == b.width
        if a.is_constant and b.is_constant:
            return self.true if COMPARISONS[op](a.value, b.value, a.width) else self.false
        if a is b:
            return self.true if op == "=" else self.false
        if not a.width and (a.is_constant or b.is_constant):
            constant, other = (a, b) if a.is_constant else (b, a)
            return other if constant.value else self.negation(other)
        if op == "=" and a.is_constant:
            a, b = b, a
        if op == "=" and b.is_constant and a.width:
            if a.op in ("bvadd", "bvsub") and a.arguments[1].is_constant:
                inverse = "bvsub" if a.op == "bvadd" else "bvadd"
                return self.equal(a.arguments[0], self.arithmetic(inverse, b, a.arguments[1]))
            if a.op in ("zero_extend", "sign_extend"):
                inner = a.arguments[0]
                narrow = self.resized(b, inner.width)
                same = self.resized(narrow, a.width, a.op == "sign_extend") is b
                return self.equal(inner, narrow) if same else self.false
        pushed = self._pushed(a, b, lambda x, y: self.comparison(op, x, y))
        return self._make(op, (a, b), 0) if pushed is None else pushed

    def equal(self, a: Term, b: Term) -> Term:
        return self.comparison("=", a, b)

    def _pushed(self, a: Term, b: Term, make: Callable[[Term, Term], Term]) -> Term | None:
        """An operation with a constant, put into the branches of a choice that has a constant among them."""
        if b.is_constant and a.op == "ite" and (a.arguments[1].is_constant or a.arguments[2].is_constant):
            return self.conditional(a.arguments[0], make(a.arguments[1], b), make(a.arguments[2], b))
        if a.is_constant and b.op == "ite" and (b.arguments[1].is_constant or b.arguments[2].is_constant):
            return self.conditional(b.arguments[0], make(a, b.arguments[1]), make(a, b.arguments[2]))
        return None

    def resized(self, a: Term, width: int, is_signed: bool = False) -> Term:
        """A bit-vector with another number of bits: the lowest ones, or extended by zeros or by the sign."""
        assert min(a.width, width) > 0
        if a.width == width:
            return a
        if a.is_constant:
            return self.constant(signed(a.value, a.width) if is_signed else a.value, width)
        if a.op == "ite" and (a.arguments[1].is_constant or a.arguments[2].is_constant):
            then, otherwise = (self.resized(branch, width, is_signed) for branch in a.arguments[1:])
            return self.conditional(a.arguments[0], then, otherwise)
        if width < a.width:
            if a.op in ("zero_extend", "sign_extend"):
                inner = a.arguments[0]
                return self.resized(inner, width, a.op == "sign_extend")
            return self._make("extract", (a,), width)
        return self._make("sign_extend" if is_signed else "zero_extend", (a,), width, width - a.width)

    # -- whole terms --

    def rebuilt(self, term: Term, arguments: Sequence[Term]) -> Term:
        """The term with other arguments."""
        match term.op:
            case "constant" | "variable":
                return term
            case "not":
                return self.negation(*arguments)
            case "and":
                return self.conjunction(*arguments)
            case "or":
                return self.disjunction(*arguments)
            case "ite":
                return self.conditional(*arguments)
            case "zero_extend" | "sign_extend" | "extract":
                return self.resized(arguments[0], term.width, term.op == "sign_extend")
        if term.op in COMPARISONS:
            return self.comparison(term.op, *arguments)
        return self.arithmetic(term.op, *arguments)

    def substituted(self, terms: Sequence[Term], values: Mapping[Term, Term]) -> list[Term]:
        """The terms with variables replaced by terms."""
        found: dict[Term, Term] = dict(values)
        pending = list(terms)
        while pending:
            term = pending[-1]
            if term in found:
                pending.pop()
                continue
            arguments = term.arguments
            missing = [argument for argument in arguments if argument not in found]
            if missing:
                pending += missing
                continue
            pending.pop()
            replaced = tuple([found[argument] for argument in arguments])
            found[term] = term if replaced == arguments else self.rebuilt(term, replaced)
        return [found[term] for term in terms]


def postorder(terms: Iterable[Term]) -> list[Term]:
    """All parts of the terms, each once, arguments before what they are part of."""
    found: dict[Term, None] = {}
    for root in terms:
        stack = [(root, False)]
        while stack:
            term, ready = stack.pop()
            if term in found:
                continue
            if ready or not term.arguments:
                found[term] = None
                continue
            stack.append((term, True))
            stack.extend((argument, False) for argument in term.arguments if argument not in found)
    return list(found)


def variables_of(terms: Iterable[Term]) -> list[Term]:
    """The variables that occur in the terms."""
    return [term for term in postorder(terms) if term.op == "variable"]
