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
        planted={
            2: Planted(12, 40, {"service-context": 13}),
            3: Planted(13, 43, {"service-context": 14}),
            4: Planted(50, 212, {"service-context": 33}, rare=True),
        },
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
        *(343, 374, 88),
        reached={"reached-all": 42, "reached-in-interrupt": 38},
        planted={
            1: Planted(53, 351),
            2: Planted(30, 214, {"lock-recursion": 55}),
            3: Planted(41, 316, {"lock-recursion": 62}),
            5: Planted(53, 335),
            6: Planted(53, 239),
            7: Planted(53, 335),
            8: Planted(53, 345),
            9: Planted(60, 321),
            11: Planted(48, 177),
            12: Planted(48, 177),
            13: Planted(48, 177),
            14: Planted(48, 177),
            15: Planted(49, 184),
            16: Planted(49, 179),
        },
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        *(535, 583, 87),
        reached={"reached-all": 41, "reached-in-interrupt": 37},
        planted={
            2: Planted(27, 659, {"refill-owed": 44, "lock-recursion": 28, "charge-once": 44}),
        },
        events=("nmi",),
        also={"charge-once": 44, "refill-owed": 44},
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(815, 891, 95),
        reached={},
        planted={
            4: Planted(21, 811),
            10: Planted(31, 1679, {"lock-recursion": 38, "no-sleep-atomic": 20}),
        },
        events=("exit", "sleep"),
    ),
    Control(
        "lock-held",
        {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        *(181, 196, 80),
        reached={},
        planted={},
        events=("fork",),
    ),
    Control(
        "lock-held",
        {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        *(1448, 2679, 73),
        reached={},
        planted={},
        events=("hotplug",),
    ),
)
