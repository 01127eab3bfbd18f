# SPDX-License-Identifier: GPL-2.0-only
"""What is about C and the compiler, not about any part of the kernel."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.places import Cell
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import INT
from checker.language.c.translate.values import Nothing, Opaque, Scalar, Value


@entry(1, "likely", "unlikely", "data_race")
def hint(code: StatementTranslator, call: syntax.Call) -> Value:
    """The operand; a hint for the compiler (include/linux/compiler.h)."""
    return code.value(call.arguments[0])


@entry(1, "READ_ONCE")
def read_once(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load, as a plain one is here; a plain one could be torn or repeated by the compiler (include/asm-generic/rwonce.h)."""
    return code.value(call.arguments[0])


@entry(2, "WRITE_ONCE")
def write_once(code: StatementTranslator, call: syntax.Call) -> Value:
    """One store, as a plain one is here (include/asm-generic/rwonce.h)."""
    found, target = code.sides(call, *call.arguments)
    code.store(call, target, found)
    return Nothing()


@entry(1, "smp_load_acquire", "rcu_dereference_raw")
def load_acquire(code: StatementTranslator, call: syntax.Call) -> Value:
    """One load. That it orders others is left out: models are sequentially consistent (include/asm-generic/barrier.h)."""
    return code.load(call, code.cell(call, code.region(call.arguments[0])))


@entry(2, "smp_store_release")
def store_release(code: StatementTranslator, call: syntax.Call) -> Value:
    """One store. That it orders others is left out: models are sequentially consistent (include/asm-generic/barrier.h)."""
    place, value = call.arguments
    found = code.value(value)
    code.store(call, code.cell(call, code.region(place)), found)
    return Nothing()


@entry(0, "barrier", "smp_mb", "smp_rmb", "smp_wmb", "smp_mb__before_atomic", "smp_mb__after_atomic")
@entry(0, "instrumentation_begin", "instrumentation_end", "lockdep_assert_irqs_disabled")
@entry(0, "lockdep_assert_preemption_disabled", "lockdep_assert_irqs_enabled")
def nothing(code: StatementTranslator, call: syntax.Call) -> Value:
    """Nothing: models are sequentially consistent, and what lockdep would report here the kernel's services report themselves
    (include/asm-generic/barrier.h, include/linux/lockdep.h)."""
    return Nothing()


@entry(1, "lockdep_assert_held", "might_sleep_if", "__builtin_return_address")
def no_value(code: StatementTranslator, call: syntax.Call) -> Value:
    """Its operand is evaluated; it makes no other difference (include/linux/lockdep.h, include/linux/kernel.h)."""
    code.dropped(*call.arguments)
    return Opaque("what the compiler says of the caller")


@entry(None, "pr_emerg", "pr_alert", "pr_crit", "pr_err", "pr_warn", "pr_notice", "pr_info", "pr_debug", "pr_cont", "printk")
@entry(None, "pr_emerg_once", "pr_err_once", "pr_warn_once", "pr_info_once", "pr_err_ratelimited", "pr_warn_ratelimited")
@entry(None, "pr_info_ratelimited", "pr_emerg_ratelimited", "trace_printk", "printk_deferred", "dev_err", "dev_warn")
def printing(code: StatementTranslator, call: syntax.Call) -> Value:
    """Its arguments are evaluated, which may be a wild pointer's use. Left out: the printing itself (kernel/printk/printk.c)."""
    code.dropped(*call.arguments)
    return Nothing()


@entry(1, "WARN_ON", "WARN_ON_ONCE", "VM_WARN_ON", "VM_WARN_ON_ONCE")
@entry(None, "WARN", "WARN_ONCE")
def warn(code: StatementTranslator, call: syntax.Call) -> Value:
    """The demand no-bug: that the condition is never true. Where it is, Linux warns and goes on, and its value is the condition
    (include/asm-generic/bug.h). Arguments of the message are evaluated."""
    condition, *rest = call.arguments
    found = code.kept(call, Scalar(code.condition(condition), INT))
    assert isinstance(found, Scalar)
    code.dropped(*rest)
    code.service(call, "warn_on", found.expression)
    return found


