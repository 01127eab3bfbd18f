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

from checker.language.python.load import load_program
from checker.language.tree import Program

CONTROLS = Path(__file__).parent / "controls"
EVENTS = ("touch",)
REACHED = "reached"


@dataclass(frozen=True)
class Planted:
    """A planted fault. length: of the shortest violation of the control's property, in steps. others: further properties that cannot
    but be violated too, with the same for them. rare: random walks hardly come upon it."""

    length: int
    states: int
    others: Mapping[str, int] = field(default_factory=dict)
    rare: bool = False


@dataclass(frozen=True, eq=False)
class Control:
    """A control in one configuration. sizes: all parameters but PLANTED. states, transitions, depth: of the sound model. reached: when
    each occasion first comes there, in steps. like_fixed: the sound model is rfc_v1_nr_fixed, state for state. also: what the sound
    model violates all the same, as its own text explains. part: names the file where a property has more than one.
    bears_on: properties that it does not violate, whose formulas its faults hold in place all the same."""

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
    part: str = ""
    bears_on: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return CONTROLS / f"{(self.identifier + self.part).replace('-', '_')}.py"

    def program(self, planted: int) -> Program:
        """The model with that fault planted, 0: none."""
        return load_program(self.path, {**self.sizes, "PLANTED": planted}, self.events)

    def __str__(self) -> str:
        return ",".join([self.identifier + self.part, *(f"{name}={value}" for name, value in self.sizes.items())])


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
        planted={
            1: Planted(19, 176),
            2: Planted(13, 69),
            3: Planted(11, 244),
            4: Planted(20, 103),
            5: Planted(14, 129),
            6: Planted(16, 79),
            7: Planted(17, 135),
        },
        like_fixed=True,
        bears_on=("capacity", "handler-reentrant"),
    ),
    Control(
        "single-hole",
        ONE_TASK,
        *(244, 260, 66),
        reached={"reached-partly-mapped": 20, "reached-in-between": 15},
        planted={1: Planted(27, 239), 2: Planted(20, 190, {"fault-resolved": 24})},
        like_fixed=True,
    ),
    Control(
        "single-hole",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        *(3_313, 3_623, 125),
        reached={"reached-partly-mapped": 20, "reached-in-between": 15},
        planted={3: Planted(15, 1_932, {"fault-resolved": 31})},
        like_fixed=True,
    ),
    Control(
        "area-agrees",
        ONE_TASK,
        *(244, 260, 66),
        reached={"reached-full": 28, "reached-in-between": 14},
        planted={1: Planted(28, 288)},
        like_fixed=True,
        bears_on=("charge-once",),
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
            8: Planted(64, 260, {"charge-once": 59, "tag-live": 49}),
            9: Planted(47, 265, {"charge-once": 60, "tag-live": 50, "no-wild-pointer": 60}),
        },
        like_fixed=True,
        bears_on=("zeroed",),
    ),
    Control(
        "refill-owed",
        {**ONE_TASK, "AT_FINISH": 0},
        *(263, 279, 75),
        reached={"reached-owed": 21, "reached-in-fault": 14, "reached-at-work": 26, "reached-paid": 48},
        planted={
            1: Planted(46, 261, {"refill-eventually": 50}),
            2: Planted(34, 227, {"refill-eventually": 35, "mark-earned": 34}),
        },
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
        planted={1: Planted(40, 19_179, {"fault-bounded": 40, "task-runs": 40, "refill-eventually": 62})},
    ),
    Control(
        "refill-eventually",
        ONE_TASK,
        *(267, 295, 66),
        reached={"reached-tagged": 13, "reached-waiting": 26},
        planted={1: Planted(28, 248, {"no-deadlock": 27})},
        events=("touch", "oom"),
    ),
    Control(
        "null-retried",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(138, 152, 45),
        reached={"reached-empty": 31, "reached-retried": 35},
        planted={1: Planted(34, 113), 2: Planted(46, 180)},
        events=("touch", "oom"),
    ),
    Control(
        "fault-bounded",
        {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        *(25_037, 49_594, 84),
        reached={"reached-fault": 8, "reached-both": 19},
        planted={
            1: Planted(23, 23_749),
            2: Planted(15, 4_889, {"refill-eventually": 22, "task-runs": 22, "no-deadlock": 21}),
            3: Planted(38, 13_685, {"no-deadlock": 38, "task-runs": 38}),
        },
    ),
    Control(
        "one-owner",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2, "SPARE_PAGES": 2},
        *(92, 99, 40),
        reached={"reached-handed-over": 14, "reached-in-flight": 27, "reached-all-refilled": 28},
        planted={10: Planted(32, 97), 11: Planted(33, 98)},
        like_fixed=True,
    ),
    Control(
        "one-owner",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(1_769, 1_919, 80),
        reached={"reached-handed-over": 15, "reached-in-flight": 28, "reached-all-refilled": 29},
        planted={12: Planted(48, 1_903)},
        events=("touch", "exit"),
    ),
    Control(
        "one-owner",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        *(2_567, 3_542, 65),
        reached={"reached-handed-over": 14, "reached-in-flight": 23, "reached-all-refilled": 28},
        planted={13: Planted(15, 3_677), 14: Planted(28, 3_857)},
        events=("touch", "hotplug"),
    ),
    Control(
        "charge-once",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(2_047, 2_203, 85),
        reached={"reached-charged": 37, "reached-uncharged": 19},
        planted={5: Planted(22, 1_931), 6: Planted(47, 3_121), 7: Planted(21, 4_337)},
        events=("touch", "exit"),
    ),
    Control(
        "capacity",
        {**ONE_TASK, "SPARE_PAGES": 1},
        *(255, 271, 66),
        reached={"reached-last-page": 26},
        planted={1: Planted(33, 266, {"fault-resolved": 33})},
        bears_on=("one-owner",),
    ),
    Control(
        "capacity",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "SPARE_PAGES": 1},
        *(989, 1_135, 67),
        reached={"reached-last-page": 18},
        planted={},
        events=("touch", "oom"),
        also={"fault-resolved": 38},
    ),
    Control(
        "free-context",
        {"CPUS": 1, "TASKS": 3, "STACK_PAGES": 2},
        *(4_248, 4_941, 78),
        reached={"reached-freed": 42, "reached-freeing": 35},
        planted={1: Planted(30, 4_803), 2: Planted(39, 5_277)},
        events=("exit",),
    ),
    Control(
        "free-context",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2, "SPARE_PAGES": 1},
        *(95, 102, 42),
        reached={},
        planted={3: Planted(19, 56)},
    ),
    Control(
        "handler-reentrant",
        ONE_TASK,
        *(444, 515, 28),
        reached={"reached-reentered": 15, "reached-alone": 10},
        planted={
            1: Planted(22, 636, {"one-owner": 22}, rare=True),
            2: Planted(21, 476, {"fault-resolved": 21}, rare=True),
            3: Planted(14, 527, {"one-owner": 12}),
            4: Planted(14, 551, {"one-owner": 12}),
        },
        events=("touch", "nmi"),
    ),
    Control(
        "handler-reentrant",
        {**ONE_TASK, "EXCEPTION_STACKS": 1},
        *(192, 227, 28),
        reached={"reached-alone": 10},
        planted={},
        events=("touch", "nmi"),
        also={"handler-reentrant": 9},
    ),
    Control(
        "mark-earned",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "AT_FINISH": 0},
        *(1_215, 1_307, 100),
        reached={"reached-marked": 21, "reached-in-between": 28, "reached-child": 23},
        planted={1: Planted(37, 1_313, rare=True), 2: Planted(30, 1_206)},
        events=("touch", "fork"),
    ),
    Control(
        "mark-earned",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "AT_FINISH": 1},
        *(717, 789, 78),
        reached={"reached-marked": 20, "reached-in-between": 31},
        planted={3: Planted(33, 709)},
    ),
    Control(
        "no-sleep-atomic",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "SPARE_PAGES": 2},
        *(1_440, 1_555, 99),
        reached={"reached-may-sleep": 14, "reached-asleep": 21},
        planted={1: Planted(30, 1_907), 2: Planted(7, 5_193), 3: Planted(21, 1_685)},
        events=("touch", "fork", "sleep"),
    ),
    Control(
        "online-full",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        *(297, 487, 40),
        reached={"reached-prepared": 29},
        planted={1: Planted(28, 289), 2: Planted(30, 297, {"refill-owed": 27, "tag-live": 27})},
        events=("hotplug",),
    ),
    Control(
        "remote-access",
        {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        *(20_933, 41_466, 78),
        reached={"reached-readable": 20, "reached-unmapped": 4},
        planted={1: Planted(23, 20_973), 2: Planted(8, 21_885)},
        events=("touch", "remote-read"),
    ),
    Control(
        "right-stack",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(865, 945, 67),
        reached={"reached-window": 17, "reached-outside": 19},
        planted={1: Planted(20, 857)},
        events=("touch", "switch-fault"),
    ),
    Control(
        "tag-live",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(1_965, 2_115, 96),
        reached={"reached-tagged": 25, "reached-in-fault": 15},
        planted={1: Planted(54, 2_179)},
        events=("touch", "exit"),
    ),
    Control(
        "tag-live",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        *(2_883, 4_257, 76),
        reached={"reached-in-fault": 14},
        planted={2: Planted(53, 3_816, {"refill-eventually": 41}, rare=True)},
        events=("touch", "hotplug", "migrate"),
    ),
    Control(
        "zeroed",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(5_905, 6_339, 136),
        reached={"reached-cached": 71, "reached-refilled": 18},
        planted={
            1: Planted(61, 3_999, rare=True),
            2: Planted(17, 359),
            3: Planted(23, 527),
            4: Planted(77, 4_857, {"single-hole": 64}),
        },
        events=("touch", "fork", "exit"),
    ),
    Control(
        "mark-earned",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "AT_FINISH": 0},
        *(2_273, 2_447, 90),
        reached={"reached-marked": 21, "reached-in-between": 28},
        planted={4: Planted(17, 2_590)},
        events=("touch", "exit"),
    ),
    Control(
        "right-stack",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(88, 103, 41),
        reached={},
        planted={},
        events=("fork",),
    ),
    Control(
        "remote-access",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(89, 104, 42),
        reached={"reached-unmapped": 4, "reached-child": 18},
        planted={3: Planted(16, 32)},
        events=("fork", "remote-read"),
    ),
    Control(
        "area-owned",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(6_088, 7_373, 167),
        reached={"reached-freed": 54, "reached-cached": 94, "reached-rcu": 45, "reached-vfree": 50},
        planted={1: Planted(49, 2_706), 2: Planted(106, 5_940, rare=True)},
        events=("fork", "exit"),
    ),
    Control(
        "task-runs",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(1_140, 1_215, 122),
        reached={"reached-waiting": 26, "reached-given-way": 16, "reached-child": 10},
        planted={1: Planted(5, 5), 2: Planted(20, 1_148), 3: Planted(67, 662, {"no-deadlock": 11})},
        events=("touch", "fork"),
    ),
    Control(
        "capacity",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(129, 145, 26),
        reached={"reached-last-page": 11},
        planted={2: Planted(19, 150, {"fault-resolved": 19}, rare=True)},
        events=("touch", "nmi"),
        bears_on=("handler-reentrant",),
    ),
    Control(
        "handler-reentrant",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(360, 402, 29),
        reached={"reached-reentered": 14, "reached-alone": 10},
        planted={},
        events=("touch", "nmi", "fork"),
    ),
    Control(
        "free-context",
        {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        *(3_152, 5_848, 48),
        reached={"reached-freed": 0, "reached-freeing": 18},
        planted={4: Planted(18, 592, {"no-sleep-atomic": 13, "no-deadlock": 16}), 5: Planted(9, 3_782), 6: Planted(15, 4_136)},
        events=("fork", "sleep"),
    ),
    Control(
        "one-owner",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "SPARE_PAGES": 2},
        *(915, 1_063, 60),
        reached={"reached-in-hand": 10},
        planted={1: Planted(42, 853)},
        events=("exit",),
        part="-in-hand",
    ),
    Control(
        "one-owner",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "SPARE_PAGES": 1},
        *(24, 29, 17),
        reached={"reached-in-hand": 9},
        planted={},
        events=("fork",),
        part="-in-hand",
    ),
    Control(
        "null-retried",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        *(449, 797, 40),
        reached={"reached-empty": 16},
        planted={},
        events=("hotplug",),
    ),
)
