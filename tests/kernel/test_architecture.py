# SPDX-License-Identifier: GPL-2.0-only
"""ARCH: each feature decides a verdict that reviewers know."""

from __future__ import annotations

import pytest

from tests.kernel.trying import Tried

PANICS = frozenset({"fault-resolved"})
RUNS_OUT = frozenset({"fault-resolved", "capacity"})


@pytest.mark.parametrize("arch", ["generic", "x86", "x86-fred", "arm64", "riscv"])
@pytest.mark.parametrize("model", ["rfc_v1", "arm64_7_0"])
def test_a_fault_in_the_switch_is_anothers_only_where_current_lags_behind(model: str, arch: str) -> None:
    """The handler of both looks at `current`'s stack. On arm64 and riscv that is next's by then."""
    with_stack = arch in ("arm64", "riscv")
    tried = Tried(model, (1, 2, 2), ("switch-fault",), frozenset() if with_stack else PANICS, {"ARCH": arch})
    assert tried.found() == tried.violated


def test_a_fault_in_the_switch_strikes_on_arm64_too() -> None:
    """It is resolved; but the page is taken after the refill, on a CPU that has one slot for two tasks that grow."""
    tried = Tried("rfc_v1", (1, 2, 2), ("switch-fault", "late-fault"), settings={"ARCH": "arm64"})
    assert {"charge-once", "refill-owed"} <= tried.found()


@pytest.mark.parametrize(
    ("arch", "events", "violated"),
    [
        ("x86", ("touch",), frozenset()),
        ("x86-fred", ("touch",), frozenset()),
        ("generic", ("touch",), RUNS_OUT),
        ("arm64", ("touch",), RUNS_OUT),
        ("riscv", ("touch",), RUNS_OUT),
        ("x86", ("touch", "late-fault"), RUNS_OUT),
        ("x86", ("touch", "irq"), frozenset()),
    ],
)
def test_an_irq_work_refills_in_time_only_where_the_self_ipi_is_prompt(
    arch: str, events: tuple[str, ...], violated: frozenset[str]
) -> None:
    """With interrupts off, from the pick on, it is late everywhere; in an interrupt it comes when that ends."""
    tried = Tried("irq_work_refill", (1, 2, 2), events, violated, {"ARCH": arch})
    assert tried.found() == violated


@pytest.mark.parametrize("arch", ["x86", pytest.param("arm64", marks=pytest.mark.slow)])
def test_an_irq_work_runs_also_while_other_cpus_go_on(arch: str) -> None:
    """What is owed is paid: a CPU that waits for its interrupt does not wait forever."""
    tried = Tried("irq_work_refill", (2, 2, 2), ("touch",), settings={"ARCH": arch})
    assert not {"refill-eventually", "task-runs", "no-deadlock"} & tried.found()


@pytest.mark.parametrize("arch", ["generic", "riscv"])
def test_two_cpus_handle_faults_at_a_time_only_with_a_stack_each(arch: str) -> None:
    """hardened is right on both; where the stack is shared, an NMI that faults in the handler waits for its own CPU."""
    assert Tried("hardened", (2, 1, 2), ("touch", "late-fault"), settings={"ARCH": arch}).found() == frozenset()
    with_nmi = Tried("hardened", (1, 1, 2), ("touch", "nmi"), settings={"ARCH": arch}).found()
    assert ("no-deadlock" in with_nmi) is (arch == "riscv")


@pytest.mark.parametrize(
    ("arch", "stacks", "overwritten"),
    [("generic", 1, True), ("x86", 1, True), ("x86", 2, False), ("x86-fred", 1, False), ("arm64", 1, False)],
)
def test_a_second_fault_overwrites_the_first_ones_frame_only_on_one_ist_stack(arch: str, stacks: int, overwritten: bool) -> None:
    """hardened bears nested faults; what it cannot bear is that its frame goes."""
    settings = {"ARCH": arch, "EXCEPTION_STACKS": stacks}
    found = Tried("hardened", (1, 1, 2), ("touch", "nmi"), settings=settings).found()
    assert found == (frozenset({"handler-reentrant"}) if overwritten else frozenset())


@pytest.mark.parametrize(("arch", "meet"), [("generic", True), ("riscv", False)])
def test_handlers_of_two_cpus_meet_only_with_a_stack_each(arch: str, meet: bool) -> None:
    tried = Tried("handlers_meet", (2, 2, 2), ("touch",), settings={"ARCH": arch})
    assert ("handlers-meet" in tried.found()) is meet


@pytest.mark.parametrize(("shared", "violated"), [(0, frozenset()), (1, frozenset({"refill-eventually"}))])
def test_one_irq_work_for_all_cpus_is_not_queued_where_another_has_it(shared: int, violated: frozenset[str]) -> None:
    """It refills the pool of the CPU that it runs on, and nobody asks again for the other's."""
    tried = Tried("irq_work_refill", (2, 2, 2), ("touch",), violated, {"ARCH": "x86", "IRQ_WORK_SHARED": shared})
    assert tried.found() == violated
