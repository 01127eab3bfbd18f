# SPDX-License-Identifier: GPL-2.0-only
"""Per-CPU variables, and which CPU this is (include/linux/percpu-defs.h, include/linux/smp.h)."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.api.core import exchanged
from checker.language.c.translate.code import described
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.places import Cell, Designated
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import CInteger
from checker.language.c.translate.values import Nothing, Region, Scalar, Value


def this_cpu(code: StatementTranslator, node: syntax.Node) -> tree.Expression:
    """The CPU that executes."""
    callee = code.text.kernel.service("this_cpu")
    assert callee.result is not None
    return tree.Call(at(node), callee.result, callee.name, ())


def per_cpu_pointer(code: StatementTranslator, node: syntax.Expression, cpu: tree.Expression) -> Value:
    """What a per-CPU variable, or its address, is on a CPU: a pointer to it, or to its first element."""
    named = node.operand if isinstance(node, syntax.Unary) and node.operator == "&" else node
    return code.pointer_to(node, code.designated(named, cpu))


def kept_cpu(code: StatementTranslator, node: syntax.Node) -> tree.Expression:
    """The CPU that executes here; what is made of it does not follow a migration."""
    found = code.kept(node, Scalar(this_cpu(code, node), CInteger(32, False)))
    assert isinstance(found, Scalar)
    return found.expression


def this_cell(code: StatementTranslator, node: syntax.Expression) -> Cell:
    """A per-CPU variable, that of the CPU that then executes the access."""
    pointer = per_cpu_pointer(code, node, this_cpu(code, node))
    if not isinstance(pointer, Region):
        raise error(node, f"this is {described(pointer)}, and has to be a number or a pointer that is per CPU")
    return code.cell(node, pointer)


def cpu_of(code: StatementTranslator, node: syntax.Expression) -> tree.Expression:
    """The number of a CPU."""
    value = code.value(node)
    if not isinstance(value, Scalar) or value.expression.type != code.text.cpu_type:
        raise error(node, f"this is {described(value)}, and has to be the number of a CPU; do not compute with such numbers")
    return value.expression


@entry(1, "this_cpu_ptr", "raw_cpu_ptr")
def this_cpu_ptr(code: StatementTranslator, call: syntax.Call) -> Value:
    """A pointer to this CPU's own; it does not follow a migration."""
    return per_cpu_pointer(code, call.arguments[0], kept_cpu(code, call))


@entry(2, "per_cpu_ptr")
def per_cpu_ptr(code: StatementTranslator, call: syntax.Call) -> Value:
    """A pointer to that CPU's own."""
    cpu = cpu_of(code, call.arguments[1])
    return per_cpu_pointer(code, call.arguments[0], cpu)


