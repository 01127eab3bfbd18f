# SPDX-License-Identifier: GPL-2.0-only
"""atomic_t, refcount_t and bits: one step each (include/linux/atomic/atomic-instrumented.h, include/linux/refcount.h,
include/asm-generic/bitops/instrumented-atomic.h)."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.api.core import cmpxchg, try_cmpxchg, xchg
from checker.language.c.api.locking import name_of
from checker.language.c.translate import integers
from checker.language.c.translate.names import ATOMICS
from checker.language.c.translate.places import Cell
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import INT, UNSIGNED_LONG, CInteger, CNamed
from checker.language.c.translate.values import Nothing, Scalar, Value

_ORDERS = ("", "_relaxed", "_acquire", "_release")
_MOST_BIT = 20
"""The highest bit of a word that a model's integers have."""


def atomics(*operations: str, ordered: bool = False) -> list[str]:
    """The names of operations on the three types of atomic integers."""
    ends = _ORDERS if ordered else ("",)
    return [
        f"{kind}_{operation}{end}" for operation in operations for kind in ("atomic", "atomic_long", "atomic64") for end in ends
    ]


def word(code: StatementTranslator, call: syntax.Call, node: syntax.Expression) -> Cell:
    """The integer that an argument points to, with the type that C computes in."""
    cell = code.cell(call, code.region(node))
    if not isinstance(cell.place.variable.type, tree.IntType):
        raise error(node, "this is no pointer to an integer; bits and counts have only those")
    type_ = ATOMICS.get(cell.type.name, UNSIGNED_LONG) if isinstance(cell.type, CNamed) else cell.type
    return Cell(code.fixed(call, cell.place), type_)


def changed(
    code: StatementTranslator, call: syntax.Call, cell: Cell, change: Callable[[Scalar], tree.Expression]
) -> tuple[Scalar, Scalar]:
    """One step that changes a place: what was there before, and what is there now. change: of what was there; it reads locals
    only."""
    position, type_ = at(call), cell.place.variable.type
    before, after = code.fresh("before", type_), code.fresh("after", type_)
    old, new = (tree.LocalRead(position, type_, local.name) for local in (before, after))
    body = (
        tree.Assign(position, before.name, tree.Read(position, type_, cell.place)),
        tree.Assign(position, after.name, change(Scalar(old, cell.type))),
        tree.Assign(position, cell.place, new),
    )
    code.emit(tree.Atomic(position, f"{name_of(call)}: one instruction", body))
    return Scalar(old, cell.type), Scalar(new, cell.type)


def operand(code: StatementTranslator, call: syntax.Call, node: syntax.Expression) -> Scalar:
    """A number that is evaluated before the step."""
    found = code.kept(call, integers.as_integer(at(node), code.scalar(node)))
    assert isinstance(found, Scalar)
    return found


def _added(code: StatementTranslator, call: syntax.Call, cell: Cell, by: Scalar) -> tuple[Scalar, Scalar]:
    """One step that adds to an integer or takes from it, by the name of the call."""
    operator = "-" if any(part in name_of(call) for part in ("dec", "sub")) else "+"
    return changed(code, call, cell, lambda old: integers.binary(at(call), operator, old, by).expression)


def _one(call: syntax.Call) -> Scalar:
    return Scalar(build.integer(at(call), 1), INT)


