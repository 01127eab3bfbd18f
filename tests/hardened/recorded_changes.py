# SPDX-License-Identifier: GPL-2.0-only
"""What models/hardened.py does that rfc_v1 does not, a model without each of these changes, and what that violates.

The lengths of the counterexamples are recorded in docs/results/hardened.md, whose tables the tests make from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MODELS = Path(__file__).parent / "models"
ONE = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}
DEEP = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}
TWO_TASKS = {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}
TWO_CPUS = {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2}


@dataclass(frozen=True)
class Change:
    """A change, and the smallest configuration found in which it matters. number: of the bug that it removes, in the order of
    hardened's docstring; None: it removes another. what: the change. without: the file of the model that lacks it.
    occasion: the property of occasions.py that says when the change comes into play. beside: a model that lacks all that
    `without` lacks, but this change; hardened, if there is none."""

    number: int | None
    what: str
    without: str
    property: str
    sizes: Mapping[str, int]
    events: tuple[str, ...]
    occasion: str
    beside: str | None = None

    @property
    def path(self) -> Path:
        return MODELS / f"without_{self.without}.py"

    def __str__(self) -> str:
        return f"{self.number or 'other'}-{self.without}-{self.property}"


CHANGES = (
    Change(
        1, "each level is stored and counted by its own number", "01_counting_up", "single-hole", DEEP, ("touch",), "full-stack"
    ),
    Change(
        2,
        "pages are charged when the task is off the CPU",
        "02_charge_in_finish",
        "charge-once",
        ONE,
        ("late-fault",),
        "off-the-cpu",
    ),
    Change(2, "and to that task by name", "02_name_of_the_group", "charge-once", ONE, ("touch",), "off-the-cpu"),
    Change(
        3,
        "the pool is refilled in finish_task_switch too",
        "03_07_refill_in_finish",
        "tag-live",
        TWO_TASKS,
        ("late-fault", "exit"),
        "late-death",
    ),
    Change(
        4,
        "a slot taken after the refill has passed it is still owed",
        "04_forgetting_none",
        "refill-owed",
        DEEP,
        ("late-fault",),
        "fault-in-refill",
    ),
    Change(
        5,
        "needs_refill is cleared before the slots are looked at",
        "05_clearing_first",
        "refill-owed",
        DEEP,
        ("late-fault",),
        "fault-in-refill",
    ),
    Change(6, "the refill does not end at an empty slot", "06_going_on", "null-retried", ONE, ("touch", "oom"), "empty-slot"),
    Change(6, "an empty slot is owed", "06_still_owed", "null-retried", ONE, ("touch", "oom"), "empty-slot"),
    Change(
        7,
        "the pool is refilled in finish_task_switch too",
        "03_07_refill_in_finish",
        "no-wild-pointer",
        TWO_CPUS,
        ("late-fault", "migrate", "hotplug"),
        "down",
    ),
    Change(
        8,
        "a CPU whose pool cannot be filled does not come up",
        "08_failing",
        "online-full",
        TWO_CPUS,
        ("oom", "hotplug"),
        "failing",
    ),
    Change(
        9, "a child begins without its parent's mark", "09_own_mark", "mark-earned", TWO_TASKS, ("touch", "fork"), "marked-parent"
    ),
    Change(10, "the refill does not sleep", "10_no_reclaim", "no-sleep-atomic", ONE, ("touch", "sleep"), "refill"),
    Change(
        11,
        "the scheduler picks only whom the pool covers",
        "11_may_switch_to",
        "capacity",
        TWO_TASKS,
        ("late-fault",),
        "empty-pool",
    ),
    Change(11, "besides the task that is leaving", "11_leaving_task", "capacity", TWO_TASKS, ("late-fault",), "empty-pool"),
    Change(
        11,
        "and that is what a stack can still grow, not the whole of it",
        "11_levels_left",
        "task-runs",
        ONE,
        ("touch",),
        "off-the-cpu",
    ),
    Change(
        12,
        "the marks are set before a page is taken (besides 6 and 11)",
        "06_11_12",
        "refill-owed",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        ("touch", "oom", "oops-continues"),
        "short-pool",
        beside="06_11",
    ),
    Change(
        13,
        "the stack pointer says whose stack it is",
        "13_stack_pointer",
        "fault-resolved",
        ONE,
        ("switch-fault",),
        "switch-fault",
    ),
    Change(
        14,
        "a stack is uncharged when it is released",
        "14_released_last",
        "charge-once",
        TWO_TASKS,
        ("touch", "exit"),
        "grown-death",
    ),
    Change(
        15, "a page is claimed in the stack before its slot is marked", "15_claim", "capacity", ONE, ("touch", "nmi"), "nested"
    ),
    Change(15, "an NMI that finds a claim marks the slot", "15_helping", "handler-reentrant", ONE, ("touch", "nmi"), "nested"),
    Change(15, "levels are counted by cmpxchg", "15_atomic_count", "single-hole", DEEP, ("touch", "nmi"), "nested"),
    Change(
        None,
        "the pool is refilled at the start of __schedule too",
        "refill_at_start",
        "refill-eventually",
        ONE,
        ("touch",),
        "refill",
    ),
    Change(None, "the charge cannot fail", "nofail", "charge-once", ONE, ("touch", "charge-fail"), "off-the-cpu"),
    Change(
        None,
        "a stack is freed in process context",
        "deferred_free",
        "free-context",
        {"CPUS": 1, "TASKS": 3, "STACK_PAGES": 2},
        ("exit",),
        "put-off",
    ),
    Change(
        None,
        "and is handed on to there",
        "handing_on",
        "area-owned",
        {"CPUS": 1, "TASKS": 3, "STACK_PAGES": 2},
        ("exit",),
        "put-off",
    ),
    Change(None, "a new stack has a page", "first_page", "remote-access", TWO_TASKS, ("fork",), "child"),
    Change(
        None,
        "an area is unmapped where a stack cannot be made",
        "unmapping",
        "no-wild-pointer",
        TWO_TASKS,
        ("oom", "fork"),
        "no-stack",
    ),
    Change(None, "others read mapped pages only", "may_read", "remote-access", TWO_TASKS, ("remote-read",), "reader"),
    Change(
        None,
        "an idle CPU with a short pool tries again",
        "tick",
        "null-retried",
        TWO_CPUS,
        ("touch", "oom", "migrate"),
        "empty-slot",
    ),
    Change(
        None,
        "a bring-up that fails frees its pages",
        "clean_up",
        "one-owner",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        ("oom", "hotplug"),
        "failing",
    ),
    Change(None, "the pool of a dead CPU is emptied", "emptying", "one-owner", TWO_CPUS, ("hotplug",), "emptied"),
    Change(None, "a stack is uncharged", "uncharge", "charge-once", TWO_TASKS, ("exit",), "buried"),
    Change(None, "the refill zeroes pages", "zero", "zeroed", DEEP, ("touch",), "full-stack"),
)


@dataclass(frozen=True)
class Equal:
    """A change without which nothing is violated in these configurations. why: what makes it so."""

    what: str
    without: str
    why: str
    configurations: tuple[tuple[Mapping[str, int], tuple[str, ...]], ...] = field(default=())

    @property
    def path(self) -> Path:
        return MODELS / f"without_{self.without}.py"


EQUAL = (
    Equal(
        "the claim of a page is a cmpxchg, and not a load and a store",
        "atomic_claim",
        "an NMI in between looks through the slots in the same order, and so puts the same page into the same level",
        ((ONE, ("touch", "nmi")), (DEEP, ("touch", "nmi"))),
    ),
    Equal(
        "the marks are set before a page is taken, and not after",
        "marking_first",
        "with 11 no fault finds too few pages, and with 6 a CPU whose pool is short is marked already",
        ((DEEP, ("touch", "late-fault")), (ONE, ("touch", "nmi")), (TWO_TASKS, ("touch", "oom", "oops-continues"))),
    ),
    Equal(
        "needs_refill of a dead CPU is cleared",
        "clearing_when_dead",
        "when it comes up, one refill finds every slot filled",
        ((TWO_CPUS, ("touch", "oom", "hotplug")), (TWO_CPUS, ("late-fault", "migrate", "hotplug"))),
    ),
)