@entry(1, "this_cpu_read", "__this_cpu_read", "raw_cpu_read")
def this_cpu_read(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load."""
    return code.load(call, this_cell(code, call.arguments[0]))


@entry(2, "this_cpu_write", "__this_cpu_write", "raw_cpu_write")
def this_cpu_write(code: StatementTranslator, call: syntax.Call) -> Value:
    """One store."""
    value = code.value(call.arguments[1])
    code.store(call, this_cell(code, call.arguments[0]), value)
    return Nothing()


@entry(2, "this_cpu_xchg")
def this_cpu_xchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it."""
    cell = this_cell(code, call.arguments[0])
    return exchanged(code, call, cell, None, code.value(call.arguments[1]), "this_cpu_xchg: one instruction")[0]


@entry(3, "this_cpu_cmpxchg")
def this_cpu_cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it; what was there before."""
    cell = this_cell(code, call.arguments[0])
    old, new = (code.value(argument) for argument in call.arguments[1:])
    return exchanged(code, call, cell, old, new, "this_cpu_cmpxchg: one instruction")[0]


def _changed(code: StatementTranslator, call: syntax.Call, cell: Cell, operator: str, operand: Value) -> Value:
    """`place operator= operand` in one step."""
    position, type_ = at(call), cell.place.variable.type
    value = code.kept(call, Scalar(fitted(position, operand, type_, "the operand"), cell.type))
    assert isinstance(value, Scalar)
    statement = tree.Assign(position, cell.place, value.expression, operator)  # type: ignore[arg-type]
    code.emit(tree.Atomic(position, "one instruction", (statement,)))
    return Nothing()


@entry(2, "this_cpu_add", "this_cpu_sub", "this_cpu_or", "this_cpu_and")
def this_cpu_operation(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it."""
    assert isinstance(call.function, syntax.Name)
    operator = {"add": "+", "sub": "-", "or": "|", "and": "&"}[call.function.name.rpartition("_")[2]]
    cell = this_cell(code, call.arguments[0])
    return _changed(code, call, cell, operator, code.value(call.arguments[1]))


@entry(1, "this_cpu_inc", "this_cpu_dec")
def this_cpu_count(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it."""
    assert isinstance(call.function, syntax.Name)
    operator = "+" if call.function.name.endswith("inc") else "-"
    cell = this_cell(code, call.arguments[0])
    return _changed(code, call, cell, operator, Scalar(build.integer(at(call), 1), CInteger(32, True)))


@entry(0, "smp_processor_id", "raw_smp_processor_id")
def smp_processor_id(code: StatementTranslator, call: syntax.Call) -> Value:
    """The CPU that executes; the number does not follow a migration."""
    return Scalar(kept_cpu(code, call), CInteger(32, False))


@entry(2, "__this_cpu_add", "__this_cpu_sub", "__this_cpu_or", "__this_cpu_and")
@entry(2, "raw_cpu_add", "raw_cpu_sub", "raw_cpu_or", "raw_cpu_and")
def own_cpu_operation(code: StatementTranslator, call: syntax.Call) -> Value:
    """A load, then a store, to what was this CPU's own before."""
    assert isinstance(call.function, syntax.Name)
    operator = {"add": "+", "sub": "-", "or": "|", "and": "&"}[call.function.name.rpartition("_")[2]]
    operand = code.kept(call, code.scalar(call.arguments[1]))
    assert isinstance(operand, Scalar)
    code.in_two_steps(call, _own_cell(code, call), operator, operand)
    return Nothing()


@entry(1, "__this_cpu_inc", "__this_cpu_dec", "raw_cpu_inc", "raw_cpu_dec")
def own_cpu_count(code: StatementTranslator, call: syntax.Call) -> Value:
    """A load, then a store, to what was this CPU's own before."""
    assert isinstance(call.function, syntax.Name)
    operator = "+" if call.function.name.endswith("inc") else "-"
    one = Scalar(build.integer(at(call), 1), CInteger(32, True))
    code.in_two_steps(call, _own_cell(code, call), operator, one)
    return Nothing()


def _own_cell(code: StatementTranslator, call: syntax.Call) -> Cell:
    """What the first argument, a per-CPU variable, is on the CPU that executes here."""
    pointer = per_cpu_pointer(code, call.arguments[0], kept_cpu(code, call))
    if not isinstance(pointer, Region):
        raise error(call.arguments[0], f"this is {described(pointer)}, and has to be a number or a pointer that is per CPU")
    return code.cell(call, pointer)


@entry(0, "get_cpu")
def get_cpu(code: StatementTranslator, call: syntax.Call) -> Value:
    """preempt_disable() and smp_processor_id()."""
    code.service(call, "preempt_disable")
    return Scalar(kept_cpu(code, call), CInteger(32, False))


@entry(1, "get_cpu_ptr")
def get_cpu_ptr(code: StatementTranslator, call: syntax.Call) -> Value:
    """preempt_disable() and this_cpu_ptr()."""
    code.service(call, "preempt_disable")
    return per_cpu_pointer(code, call.arguments[0], kept_cpu(code, call))


@entry(0, "put_cpu")
@entry(1, "put_cpu_ptr", "put_cpu_var")
def put_cpu(code: StatementTranslator, call: syntax.Call) -> Value:
    """preempt_enable()."""
    return code.service(call, "preempt_enable")


@entry(2, "per_cpu")
def per_cpu(code: StatementTranslator, call: syntax.Call) -> Value:
    """What a per-CPU variable is on that CPU; it can be assigned to, and its address taken."""
    return code.loaded(call, per_cpu_place(code, call))


@entry(1, "get_cpu_var")
def get_cpu_var(code: StatementTranslator, call: syntax.Call) -> Value:
    """preempt_disable(), then what a per-CPU variable is on this CPU; it can be assigned to, and its address taken."""
    return code.loaded(call, get_cpu_place(code, call))


def per_cpu_place(code: StatementTranslator, call: syntax.Call) -> Designated:
    """The place that per_cpu(variable, cpu) is."""
    variable, cpu = call.arguments
    return code.designated(variable, cpu_of(code, cpu))


def get_cpu_place(code: StatementTranslator, call: syntax.Call) -> Designated:
    """The place that get_cpu_var(variable) is."""
    code.service(call, "preempt_disable")
    return code.designated(call.arguments[0], kept_cpu(code, call))


PLACES: dict[tuple[str, int | None], Callable[..., Designated]] = {
    ("per_cpu", 2): per_cpu_place,
    ("get_cpu_var", 1): get_cpu_place,
}
"""Calls that are lvalues."""