@entry(1, *atomics("read", "read_acquire"), "refcount_read")
def atomic_read(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load."""
    return code.load(call, word(code, call, call.arguments[0]))


@entry(2, *atomics("set", "set_release"), "refcount_set")
def atomic_set(code: StatementTranslator, call: syntax.Call) -> Value:
    """One store."""
    value = operand(code, call, call.arguments[1])
    code.store(call, word(code, call, call.arguments[0]), value)
    return Nothing()


@entry(1, *atomics("inc", "dec"))
def atomic_count(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step."""
    _added(code, call, word(code, call, call.arguments[0]), _one(call))
    return Nothing()


@entry(2, *atomics("add", "sub"))
def atomic_add(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step. The number comes first, then the pointer, as in Linux."""
    by = operand(code, call, call.arguments[0])
    _added(code, call, word(code, call, call.arguments[1]), by)
    return Nothing()


@entry(1, *atomics("inc_return", "dec_return", ordered=True))
def atomic_count_return(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step; what is there now."""
    return _added(code, call, word(code, call, call.arguments[0]), _one(call))[1]


@entry(2, *atomics("add_return", "sub_return", ordered=True))
def atomic_add_return(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step; what is there now."""
    by = operand(code, call, call.arguments[0])
    return _added(code, call, word(code, call, call.arguments[1]), by)[1]


@entry(1, *atomics("fetch_inc", "fetch_dec", ordered=True))
def atomic_fetch_count(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step; what was there before."""
    return _added(code, call, word(code, call, call.arguments[0]), _one(call))[0]


@entry(2, *atomics("fetch_add", "fetch_sub", ordered=True))
def atomic_fetch_add(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step; what was there before."""
    by = operand(code, call, call.arguments[0])
    return _added(code, call, word(code, call, call.arguments[1]), by)[0]


@entry(1, *atomics("dec_and_test", "inc_and_test"), "refcount_dec_and_test")
def atomic_and_test(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step; whether 0 is there now. Of a refcount_t: it is an error if it was 0 before, where Linux warns and saturates."""
    cell = word(code, call, call.arguments[0])
    if name_of(call).startswith("refcount"):
        _, new = changed(code, call, cell, lambda old: _counted(call, old, -1))
    else:
        _, new = _added(code, call, cell, _one(call))
    return Scalar(build.compare(at(call), "==", new.expression, build.integer(at(call), 0)), INT)


@entry(1, "refcount_inc", "refcount_dec")
def refcount(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step. It is an error if it was 0 before, where Linux warns and saturates."""
    by = -1 if name_of(call).endswith("dec") else 1
    changed(code, call, word(code, call, call.arguments[0]), lambda old: _counted(call, old, by))
    return Nothing()


def _counted(call: syntax.Call, old: Scalar, by: int) -> tree.Expression:
    """A reference count of something that is there, one more or less."""
    type_ = old.expression.type
    assert isinstance(type_, tree.IntType)
    live = tree.Cast(at(call), tree.IntType(1, type_.high), old.expression, "a reference count that is changed")
    return build.binary(at(call), "+", live, build.integer(at(call), by))


@entry(1, *atomics("inc_not_zero"), "refcount_inc_not_zero")
def atomic_inc_not_zero(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step: adds 1 unless 0 is there; whether it did."""
    position = at(call)

    def change(old: Scalar) -> tree.Expression:
        more = integers.binary(position, "+", old, _one(call)).expression
        zero = build.compare(position, "==", old.expression, build.integer(position, 0))
        return build.conditional(position, zero, old.expression, more)

    before, _ = changed(code, call, word(code, call, call.arguments[0]), change)
    return Scalar(build.compare(position, "!=", before.expression, build.integer(position, 0)), INT)


@entry(2, *atomics("xchg", ordered=True))
def atomic_xchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """As xchg."""
    return xchg(code, call)


@entry(3, *atomics("cmpxchg", ordered=True))
def atomic_cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """As cmpxchg."""
    return cmpxchg(code, call)


@entry(3, *atomics("try_cmpxchg", ordered=True))
def atomic_try_cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """As try_cmpxchg."""
    return try_cmpxchg(code, call)


# -- bits --


def _bit(code: StatementTranslator, call: syntax.Call) -> tuple[Cell, tree.Expression]:
    """The word, and the bit in it that the first argument says."""
    position = at(call)
    number = operand(code, call, call.arguments[0]).expression
    type_ = number.type
    assert isinstance(type_, tree.IntType)
    if type_.low < 0 or type_.high > _MOST_BIT:
        if isinstance(number, tree.Constant):
            raise error(call.arguments[0], f"bits 0 to {_MOST_BIT} of a word are modelled, not {number.value}")
        number = tree.Cast(position, tree.IntType(0, _MOST_BIT), number, "the number of a bit")
    cell = word(code, call, call.arguments[1])
    if cell.type != CInteger(64, False):
        raise error(call.arguments[1], "bits are those of an unsigned long")
    return cell, number


def _is_set(position: tree.Position, value: tree.Expression, number: tree.Expression) -> tree.Expression:
    one = build.integer(position, 1)
    bit = build.binary(position, "&", build.binary(position, ">>", value, number), one)
    return build.compare(position, "==", bit, one)


@entry(2, "test_bit")
def test_bit(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load of the word; whether the bit is set. Bits 0 to 20."""
    cell, number = _bit(code, call)
    return Scalar(_is_set(at(call), code.load(call, cell).expression, number), INT)


def _with_bit(code: StatementTranslator, call: syntax.Call) -> tree.Expression:
    """One step that sets or clears a bit, by the name of the call; whether it was set before."""
    position = at(call)
    cell, number = _bit(code, call)
    mask = build.binary(position, "<<", build.integer(position, 1), number)

    def change(old: Scalar) -> tree.Expression:
        if "set" in name_of(call).removeprefix("test_"):
            return build.binary(position, "|", old.expression, mask)
        return build.binary(position, "-", old.expression, build.binary(position, "&", old.expression, mask))

    before, _ = changed(code, call, cell, change)
    return _is_set(position, before.expression, number)


@entry(2, "set_bit", "clear_bit", "clear_bit_unlock")
def set_bit(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step. Bits 0 to 20."""
    _with_bit(code, call)
    return Nothing()


@entry(2, "test_and_set_bit", "test_and_clear_bit", "test_and_set_bit_lock")
def test_and_set_bit(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step; whether the bit was set before. Bits 0 to 20."""
    return Scalar(_with_bit(code, call), INT)
