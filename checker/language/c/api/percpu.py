# SPDX-License-Identifier: GPL-2.0-only
"""Per-CPU variables, and which CPU this is (include/linux/percpu-defs.h, include/linux/smp.h)."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.api.core import exchanged
from checker.language.c.translate.code import described
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.places import Cell
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


def per_cpu_region(code: StatementTranslator, node: syntax.Expression, cpu: tree.Expression) -> Region:
    """What a per-CPU variable, or its address, is on a CPU: a pointer to it, or to its first element."""
    index: syntax.Expression | None = None
    named: syntax.Expression = node.operand if isinstance(node, syntax.Unary) and node.operator == "&" else node
    if isinstance(named, syntax.Index):
        index, named = named.index, named.base
    variable = code.text.per_cpu(named.name) if isinstance(named, syntax.Name) else None
    if variable is None:
        raise error(
            node, "this is no per-CPU variable of the text; define it with DEFINE_PER_CPU, or bind it in the manifest, [data]"
        )
    region = Region(variable, "Cpu", cpu, build.integer(at(node), 0))
    return region if index is None else code.moved_region(node, region, "+", code.scalar(index))


def cpu_of(code: StatementTranslator, node: syntax.Expression) -> tree.Expression:
    """The number of a CPU."""
    value = code.value(node)
    if not isinstance(value, Scalar) or value.expression.type != code.text.cpu_type:
        raise error(node, f"this is {described(value)}, and has to be the number of a CPU; do not compute with such numbers")
    return value.expression


@entry(1, "this_cpu_ptr", "raw_cpu_ptr")
def this_cpu_ptr(code: StatementTranslator, call: syntax.Call) -> Value:
    """A pointer to this CPU's own; it does not follow a migration."""
    return per_cpu_region(code, call.arguments[0], this_cpu(code, call))


@entry(2, "per_cpu_ptr")
def per_cpu_ptr(code: StatementTranslator, call: syntax.Call) -> Value:
    """A pointer to that CPU's own."""
    cpu = cpu_of(code, call.arguments[1])
    return per_cpu_region(code, call.arguments[0], cpu)


def per_cpu_place(code: StatementTranslator, call: syntax.Call) -> Region:
    """A pointer to what per_cpu(variable, cpu) stands for."""
    if len(call.arguments) != 2:
        raise error(call, "per_cpu takes a variable and the number of a CPU")
    cpu = cpu_of(code, call.arguments[1])
    return per_cpu_region(code, call.arguments[0], cpu)


@entry(2, "per_cpu")
def per_cpu(code: StatementTranslator, call: syntax.Call) -> Value:
    """That CPU's own: one load, or the place of a store."""
    return code.load(call, code.cell(call, per_cpu_place(code, call)))


@entry(1, "this_cpu_read", "__this_cpu_read", "raw_cpu_read")
def this_cpu_read(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load."""
    return code.load(call, code.cell(call, per_cpu_region(code, call.arguments[0], this_cpu(code, call))))


@entry(2, "this_cpu_write", "__this_cpu_write", "raw_cpu_write")
def this_cpu_write(code: StatementTranslator, call: syntax.Call) -> Value:
    """One store."""
    value = code.value(call.arguments[1])
    code.store(call, code.cell(call, per_cpu_region(code, call.arguments[0], this_cpu(code, call))), value)
    return Nothing()


@entry(2, "this_cpu_xchg")
def this_cpu_xchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it."""
    cell = code.cell(call, per_cpu_region(code, call.arguments[0], this_cpu(code, call)))
    return exchanged(code, call, cell, None, code.value(call.arguments[1]), "this_cpu_xchg: one instruction")[0]


@entry(3, "this_cpu_cmpxchg")
def this_cpu_cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it; what was there before."""
    cell = code.cell(call, per_cpu_region(code, call.arguments[0], this_cpu(code, call)))
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
    cell = code.cell(call, per_cpu_region(code, call.arguments[0], this_cpu(code, call)))
    return _changed(code, call, cell, operator, code.value(call.arguments[1]))


@entry(1, "this_cpu_inc", "this_cpu_dec")
def this_cpu_count(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step, on the CPU that executes it."""
    assert isinstance(call.function, syntax.Name)
    operator = "+" if call.function.name.endswith("inc") else "-"
    cell = code.cell(call, per_cpu_region(code, call.arguments[0], this_cpu(code, call)))
    return _changed(code, call, cell, operator, Scalar(build.integer(at(call), 1), CInteger(32, True)))


@entry(0, "smp_processor_id", "raw_smp_processor_id")
def smp_processor_id(code: StatementTranslator, call: syntax.Call) -> Value:
    """The CPU that executes; the number does not follow a migration."""
    return Scalar(this_cpu(code, call), CInteger(32, False))
