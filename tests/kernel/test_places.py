# SPDX-License-Identifier: GPL-2.0-only
"""Where __schedule calls a protocol, and which sizes a protocol gives itself."""

from __future__ import annotations

import pytest

from tests.kernel.trying import Tried

LATE = frozenset({"charge-once", "refill-owed"})


@pytest.mark.parametrize(
    ("place", "violated"),
    [
        ("start", LATE),
        ("irqs-off", frozenset()),
        ("prepare", frozenset({"refill-eventually"})),
    ],
)
def test_a_refill_is_complete_only_where_no_interrupt_comes_after_it(place: str, violated: frozenset[str]) -> None:
    """Between a hook that turns interrupts on again and the pick, an interrupt's stack fault takes another page. Behind
    local_irq_disable nothing does; between pick and switch nothing does either, but a task that follows itself never comes there."""
    tried = Tried("irq_off_refill", (1, 1, 3), ("touch", "irq"), violated, {"PLACE": place})
    assert tried.found() == violated


@pytest.mark.parametrize("place", ["start", "irqs-off", "prepare"])
def test_a_fault_in_the_scheduler_comes_after_each_of_them(place: str) -> None:
    tried = Tried("irq_off_refill", (1, 1, 3), ("touch", "late-fault"), settings={"PLACE": place})
    assert tried.found() >= LATE


@pytest.mark.parametrize(
    ("early", "violated"), [pytest.param(1, frozenset({"fault-resolved", "capacity"}), marks=pytest.mark.slow), (0, frozenset())]
)
def test_a_cpu_on_its_way_down_still_runs_tasks_after_cpu_offline(early: int, violated: frozenset[str]) -> None:
    """A pool that is gone by then is missed by the next fault."""
    tried = Tried("offline", (2, 2, 2), ("touch", "hotplug"), violated, {"CPU_OFFLINE": early})
    assert tried.found() == violated


def test_idle_tasks_with_dynamic_stacks_fault_in_the_scheduler_too() -> None:
    """The RFC gives them to all CPUs but the boot CPU. Nobody charges idle, so that charge-once is not about its stack."""
    static = Tried("rfc_v1_nr_fixed", (2, 1, 2), ("late-fault",), settings={"IDLE_DYNAMIC": 0}).found()
    dynamic = Tried("rfc_v1_nr_fixed", (2, 1, 2), ("late-fault",), settings={"IDLE_DYNAMIC": 1}).found()
    assert "fault-resolved" not in static
    assert {"fault-resolved", "capacity", "refill-owed"} <= dynamic


def test_idle_tasks_with_dynamic_stacks_go_down_with_their_cpu() -> None:
    """A tag that idle leaves on the pool of its CPU is there when that is dead, and its page is freed by the tagged pointer."""
    tried = Tried("rfc_v1_nr_fixed", (2, 1, 2), ("late-fault", "hotplug"), settings={"IDLE_DYNAMIC": 1})
    assert {"no-wild-pointer", "tag-live"} <= tried.found()


@pytest.mark.parametrize(
    ("slots", "violated"),
    [(1, frozenset({"task-runs"})), (2, frozenset()), (3, frozenset())],
)
def test_a_pool_smaller_than_a_stack_starves_who_asks_for_all_of_it(slots: int, violated: frozenset[str]) -> None:
    """may_switch_to of hardened waits for as many pages as the stack can grow by, which is more than there are slots."""
    tried = Tried("other_sizes", (1, 1, 4), ("touch",), violated, {"SLOTS": slots})
    assert tried.found() == violated
