# SPDX-License-Identifier: GPL-2.0-only
"""Whom an oops kills with the event oops-continues, and where the machine stops all the same."""

from __future__ import annotations

import pytest

from checker.language.tree import Setting
from tests.kernel.trying import Tried


def reached(events: tuple[str, ...], what: str, cached: int = 1) -> bool:
    """Whether what the invariant of tests/kernel/models/dies_later.py denies comes about."""
    return what in tried("dies_later", events, what, {"CACHED": cached})


def tried(model: str, events: tuple[str, ...], what: str, settings: dict[str, Setting]) -> frozenset[str]:
    return Tried(model, (1, 2, 2), (*events, "oops-continues"), settings=settings, properties=(what,)).found()


@pytest.mark.parametrize("where", ["dies-in-second-round", "dies-before-work"])
def test_a_task_dies_in_its_second_round_and_the_machine_goes_on(where: str) -> None:
    assert reached(("touch",), where)


def test_a_task_dies_where_its_system_call_is_over_and_not_in_it() -> None:
    """A guard page that is hit in a system call, where locks may be held, still stops the machine."""
    assert reached(("touch", "fork"), "is-killed")
    assert not reached(("touch", "fork"), "dies-in-system-call")


@pytest.mark.parametrize("events", [("irq", "oom"), ("irq", "oom", "exit"), ("nmi", "oom")], ids=",".join)
def test_an_oops_of_an_interrupt_kills_no_task(events: tuple[str, ...]) -> None:
    """Interrupts, NMIs and the RCU callback of a dead task's stack find an empty pool, and the fault is refused."""
    assert not reached(events, "is-killed", cached=0)
    assert "fault-resolved" in tried("rfc_v1_nr_fixed", events, "fault-resolved", {})
