# SPDX-License-Identifier: GPL-2.0-only
"""The controls of the property catalogue: which faults are planted, and what the checker has to say of them.

A control is a model that is right but for one planted fault, which PLANTED selects. It violates the property that it
controls, and only that one; with PLANTED=0 it violates nothing. Its own invariants, whose names begin with `reached`, say
that what the property speaks of never happens: that they are violated in the sound model is the proof that the property
does not hold there for want of an occasion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.language.load import load_program
from checker.language.tree import Program

CONTROLS = Path(__file__).parent / "controls"
EVENTS = ("touch",)
REACHED = "reached"


@dataclass(frozen=True)
class Planted:
    """A planted fault. length: of the shortest violation of the control's property, in steps. others: further properties that cannot
    but be violated too, with the same for them."""

    length: int
    states: int
    others: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Control:
    """A control in one configuration. sizes: all parameters but PLANTED. states, transitions, depth: of the sound model. reached: when
    each occasion first comes there, in steps. like_fixed: the sound model is rfc_v1_nr_fixed, state for state. also: what the sound
    model violates all the same, as its own text explains."""

    identifier: str
    sizes: Mapping[str, int]
    states: int
    transitions: int
    depth: int
    reached: Mapping[str, int]
    planted: Mapping[int, Planted]
    like_fixed: bool = False
    events: tuple[str, ...] = EVENTS
    also: Mapping[str, int] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return CONTROLS / f"{self.identifier.replace('-', '_')}.py"

    def program(self, planted: int) -> Program:
        """The model with that fault planted, 0: none."""
        return load_program(self.path, {**self.sizes, "PLANTED": planted}, self.events)

    def __str__(self) -> str:
        return ",".join([self.identifier, *(f"{name}={value}" for name, value in self.sizes.items())])


def catalogue(properties: Iterable[str]) -> frozenset[str]:
    """The properties of the catalogue, without a control's own."""
    return frozenset(name for name in properties if not name.startswith(REACHED))


ONE_TASK = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}
RECORDED = (
    Control(
        "fault-resolved",
        ONE_TASK,
        *(244, 260, 66),
        reached={"reached-deep-fault": 25, "reached-guard-page": 40},
        planted={1: Planted(19, 172), 2: Planted(13, 69), 3: Planted(11, 244), 4: Planted(20, 99)},
        like_fixed=True,
    ),
    Control(
        "single-hole",
        ONE_TASK,
        *(244, 260, 66),
        reached={"reached-partly-mapped": 20, "reached-in-between": 15},
        planted={1: Planted(27, 239), 2: Planted(20, 187, {"fault-resolved": 24})},
        like_fixed=True,
    ),
    Control(
        "single-hole",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        *(3_313, 3_623, 125),
        reached={"reached-partly-mapped": 20, "reached-in-between": 15},
        planted={3: Planted(15, 1_905, {"fault-resolved": 31})},
        like_fixed=True,
    ),
    Control(
        "area-agrees",
        ONE_TASK,
        *(244, 260, 66),
        reached={"reached-full": 28, "reached-in-between": 14},
        planted={1: Planted(28, 288)},
        like_fixed=True,
    ),
    Control(
        "area-agrees",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(585, 645, 67),
        reached={"reached-full": 20, "reached-in-between": 14},
        planted={2: Planted(14, 585, {"one-owner": 17})},
        like_fixed=True,
    ),
    Control(
        "one-owner",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2, "SPARE_PAGES": 1},
        *(92, 99, 40),
        reached={"reached-handed-over": 14, "reached-in-flight": 27, "reached-all-refilled": 28},
        planted={1: Planted(27, 91), 2: Planted(31, 93), 3: Planted(29, 93)},
        like_fixed=True,
    ),
    Control(
        "one-owner",
        {**ONE_TASK, "SPARE_PAGES": 1},
        *(244, 260, 66),
        reached={"reached-handed-over": 14, "reached-in-flight": 27, "reached-all-refilled": 41},
        planted={
            4: Planted(21, 276),
            5: Planted(40, 243),
            6: Planted(12, 253),
            7: Planted(12, 235),
            8: Planted(64, 260, {"charge-once": 59}),
            9: Planted(47, 261, {"charge-once": 60}),
        },
        like_fixed=True,
    ),
    Control(
        "refill-owed",
        {**ONE_TASK, "AT_FINISH": 0},
        *(263, 279, 75),
        reached={"reached-owed": 21, "reached-in-fault": 14, "reached-at-work": 26, "reached-paid": 48},
        planted={1: Planted(46, 261, {"refill-eventually": 50}), 2: Planted(34, 227, {"refill-eventually": 35})},
    ),
    Control(
        "refill-owed",
        {**ONE_TASK, "AT_FINISH": 1},
        *(326, 346, 94),
        reached={"reached-owed": 21, "reached-in-fault": 14, "reached-at-work": 35, "reached-paid": 52},
        planted={1: Planted(50, 324, {"refill-eventually": 35})},
        also={"refill-eventually": 35},
    ),
    Control(
        "charge-once",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(633, 693, 71),
        reached={"reached-charged": 36, "reached-uncharged": 18},
        planted={1: Planted(34, 621), 2: Planted(30, 1_195), 3: Planted(27, 293), 4: Planted(29, 541)},
    ),
    Control(
        "no-wild-pointer",
        ONE_TASK,
        *(244, 260, 66),
        reached={"reached-tag": 22, "reached-null": 2},
        planted={1: Planted(25, 149), 2: Planted(29, 157), 3: Planted(3, 4), 4: Planted(16, 67)},
        like_fixed=True,
    ),
    Control(
        "no-deadlock",
        {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        *(23_787, 46_938, 88),
        reached={"reached-waiting": 36, "reached-idle": 8},
        planted={1: Planted(40, 19_179, {"fault-bounded": 47, "refill-eventually": 62}), 2: Planted(0, 1)},
    ),
    Control(
        "refill-eventually",
        ONE_TASK,
        *(248, 272, 66),
        reached={"reached-tagged": 13, "reached-waiting": 26},
        planted={1: Planted(28, 248)},
        events=("touch", "oom"),
    ),
    Control(
        "null-retried",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(132, 144, 45),
        reached={"reached-empty": 31, "reached-retried": 35},
        planted={1: Planted(34, 113), 2: Planted(46, 174)},
        events=("touch", "oom"),
    ),
    Control(
        "fault-bounded",
        {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        *(25_037, 49_594, 84),
        reached={"reached-fault": 8, "reached-both": 19},
        planted={
            1: Planted(23, 23_749),
            2: Planted(15, 4_889, {"refill-eventually": 22}),
            3: Planted(45, 13_685, {"no-deadlock": 38}),
        },
    ),
)
