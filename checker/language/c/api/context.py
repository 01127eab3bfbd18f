# SPDX-License-Identifier: GPL-2.0-only
"""Preemption, interrupts, RCU readers and irq_work (include/linux/preempt.h, include/linux/irqflags.h, kernel/irq_work.c)."""

from __future__ import annotations

from checker.language import build
from checker.language.c import syntax
from checker.language.c.api.locking import name_of, save
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.values import Nothing, Opaque, Scalar, Value


@entry(0, "preempt_disable", "preempt_disable_notrace")
def preempt_disable(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service preempt_disable."""
    return code.service(call, "preempt_disable")


@entry(0, "preempt_enable", "preempt_enable_notrace", "preempt_enable_no_resched")
def preempt_enable(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service preempt_enable."""
    return code.service(call, "preempt_enable")


@entry(0, "migrate_disable", "migrate_enable")
def migrate(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name (kernel/sched/core.c)."""
    return code.service(call, name_of(call))


@entry(1, "local_irq_save", "raw_local_irq_save")
def local_irq_save(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service local_irq_save; `flags` is a local."""
    save(code, call, call.arguments[0], code.service(call, "local_irq_save"))
    return Nothing()


@entry(1, "local_irq_restore", "raw_local_irq_restore")
def local_irq_restore(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service local_irq_restore."""
    flags = code.value(call.arguments[0])
    if not isinstance(flags, Scalar):
        raise error(call.arguments[0], "these are not the flags that local_irq_save has saved; give it those")
    return code.service(call, "local_irq_restore", fitted(at(call), flags, build.BOOL, "`flags`"))


@entry(0, "local_irq_disable")
def local_irq_disable(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service local_irq_save; what it saves is dropped."""
    saved = code.service(call, "local_irq_save")
    assert isinstance(saved, Scalar)
    code.evaluate(call, saved.expression)
    return Nothing()


@entry(0, "local_irq_enable")
def local_irq_enable(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service local_irq_restore, with interrupts on. Left out: that this holds as well where a lock keeps them off."""
    return code.service(call, "local_irq_restore", build.boolean(at(call), False))


@entry(0, "in_nmi", "in_hardirq", "in_interrupt", "in_task")
def asks(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name."""
    return code.service(call, name_of(call))


@entry(0, "rcu_read_lock", "rcu_read_unlock")
def rcu_reader(code: StatementTranslator, call: syntax.Call) -> Value:
    """Nothing: what RCU protects here is the kernel's own, and the modelled kernel frees none of it meanwhile
    (include/linux/rcupdate.h)."""
    return Nothing()


@entry(1, "irq_work_queue")
def irq_work_queue(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service irq_work_queue; the hook irq_work_run is the function that IRQ_WORK_INIT or init_irq_work gives it. One
    irq_work for all CPUs, or one for each. Whether it was queued makes no difference here, and cannot be tested."""
    _is_work(code, call)
    code.service(call, "irq_work_queue")
    return Opaque("whether an irq_work was queued")


@entry(2, "init_irq_work")
def init_irq_work(code: StatementTranslator, call: syntax.Call) -> Value:
    """Nothing: the function stands in the hook irq_work_run already."""
    _is_work(code, call)
    return Nothing()


def _is_work(code: StatementTranslator, call: syntax.Call) -> None:
    """ModelError if the first argument is no pointer to an irq_work of the text."""
    found = code.value(call.arguments[0])
    if not isinstance(found, Opaque) or not found.what.startswith("the irq_work "):
        raise error(call.arguments[0], "this is no pointer to an irq_work of the text; define one, of type struct irq_work")
