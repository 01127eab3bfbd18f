# SPDX-License-Identifier: GPL-2.0-only
"""Loops over the CPUs (include/linux/cpumask.h)."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.api.percpu import cpu_of
from checker.language.c.translate.code import CLocal
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import CInteger
from checker.language.c.translate.values import Scalar, ScalarKind, Value


def each_cpu(code: StatementTranslator, loop: syntax.IteratorLoop) -> None:
    """Each CPU once, in any order, as no model can tell which one is the first. What is in `cpu` behind the loop is not known."""
    _over_cpus(code, loop, online=False)


def each_online_cpu(code: StatementTranslator, loop: syntax.IteratorLoop) -> None:
    """As for_each_possible_cpu; a CPU is looked at when its turn comes, and passed over where it is not online."""
    _over_cpus(code, loop, online=True)


def _over_cpus(code: StatementTranslator, loop: syntax.IteratorLoop, online: bool) -> None:
    position, text = at(loop), code.text
    match loop.arguments:
        case (syntax.Name(name=name),) if name in code.scope:
            outer = code.scope[name]
        case _:
            raise error(loop, "write the loop with a local of type int or unsigned int for the CPU")
    cpus = text.size("CPUS")
    seen = [code.fresh("seen", text.cpu_type) for _ in range(cpus - 1)]
    for local in seen:
        code.emit(tree.Assign(position, local.name, tree.Constant(position, text.cpu_type, 0)))
    cpu, round_ = code.fresh(name, text.cpu_type), code.fresh("round", tree.IntType(0, max(cpus - 1, 0)))
    this = tree.LocalRead(position, text.cpu_type, cpu.name)
    with code.collected() as body:
        code.emit(tree.Atomic(position, "the order of the CPUs", tuple(_next(code, loop, this, seen, round_))))
        if online:
            field = text.kernel.field("Cpu", "online")
            is_online = tree.Read(position, field.type, tree.Place(position, field, "Cpu", this))
            code.emit(tree.If(position, is_online, (), (tree.Continue(position),)))
        known = set(code.assigned)
        with code.nested():
            inner = CLocal(name, cpu.name, outer.type, loop, False, ScalarKind(text.cpu_type, CInteger(32, False)))
            code.scope[name] = inner
            code.assigned.add(cpu.name)
            with code.looping():
                code.block([loop.body])
    code.assigned = known
    code.assigned.discard(outer.unique)
    domain = tree.RangeDomain(build.integer(position, 0), build.integer(position, cpus))
    code.emit(tree.For(position, tree.Binding(round_, domain), tuple(body)))


def _next(
    code: StatementTranslator, loop: syntax.Node, this: tree.LocalRead, seen: list[tree.Local], round_: tree.Local
) -> list[tree.Statement]:
    """Choose a CPU that was not chosen yet, and note it."""
    position, type_ = at(loop), code.text.cpu_type
    other = code.fresh("other", type_)
    reads = [tree.LocalRead(position, type_, local.name) for local in seen]
    choice = tree.LocalRead(position, type_, other.name)
    new = [build.compare(position, "!=", choice, each) for each in reads]
    condition = build.logical(position, "and", new) if new else None
    domain = tree.Binding(other, tree.ArenaDomain("Cpu"))
    found: list[tree.Statement] = [tree.Assign(position, this.name, tree.Choose(position, type_, domain, condition))]
    number = tree.LocalRead(position, round_.type, round_.name)
    for index, local in enumerate(seen):
        is_now = build.compare(position, "==", number, build.integer(position, index))
        found.append(tree.If(position, is_now, (tree.Assign(position, local.name, this),), ()))
    return found


LOOPS = {
    "for_each_possible_cpu": each_cpu,
    "for_each_present_cpu": each_cpu,
    "for_each_online_cpu": each_online_cpu,
}


@entry(1, "cpu_online")
def cpu_online(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load of whether the CPU is online."""
    field = code.text.kernel.field("Cpu", "online")
    cpu = cpu_of(code, call.arguments[0])
    read = tree.Read(at(call), field.type, tree.Place(at(call), field, "Cpu", cpu))
    return Scalar(read, code.type_of_value(field.type))
