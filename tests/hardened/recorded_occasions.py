# SPDX-License-Identifier: GPL-2.0-only
"""The properties that no change of hardened is for: where each is put to the test all the same, and which have no occasion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hardened.recorded_changes import DEEP, MODELS, ONE, TWO_TASKS

TWO_BY_TWO = {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2}


@dataclass(frozen=True)
class Occasion:
    """A property that holds of hardened in this configuration, and what happens there that could violate it: an invariant of the
    model, which is hardened with such invariants."""

    property: str
    what: str
    name: str
    sizes: Mapping[str, int]
    events: tuple[str, ...]
    model: str = "occasions"

    @property
    def path(self) -> Path:
        return MODELS / f"{self.model}.py"

    def __str__(self) -> str:
        return self.property


OCCASIONS = (
    Occasion("area-agrees", "all levels of a stack are mapped", "full-stack", DEEP, ("touch",)),
    Occasion("fault-bounded", "an NMI enters the handler again, and finds a claim", "nested", ONE, ("touch", "nmi")),
    Occasion("live-page", "a task with frames below its first page is off the CPU", "left-deep", ONE, ("touch", "depth")),
    Occasion(
        "lock-recursion",
        "a stack fault where its CPU has the lock of the zone",
        "fault-under-lock",
        DEEP,
        ("touch", "allocator-fault"),
    ),
    Occasion("no-deadlock", "a CPU waits for a lock that another has", "waiting", TWO_BY_TWO, ("touch", "allocator-fault")),
    Occasion("right-stack", "a fault while `current` is still the previous task", "switch-fault", ONE, ("switch-fault",)),
    Occasion("service-context", "a page is charged under rq->lock", "under-rq-lock", ONE, ("touch",)),
    Occasion(
        "statistics-zero", "a task is dead, and its group counts a page", "counted-dead", TWO_TASKS, ("touch", "exit"), "counted"
    ),
)


@dataclass(frozen=True)
class Never:
    """A property that has nothing to look at in hardened: what would be needed does not happen in these configurations either. why:
    what makes it so."""

    property: str
    why: str
    name: str
    configurations: tuple[tuple[Mapping[str, int], tuple[str, ...]], ...]

    def __str__(self) -> str:
        return self.property


NEVER = (
    Never(
        "lock-held",
        "hardened takes no lock of its own, and turns neither preemption nor interrupts off",
        "something-held",
        (
            (ONE, ("touch", "late-fault", "irq", "softirq", "nmi", "oom", "sleep", "allocator-fault", "preempt")),
            (TWO_TASKS, ("touch", "fork", "exit", "preempt")),
        ),
    ),
    Never(
        "lock-order",
        "where a lock of the allocators is held, no code of hardened runs but the fault handler, which takes none",
        "second-lock",
        (
            (ONE, ("touch", "late-fault", "irq", "softirq", "nmi", "oom", "sleep", "allocator-fault", "preempt")),
            (TWO_TASKS, ("oom", "fork", "exit", "allocator-fault")),
        ),
    ),
)