@entry(1, "BUG_ON", "VM_BUG_ON")
def bug_on(code: StatementTranslator, call: syntax.Call) -> Value:
    """The demand no-bug: that the condition is never true. Where it is, Linux kills the task or panics; here nothing comes
    after it (include/asm-generic/bug.h)."""
    code.service(call, "bug_on", code.condition(call.arguments[0]))
    return Nothing()


@entry(0, "BUG")
def bug(code: StatementTranslator, call: syntax.Call) -> Value:
    """As BUG_ON(1)."""
    code.service(call, "bug_on", build.boolean(at(call), True))
    return Nothing()


@entry(1, "IS_ENABLED")
def is_enabled(code: StatementTranslator, call: syntax.Call) -> Value:
    """1 or 0 by the configuration (include/linux/kconfig.h). An option that is not decided is an error."""
    (option,) = call.arguments
    if not isinstance(option, syntax.Name) or option.name not in code.text.manifest.config:
        raise error(call, "whether this is enabled is not decided; say so in the manifest, [config], or give --config .config")
    value = code.text.manifest.config[option.name]
    return Scalar(build.integer(at(call), int(value is True or value in ("y", "m"))), INT)


# -- one step in hardware --


def exchanged(
    code: StatementTranslator, call: syntax.Call, cell: Cell, old: Value | None, new: Value, reason: str
) -> tuple[Scalar, tree.Expression]:
    """An exchange in one step: what was there before, and whether the new value is there now. old: only where this is there."""
    position, type_ = at(call), cell.place.variable.type
    place = code.fixed(call, cell.place)
    before = code.fresh("before", type_)
    was = tree.LocalRead(position, type_, before.name)
    body: list[tree.Statement] = [tree.Assign(position, before.name, tree.Read(position, type_, place))]
    new_value = code.kept(call, Scalar(fitted(position, new, type_, "the new value"), cell.type))
    assert isinstance(new_value, Scalar)
    store = tree.Assign(position, place, new_value.expression)
    matched: tree.Expression = build.boolean(position, True)
    if old is None:
        body.append(store)
    else:
        wanted = code.kept(call, Scalar(fitted(position, old, type_, "the old value"), cell.type))
        assert isinstance(wanted, Scalar)
        matched = build.compare(position, "==", was, wanted.expression)
        body.append(tree.If(position, matched, (store,), ()))
    code.emit(tree.Atomic(position, reason, tuple(body)))
    return Scalar(was, cell.type), matched


@entry(2, "xchg", "xchg_relaxed", "xchg_acquire", "xchg_release")
def xchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step: the new value for the old one (include/linux/atomic/atomic-instrumented.h)."""
    pointer, value = call.arguments
    cell = code.cell(call, code.region(pointer))
    return exchanged(code, call, cell, None, code.value(value), "xchg: one instruction")[0]


@entry(3, "cmpxchg", "cmpxchg_relaxed", "cmpxchg_acquire", "cmpxchg_release", "cmpxchg_local")
def cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """One step: the new value where the old one is as expected; what was there before
    (include/linux/atomic/atomic-instrumented.h)."""
    pointer, old, new = call.arguments
    cell = code.cell(call, code.region(pointer))
    return exchanged(code, call, cell, code.value(old), code.value(new), "cmpxchg: one instruction")[0]


@entry(3, "raw_cmpxchg")
def raw_cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """As cmpxchg, for code that must not be instrumented (include/linux/atomic/atomic-arch-fallback.h)."""
    return cmpxchg(code, call)


@entry(3, "try_cmpxchg", "try_cmpxchg_relaxed", "try_cmpxchg_acquire", "try_cmpxchg_release")
def try_cmpxchg(code: StatementTranslator, call: syntax.Call) -> Value:
    """As cmpxchg; says whether it stored, and if not puts what is there into *old, which is a local here
    (include/linux/atomic/atomic-arch-fallback.h)."""
    pointer, old, new = call.arguments
    cell = code.cell(call, code.region(pointer))
    match old:
        case syntax.Unary(operator="&", operand=syntax.Name(name=name) as expected) if name in code.scope:
            pass
        case _:
            raise error(old, "the second argument is the address of a local here; write `&old`")
    before, matched = exchanged(code, call, cell, code.value(expected), code.value(new), "try_cmpxchg: one instruction")
    kept = code.kept(call, Scalar(matched, INT))
    code.write(call, code.scope[name], before)
    return kept
