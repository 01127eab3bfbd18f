# SPDX-License-Identifier: GPL-2.0-only
"""Locks (include/linux/spinlock.h, include/linux/mutex.h, include/linux/cleanup.h)."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import Guard, entry
from checker.language.c.translate.types import INT
from checker.language.c.translate.values import Nothing, Opaque, Scalar, Value

SAVED = "whether interrupts were on when a lock was taken"

GUARDS = {
    "raw_spinlock": Guard("raw_spin_lock", "raw_spin_unlock", 1),
    "raw_spinlock_irq": Guard("raw_spin_lock_irq", "raw_spin_unlock_irq", 1),
    "raw_spinlock_irqsave": Guard("raw_spin_lock_irqsave", "raw_spin_unlock_irqrestore", 1, True),
    "spinlock": Guard("spin_lock", "spin_unlock", 1),
    "spinlock_irq": Guard("spin_lock_irq", "spin_unlock_irq", 1),
    "spinlock_irqsave": Guard("spin_lock_irqsave", "spin_unlock_irqrestore", 1, True),
    "mutex": Guard("mutex_lock", "mutex_unlock", 1),
    "preempt": Guard("preempt_disable", "preempt_enable", 0),
    "preempt_notrace": Guard("preempt_disable_notrace", "preempt_enable_notrace", 0),
    "migrate": Guard("migrate_disable", "migrate_enable", 0),
    "irq": Guard("local_irq_disable", "local_irq_enable", 0),
    "irqsave": Guard("local_irq_save", "local_irq_restore", 0, True),
}
"""What guard() and scoped_guard() can hold (DEFINE_LOCK_GUARD_1, include/linux/cleanup.h)."""


def name_of(call: syntax.Call) -> str:
    """The name that the entry was called by."""
    assert isinstance(call.function, syntax.Name)
    return call.function.name


def _lock(code: StatementTranslator, call: syntax.Call) -> tree.Expression:
    """The lock that the first argument points to."""
    return code.reference(call.arguments[0], "RawSpinlock" if name_of(call).startswith("raw_") else "Spinlock")


def save(code: StatementTranslator, call: syntax.Call, place: syntax.Expression, value: Value) -> None:
    """Put saved flags into the local that a macro is given for them."""
    if not isinstance(place, syntax.Name) or place.name not in code.scope:
        raise error(place, "flags are saved in a local here; declare `unsigned long flags`")
    code.write(call, code.scope[place.name], value)


@entry(1, "raw_spin_lock", "raw_spin_unlock", "spin_lock", "spin_unlock")
def lock(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name (kernel/locking/spinlock.c)."""
    return code.service(call, name_of(call), _lock(code, call))


@entry(2, "raw_spin_lock_irqsave", "spin_lock_irqsave")
def lock_irqsave(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name. `flags` is a local, which goes to the unlock; what is in it is known to the lock here
    (kernel/locking/spinlock.c)."""
    code.service(call, name_of(call), _lock(code, call))
    save(code, call, call.arguments[1], Opaque(SAVED))
    return Nothing()


@entry(2, "raw_spin_unlock_irqrestore", "spin_unlock_irqrestore")
def unlock_irqrestore(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name. `flags` has to be from the lock (kernel/locking/spinlock.c)."""
    if code.value(call.arguments[1]) != Opaque(SAVED):
        raise error(call.arguments[1], "these are not the flags that a lock has saved; give it those")
    return code.service(call, name_of(call), _lock(code, call))


@entry(1, "raw_spin_lock_irq", "spin_lock_irq")
def lock_irq(code: StatementTranslator, call: syntax.Call) -> Value:
    """As raw_spin_lock_irqsave or spin_lock_irqsave, with nothing to save (kernel/locking/spinlock.c)."""
    return code.service(call, f"{name_of(call)}save", _lock(code, call))


@entry(1, "raw_spin_unlock_irq", "spin_unlock_irq")
def unlock_irq(code: StatementTranslator, call: syntax.Call) -> Value:
    """As the unlock with _irqrestore, then interrupts are on, whatever they were; not so of spin_unlock_irq with PREEMPT_RT. Left
    out: that this holds as well where another lock keeps them off (kernel/locking/spinlock.c)."""
    code.service(call, f"{name_of(call)}restore", _lock(code, call))
    if name_of(call).startswith("raw_") or not code.text.size("PREEMPT_RT"):
        code.service(call, "local_irq_restore", build.boolean(at(call), False))
    return Nothing()


@entry(1, "raw_spin_trylock", "spin_trylock")
def trylock(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name (kernel/locking/spinlock.c)."""
    return code.service(call, name_of(call), _lock(code, call))


@entry(2, "raw_spin_trylock_irqsave")
def trylock_irqsave(code: StatementTranslator, call: syntax.Call) -> Value:
    """As raw_spin_trylock; where it takes the lock interrupts are off until the unlock. Left out: that they are off while it
    tries (include/linux/spinlock.h)."""
    position, kernel = at(call), code.text.kernel
    found = code.kept(call, Scalar(_lock(code, call), INT))
    assert isinstance(found, Scalar)
    pointer = found.expression
    holder, irqsave = kernel.field("RawSpinlock", "holder"), kernel.field("RawSpinlock", "irqsave")
    taken = code.fresh("taken", build.BOOL)
    read = tree.LocalRead(position, build.BOOL, taken.name)
    held_by = tree.Read(position, holder.type, tree.Place(position, holder, "RawSpinlock", pointer))
    with code.collected() as take:
        code.service(call, "hold_raw_spinlock", pointer)
        code.emit(tree.Assign(position, tree.Place(position, irqsave, "RawSpinlock", pointer), build.boolean(position, True)))
    body = (
        tree.Assign(position, taken.name, build.compare(position, "==", held_by, build.null(position))),
        tree.If(position, read, tuple(take), ()),
    )
    code.emit(tree.Atomic(position, "raw_spin_trylock_irqsave: one compare-and-exchange", body))
    save(code, call, call.arguments[1], Opaque(SAVED))
    return Scalar(read, INT)


@entry(1, "raw_spin_lock_init", "spin_lock_init", "mutex_init")
def lock_init(code: StatementTranslator, call: syntax.Call) -> Value:
    """Nothing: every lock begins as one that nobody has (include/linux/spinlock.h)."""
    code.dropped(*call.arguments)
    return Nothing()


@entry(1, "mutex_lock", "mutex_unlock", "mutex_trylock")
def mutex(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service of that name (kernel/locking/mutex.c)."""
    return code.service(call, name_of(call), code.reference(call.arguments[0], "Mutex"))
