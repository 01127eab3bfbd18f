# SPDX-License-Identifier: GPL-2.0-only
"""Locks, preemption, and faults inside the kernel's allocators: what reviewers know about them."""

from __future__ import annotations

import pytest

from checker.language.front.load import load_program
from checker.project import MODELS
from tests.kernel.trying import OWN, Tried

SECTIONS = ("alone", "stays")
ALONE, STAYS = frozenset({"alone"}), frozenset({"stays"})
NOTHING, PREEMPT_DISABLE, LOCAL_IRQ_SAVE, MUTEX, SPINLOCK, MIGRATE_DISABLE, SPINLOCK_IN_SCHEDULE = range(7)
PREEMPTED = ("exit", "preempt", "migrate")


@pytest.mark.parametrize(
    ("guard", "violated"),
    [
        (NOTHING, ALONE | STAYS),
        (PREEMPT_DISABLE, ALONE),
        (LOCAL_IRQ_SAVE, ALONE),
        (MUTEX, STAYS),
        (SPINLOCK, frozenset()),
        (MIGRATE_DISABLE, ALONE),
    ],
)
def test_who_is_alone_and_who_stays(guard: int, violated: frozenset[str]) -> None:
    """On two CPUs only locks keep others away, and a mutex does not keep the task where it is."""
    tried = Tried("sections", (2, 2, 2), PREEMPTED, violated, {"GUARD": guard}, (*SECTIONS, "lock-held"))
    assert tried.found() == violated


@pytest.mark.parametrize(
    ("guard", "violated"),
    [
        (NOTHING, ALONE),
        (PREEMPT_DISABLE, frozenset()),
        (LOCAL_IRQ_SAVE, frozenset()),
        (MUTEX, frozenset()),
        (SPINLOCK, frozenset()),
        (MIGRATE_DISABLE, ALONE),
    ],
)
def test_who_is_alone_on_one_cpu(guard: int, violated: frozenset[str]) -> None:
    """Where nothing preempts a task, everybody is; so the event has to come."""
    assert Tried("sections", (1, 2, 2), ("exit", "preempt"), violated, {"GUARD": guard}, SECTIONS).found() == violated
    assert Tried("sections", (1, 2, 2), ("exit",), frozenset(), {"GUARD": guard}, SECTIONS).found() == frozenset()


@pytest.mark.parametrize("guard", [SPINLOCK, SPINLOCK_IN_SCHEDULE])
@pytest.mark.parametrize("real_time", [0, 1])
def test_a_spinlock_sleeps_with_preempt_rt(guard: int, real_time: int) -> None:
    """In do_exit it may, in __schedule preemption is off."""
    wrong = frozenset({"service-context"}) if real_time and guard == SPINLOCK_IN_SCHEDULE else frozenset()
    settings = {"GUARD": guard, "PREEMPT_RT": real_time}
    assert Tried("sections", (1, 2, 2), ("exit",), wrong, settings, (*SECTIONS, "service-context")).found() == wrong


ALLOC, FREE, CHARGE, UNCHARGE, FIND, ALLOC_NOLOCK, FREE_NOLOCK = range(1, 8)


@pytest.mark.parametrize("called", range(1, 8))
@pytest.mark.parametrize("in_interrupt", [0, 1])
def test_who_finds_its_own_cpu_in_an_allocator(called: int, in_interrupt: int) -> None:
    """A fault comes where interrupts are off, irq_work where they are on, as with the lock of the tree of areas. Who does not wait
    meets nobody."""
    meets = called not in (ALLOC_NOLOCK, FREE_NOLOCK) if not in_interrupt else called == FIND
    wrong = frozenset({"lock-recursion"}) if meets else frozenset()
    settings = {"CALLED": called, "IN_INTERRUPT": in_interrupt}
    tried = Tried("calls_allocators", (1, 2, 2), ("allocator-fault",), wrong, settings, ("lock-recursion",))
    assert tried.found() == wrong


def test_a_fault_in_the_allocator_turns_the_order_of_the_global_pools_lock_round() -> None:
    """Its refill charges and allocates under its lock, and its handler takes the lock where the fault happened: inside the charge."""
    tried = Tried("arm64_global_pool", (1, 2, 2), ("touch", "late-fault", "allocator-fault"), properties=("lock-order",))
    assert tried.found() == {"lock-order"}
    without = Tried("arm64_global_pool", (1, 2, 2), ("touch", "late-fault"), properties=("lock-order", "lock-recursion"))
    assert without.found() == frozenset()


@pytest.mark.parametrize("events", [("allocator-fault",), ("allocator-fault", "irq", "softirq"), ("preempt", "fork")])
def test_a_handler_without_locks_may_strike_anywhere(events: tuple[str, ...]) -> None:
    assert Tried("hardened", (1, 2, 2), events).found() == frozenset()


def test_no_cpu_is_starved_of_the_lock_of_an_allocator() -> None:
    """Without fair locks a CPU would wait forever while the other takes the lock again and again."""
    assert Tried("hardened", (2, 2, 2), ("allocator-fault",), properties=("refill-eventually",)).found() == frozenset()


def test_a_model_without_locks_assumes_nothing_of_them() -> None:
    def assumed(model: str, *events: str) -> set[str]:
        return {assumption.name for assumption in load_program(MODELS / model, {}, events).assumptions}

    fair = {"spinlocks_are_queues", "spinlocks_are_queues_in_exceptions", "mutexes_are_handed_over"}
    assert not fair & assumed("hardened.py", "touch")
    assert "allocators_locks_are_queues" not in assumed("hardened.py", "touch")
    assert "allocators_locks_are_queues" in assumed("hardened.py", "allocator-fault")
    assert fair & assumed("arm64_global_pool.py", "touch") == fair - {"mutexes_are_handed_over"}
    exits = {a.name for a in load_program(OWN / "sections.py", {"GUARD": MUTEX}, ("exit",)).assumptions}
    assert fair & exits == {"mutexes_are_handed_over"}
