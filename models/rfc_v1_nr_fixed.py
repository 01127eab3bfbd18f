# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1 with its multi-page loop mended, and nothing else: what is still wrong then.

nr_pages is counted up with every page that the loop takes, so that each page is stored in its own place.
"""

from checker.language import Expected, Recorded, implements
from models.rfc_v1 import (
    alloc_vmap_stack_dynamic,
    dynamic_stack,
    dynamic_stack_free_pages_cpu,
    dynamic_stack_get_page,
    dynamic_stack_refill_pages_cpu,
    fork_init_dynamic_stack,
    free_vmap_stack_dynamic,
    uncharge_stack,
)
from spec.kernel import STACK_PAGES, Count, Level, Task, TaskFlags, VmArea, set_pte_at, stack_fault

__all__ = [
    "alloc_vmap_stack_dynamic",
    "dynamic_stack",
    "dynamic_stack_fault",
    "dynamic_stack_free_pages_cpu",
    "dynamic_stack_refill_pages_cpu",
    "fork_init_dynamic_stack",
    "free_vmap_stack_dynamic",
    "uncharge_stack",
]


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    # Is the address inside tsk->stack?
    if stack is not tsk.stack_vm_area or level >= STACK_PAGES:
        return False
    vm_area = tsk.stack_vm_area
    if vm_area is None:
        return False
    nr_pages: Count = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    # Is it within the hole?
    if level < nr_pages:
        return False
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


RECORDED = Recorded(
    properties={
        "area-agrees": "2581fc60292a",
        "area-owned": "852023b1f98e",
        "capacity": "931b70db0e66",
        "charge-once": "528eac8e61c7",
        "fault-bounded": "ec94bda8776b",
        "fault-resolved": "482cafd111eb",
        "free-context": "576d7d24ab18",
        "handler-reentrant": "4d549eb4440a",
        "live-page": "4052755d0f46",
        "lock-held": "c0857c01b993",
        "lock-order": "ca10797b65f9",
        "lock-recursion": "c2aaec2e606c",
        "mark-earned": "832434a53bc0",
        "no-deadlock": "e3b0c44298fc",
        "no-sleep-atomic": "1cb9d499d508",
        "no-wild-pointer": "198d70f55f1e",
        "null-retried": "430ba223f6ae",
        "one-owner": "7990420175ea",
        "online-full": "d2ca6de0ca27",
        "refill-eventually": "8852e8278696",
        "refill-owed": "60c89b584605",
        "remote-access": "407ccac4be33",
        "right-stack": "cb1af0e0b768",
        "service-context": "b6e08fa0480b",
        "single-hole": "e473a50be61b",
        "statistics-zero": "a545ad962a9d",
        "tag-live": "109070404b39",
        "task-runs": "2c73fae419f8",
        "zeroed": "3425471bea70",
    },
    assumptions={
        "fair: allocations_succeed": "0889fe19cb3b",
        "fair: allocators_locks_are_queues": "f76263d1312a",
        "fair: idle_gives_way": "3f6bdfd86aeb",
        "fair: idle_schedules": "815f3b502a65",
        "fair: tasks_run": "88ceec78d203",
    },
)

EXPECTED = (
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 4},
        events=("touch",),
        violated={},
        states=556,
        transitions=590,
        depth=91,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("sleep", "fork", "area-oom"),
        violated={"no-wild-pointer": 20, "one-owner": 30},
        states=189,
        transitions=223,
        depth=58,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("late-fault",),
        violated={"charge-once": 27, "refill-eventually": 48, "refill-owed": 27},
        states=581,
        transitions=629,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "oom"),
        violated={"fault-resolved": 49, "charge-once": 56, "null-retried": 50, "refill-eventually": 69, "refill-owed": 52},
        states=8_291,
        transitions=9_225,
        depth=125,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "late-fault"),
        violated={
            "fault-resolved": 40,
            "charge-once": 27,
            "capacity": 40,
            "mark-earned": 46,
            "refill-eventually": 63,
            "refill-owed": 27,
        },
        states=32_967,
        transitions=36_003,
        depth=153,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        events=("late-fault", "migrate"),
        violated={"charge-once": 27, "refill-eventually": 44, "refill-owed": 27},
        states=9_585,
        transitions=17_080,
        depth=95,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("irq",),
        violated={"charge-once": 29, "refill-eventually": 52, "refill-owed": 29},
        states=553,
        transitions=679,
        depth=70,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("nmi",),
        violated={"charge-once": 27, "refill-eventually": 48, "refill-owed": 27},
        states=681,
        transitions=736,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "softirq"),
        violated={"fault-resolved": 35, "charge-once": 30, "capacity": 35, "refill-owed": 30},
        states=1_644,
        transitions=2_114,
        depth=67,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "exit"),
        violated={"charge-once": 44},
        states=2_897,
        transitions=3_095,
        depth=86,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "fork", "exit"),
        violated={"charge-once": 64, "mark-earned": 37},
        states=11_809,
        transitions=12_496,
        depth=177,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("late-fault", "hotplug"),
        violated={"charge-once": 27, "refill-owed": 27},
        states=1_781,
        transitions=2_798,
        depth=65,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "migrate"),
        violated={},
        states=448_913,
        transitions=930_366,
        depth=152,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 4},
        events=("touch", "oom"),
        violated={"fault-resolved": 59, "charge-once": 56, "null-retried": 50, "refill-eventually": 69, "refill-owed": 52},
        states=93_271,
        transitions=103_941,
        depth=181,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 4},
        events=("touch",),
        violated={},
        states=1_714_681,
        transitions=3_459_846,
        depth=185,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        events=("oom", "boot"),
        violated={"online-full": 14},
        states=254,
        transitions=280,
        depth=51,
    ),
)
