# SPDX-License-Identifier: GPL-2.0-only
"""The controls of the properties of locks."""

from __future__ import annotations

from tests.properties.control import Control, Planted

OF_LOCKS = (
    Control(
        "lock-recursion",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(181, 200, 50),
        reached={"reached-interrupted": 27},
        planted={1: Planted(28, 199)},
    ),
    Control(
        "lock-recursion",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2, "SPARE_PAGES": 1},
        *(239, 280, 63),
        reached={"reached-interrupted": 29},
        planted={2: Planted(12, 46, {"free-context": 16}), 3: Planted(13, 421), 4: Planted(50, 281, rare=True)},
        events=("allocator-fault",),
    ),
    Control(
        "lock-order",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(234, 257, 55),
        reached={"reached-two": 31},
        planted={
            1: Planted(35, 179),
            2: Planted(35, 179),
        },
    ),
    Control(
        "lock-order",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(225, 259, 38),
        reached={},
        planted={
            3: Planted(21, 173, {"no-sleep-atomic": 12}),
        },
        events=("exit",),
    ),
    Control(
        "lock-order",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(278, 323, 67),
        reached={"reached-two": 33},
        planted={
            4: Planted(35, 304),
        },
        events=("allocator-fault",),
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(298, 328, 71),
        reached={"reached-all": 36, "reached-in-interrupt": 32},
        planted={
            1: Planted(47, 338),
            2: Planted(24, 225, {"lock-recursion": 51}),
            3: Planted(35, 295, {"lock-recursion": 58}),
            5: Planted(47, 290),
            6: Planted(47, 200),
            7: Planted(47, 290),
            8: Planted(47, 378),
            9: Planted(54, 277),
            11: Planted(42, 160),
            12: Planted(42, 160),
            13: Planted(42, 160),
            14: Planted(42, 160),
        },
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(416, 458, 70),
        reached={"reached-all": 35, "reached-in-interrupt": 31},
        planted={
            2: Planted(21, 545, {"lock-recursion": 22}),
        },
        events=("nmi",),
        also={"charge-once": 34, "refill-owed": 34},
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(613, 685, 73),
        reached={},
        planted={
            4: Planted(15, 609),
            10: Planted(20, 1_265, {"lock-recursion": 27, "no-sleep-atomic": 14}),
        },
        events=("exit", "sleep"),
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(127, 142, 58),
        reached={},
        planted={},
        events=("fork",),
    ),
    Control(
        "lock-held",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        *(498, 859, 43),
        reached={},
        planted={},
        events=("hotplug",),
    ),
)
