# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks for arm64 on Linux 7.0: the version of 2026.

As arm64_global_pool, with its global pool and what is assumed of it there (GLOBAL_POOL_PAGES), but

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
    ARCH,
    GLOBAL_POOL_PAGES,
    IRQ_WORK_SHARED,
    KEPT_PAGES,
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
    fork_init_dynamic_stack,
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
    "ARCH",
    "GLOBAL_POOL_PAGES",
    "IRQ_WORK_SHARED",
    "KEPT_PAGES",
    "alloc_vmap_stack_dynamic",
    "dynamic_stack",
    "dynamic_stack_fault",
    "dynamic_stack_free_pages_cpu",
    "dynamic_stack_init",
    "dynamic_stack_refill_global",
    "dynamic_stack_refill_pages_cpu",
    "fork_init_dynamic_stack",
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
        "area-agrees": "2581fc60292a",
        "area-owned": "852023b1f98e",
        "capacity": "b5e8cdfc8460",
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
        "one-owner": "512d80412541",
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
        "fair: irq_work_runs": "01e581820bae",
        "fair: spinlocks_are_queues": "307dc54fc2bb",
        "fair: spinlocks_are_queues_in_exceptions": "c982e0b2c334",
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
        states=937,
        transitions=999,
        depth=70,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "late-fault"),
        violated={"charge-once": 29, "mark-earned": 52, "refill-owed": 29},
        states=4_635,
        transitions=5_089,
        depth=95,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "late-fault"),
        violated={"charge-once": 29, "mark-earned": 50, "refill-eventually": 67, "refill-owed": 29},
        states=101_235,
        transitions=110_459,
        depth=161,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("late-fault", "nmi"),
        violated={
            "lock-recursion": 37,
            "no-wild-pointer": 28,
            "fault-resolved": 19,
            "charge-once": 29,
            "handler-reentrant": 24,
            "mark-earned": 52,
            "refill-owed": 29,
        },
        states=24_181,
        transitions=24_923,
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
        states=717,
        transitions=744,
        depth=42,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3, "GLOBAL_POOL_PAGES": 1},
        events=("touch", "late-fault"),
        violated={
            "fault-resolved": 59,
            "charge-once": 29,
            "capacity": 59,
            "mark-earned": 50,
            "refill-eventually": 67,
            "refill-owed": 29,
        },
        states=93_353,
        transitions=102_013,
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
        states=30_109,
        transitions=32_577,
        depth=120,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "fork"),
        violated={"mark-earned": 37},
        states=7_315,
        transitions=7_880,
        depth=159,
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
        states=8_723,
        transitions=9_521,
        depth=109,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "hotplug"),
        violated={},
        states=2_979,
        transitions=4_010,
        depth=71,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "oom", "hotplug"),
        violated={"online-full": 28, "null-retried": 36},
        states=3_937,
        transitions=5_206,
        depth=71,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("late-fault", "migrate", "hotplug"),
        violated={"no-wild-pointer": 44, "charge-once": 29, "tag-live": 40, "refill-eventually": 46, "refill-owed": 29},
        states=2_797,
        transitions=4_600,
        depth=78,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2, "GLOBAL_POOL_PAGES": 2},
        events=("late-fault",),
        violated={"charge-once": 29, "mark-earned": 52, "refill-owed": 29},
        states=97_071,
        transitions=194_074,
        depth=99,
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
