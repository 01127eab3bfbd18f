# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks for arm64 on Linux 7.0: the version of 2026.

As arm64_global_pool, with its global pool and what is assumed of it there (GLOBAL_POOL_PAGES, REFILL_LOCKED), but

- the loop over several pages stores each at pages[vm_area->nr_pages] and counts nr_pages++, read from the area each time
  round;
- a stack that has grown is not cached for the next fork, but freed.

Written from these facts, not from the patch. What they leave open, and what is assumed here:

- nr_pages++ is a load and a store, directly after the store to pages[].
- The loop begins at the address that nr_pages gave when the handler looked whether the fault is in the hole. That one read
  is kept in a local, as before.
- A stack has grown if it has more pages than it was made with; what was once mapped never goes back.
- A page table entry that is present already refuses the fault after the page is in pages[] and counted, as before.
"""

from checker.language import Expected, Recorded, function, implements
from models.arm64_global_pool import (
    GLOBAL_POOL_PAGES,
    KEPT_PAGES,
    REFILL_LOCKED,
    dynamic_stack_get_page,
    dynamic_stack_init,
    dynamic_stack_refill_global,
    is_for_faults,
    is_in_global_pool,
)
from models.rfc_v1 import (
    alloc_vmap_stack_dynamic,
    dynamic_stack,
    dynamic_stack_free_pages_cpu,
    dynamic_stack_refill_pages_cpu,
    free_vmap_stack_dynamic,
    uncharge_stack,
)
from spec.kernel import (
    PREALLOC_PAGES,
    STACK_PAGES,
    Level,
    Task,
    TaskFlags,
    VmArea,
    may_cache_stack,
    set_pte_at,
    stack_fault,
)

__all__ = [
    "GLOBAL_POOL_PAGES",
    "KEPT_PAGES",
    "REFILL_LOCKED",
    "alloc_vmap_stack_dynamic",
    "dynamic_stack",
    "dynamic_stack_fault",
    "dynamic_stack_free_pages_cpu",
    "dynamic_stack_init",
    "dynamic_stack_refill_global",
    "dynamic_stack_refill_pages_cpu",
    "free_vmap_stack_dynamic",
    "is_for_faults",
    "is_in_global_pool",
    "uncharge_stack",
]


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    # Is the address inside the stack area of this task?
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area or level >= STACK_PAGES:
        return False
    nr_pages = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    # Is it within the hole?
    if level < nr_pages:
        return False
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        vm_area.pages[vm_area.nr_pages] = page
        vm_area.nr_pages += 1
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(may_cache_stack)
@function
def has_not_grown(stack: VmArea) -> bool:
    return stack.nr_pages <= PREALLOC_PAGES


RECORDED = Recorded(
    properties={
        "area-agrees": "da24eefca797",
        "area-owned": "714fbf803bb2",
        "capacity": "0a2a6aba850d",
        "charge-once": "0e2d6df16de0",
        "fault-bounded": "c71269d22f34",
        "fault-resolved": "064c6a53a339",
        "free-context": "fdc2c72dc621",
        "handler-reentrant": "65c078b9ab16",
        "live-page": "7bb24f004ad9",
        "lock-held": "3de2aabd8620",
        "lock-order": "381b48ac424d",
        "lock-recursion": "f051c88ad2e1",
        "mark-earned": "4aae61c3685c",
        "no-deadlock": "e3b0c44298fc",
        "no-sleep-atomic": "5691dfd4d245",
        "no-wild-pointer": "d5add1bedf66",
        "null-retried": "d2fe46b94b4a",
        "one-owner": "e566ec3ff707",
        "online-full": "b4ae5c7f50d5",
        "refill-eventually": "3a31f4b3decb",
        "refill-owed": "24a82c1c59dc",
        "remote-access": "8e63fbc0a176",
        "right-stack": "5b68406cf6ef",
        "service-context": "322c4a59955d",
        "single-hole": "bd4a58110e10",
        "statistics-zero": "c2e647bbdcbe",
        "tag-live": "f57859da5dcc",
        "task-runs": "022b5e16b4ae",
        "zeroed": "0aa96b487e2c",
    },
    assumptions={
        "fair: allocations_succeed": "0889fe19cb3b",
        "fair: idle_gives_way": "3f6bdfd86aeb",
        "fair: idle_schedules": "815f3b502a65",
        "fair: irq_work_runs": "c21857fc9e65",
        "fair: tasks_run": "88ceec78d203",
        "hook: may_cache_stack": "b67e8c649387",
    },
)

EXPECTED = (
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 4},
        events=("touch",),
        violated={},
        states=604,
        transitions=638,
        depth=97,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "late-fault"),
        violated={"charge-once": 29, "refill-eventually": 52, "refill-owed": 29},
        states=817,
        transitions=872,
        depth=70,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "late-fault"),
        violated={"charge-once": 29, "mark-earned": 52, "refill-owed": 29},
        states=4_203,
        transitions=4_629,
        depth=95,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "late-fault"),
        violated={"charge-once": 29, "mark-earned": 50, "refill-eventually": 67, "refill-owed": 29},
        states=92_319,
        transitions=100_991,
        depth=161,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("late-fault", "nmi"),
        violated={
            "lock-recursion": 38,
            "no-wild-pointer": 29,
            "fault-resolved": 20,
            "charge-once": 29,
            "handler-reentrant": 25,
            "mark-earned": 52,
            "refill-owed": 29,
        },
        states=18_177,
        transitions=18_825,
        depth=95,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "irq"),
        violated={"charge-once": 31, "refill-eventually": 54, "refill-owed": 31},
        states=769,
        transitions=902,
        depth=70,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3, "GLOBAL_POOL_PAGES": 1},
        events=("touch", "oom"),
        violated={"fault-resolved": 73, "charge-once": 60, "null-retried": 52, "refill-eventually": 73, "refill-owed": 56},
        states=19_915,
        transitions=22_377,
        depth=147,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "nmi"),
        violated={"no-wild-pointer": 30, "fault-resolved": 21, "charge-once": 29, "handler-reentrant": 26, "refill-owed": 29},
        states=688,
        transitions=713,
        depth=42,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3, "GLOBAL_POOL_PAGES": 1},
        events=("touch", "late-fault"),
        violated={
            "fault-resolved": 60,
            "charge-once": 29,
            "capacity": 60,
            "mark-earned": 50,
            "refill-eventually": 67,
            "refill-owed": 29,
        },
        states=84_619,
        transitions=92_747,
        depth=161,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "exit"),
        violated={"charge-once": 46, "free-context": 51},
        states=40_593,
        transitions=43_483,
        depth=162,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "GLOBAL_POOL_PAGES": 2},
        events=("touch", "late-fault", "exit"),
        violated={
            "no-wild-pointer": 75,
            "charge-once": 30,
            "free-context": 43,
            "one-owner": 49,
            "tag-live": 38,
            "mark-earned": 54,
            "refill-eventually": 45,
            "refill-owed": 30,
        },
        states=28_989,
        transitions=31_389,
        depth=120,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "fork"),
        violated={"mark-earned": 36},
        states=7_179,
        transitions=7_739,
        depth=158,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "sleep"),
        violated={"charge-once": 40, "no-sleep-atomic": 27},
        states=1_193,
        transitions=1_301,
        depth=93,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("late-fault", "sleep"),
        violated={"charge-once": 29, "mark-earned": 55, "no-sleep-atomic": 27, "refill-owed": 29},
        states=8_017,
        transitions=8_767,
        depth=109,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "hotplug"),
        violated={},
        states=2_775,
        transitions=3_800,
        depth=68,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "oom", "hotplug"),
        violated={"online-full": 26, "null-retried": 36},
        states=3_625,
        transitions=4_886,
        depth=68,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("late-fault", "migrate", "hotplug"),
        violated={"no-wild-pointer": 43, "charge-once": 29, "refill-eventually": 46, "refill-owed": 29, "tag-live": 40},
        states=2_447,
        transitions=4_054,
        depth=75,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2, "GLOBAL_POOL_PAGES": 2, "REFILL_LOCKED": 0},
        events=("late-fault",),
        violated={"charge-once": 29, "mark-earned": 52, "refill-owed": 29},
        states=72_425,
        transitions=144_154,
        depth=97,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "migrate"),
        violated={},
        states=483_441,
        transitions=1_000_494,
        depth=160,
    ),
)
