# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks with a global pool: the rebase of 2025 for arm64.

As rfc_v1, multi-page loop and all, but a fault that finds the pool of its CPU empty takes a page from a global pool of
8, behind a raw spinlock. Who took one there queues an irq_work, before it gives the lock back. There is one irq_work, for
all CPUs. It takes the lock, and refills the global pool with the loop that refills a CPU's pool: for one slot after the
other, up to the first without a tag, it charges the page, accounts it in the statistics, allocates another with GFP_KERNEL
and stores that; then it gives the lock back.

Written from these facts, not from the patch. What they leave open, and what is assumed here:

- GLOBAL_POOL_PAGES is 8, as posted. With so many, the global pool is never empty at sizes that can be searched; what happens
  when it is shows with 1 or 2.
- The page is tagged under the lock, which is taken with interrupts off (as they are in the handler of a stack fault
  anyway), and not by trylock. An NMI whose own fault needs the lock waits for it.
- The irq_work charges as the refill in __schedule does, and names no group. Linux then charges nobody in an interrupt.
- The irq_work runs on the CPU that queued it, on a stack that does not fault. It is no longer pending when it begins, so
  that another CPU may queue it meanwhile; the lock keeps the two apart.
- It is queued by a fault that took a page, and by nobody else: not by one that finds both pools empty, which is refused,
  and not by a refill whose allocation failed.
- The global pool is full at boot. CPUs that go down or come up leave it alone.
- A fault that is refused in the middle of a range leaves what it has taken where it is, as in rfc_v1.
"""

from checker.language import (
    Array,
    Expected,
    Recorded,
    allocate,
    array,
    function,
    implements,
    initial,
    instance,
    parameter,
    routine,
)
from models.rfc_v1 import (
    acquired,
    alloc_vmap_stack_dynamic,
    dynamic_stack,
    dynamic_stack_free_pages_cpu,
    dynamic_stack_refill_pages_cpu,
    fork_init_dynamic_stack,
    free_vmap_stack_dynamic,
    is_acquired,
    not_acquired,
    uncharge_stack,
)
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Gfp,
    Level,
    Page,
    RawSpinlock,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    fault_may_take,
    holds_page,
    irq_work_queue,
    irq_work_run,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    raw_spin_lock_irqsave,
    raw_spin_unlock_irqrestore,
    set_pte_at,
    stack_fault,
    this_cpu,
)

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

GLOBAL_POOL_PAGES = parameter(8, 1, 8, "pages of the global pool; 8 as posted")
KEPT_PAGES = GLOBAL_POOL_PAGES
IRQ_WORK_SHARED = 1
ARCH = "arm64"

dynamic_stack_global_pages: Array[Page | None] = array(GLOBAL_POOL_PAGES)


@function
def global_lock() -> RawSpinlock:
    return instance(RawSpinlock, 0)


@initial
def dynamic_stack_init() -> None:
    for i in range(GLOBAL_POOL_PAGES):
        dynamic_stack_global_pages[i] = allocate(Page)


@implements(holds_page)
@function
def is_in_global_pool(page: Page) -> bool:
    """Whether the page is in the global pool, not tagged."""
    return any(dynamic_stack_global_pages[i] is page for i in range(GLOBAL_POOL_PAGES))


@implements(fault_may_take)
@function
def is_for_faults(page: Page) -> bool:
    return is_in_global_pool(page)


@routine
def dynamic_stack_get_global_page() -> Page | None:
    raw_spin_lock_irqsave(global_lock())
    for i in range(GLOBAL_POOL_PAGES):
        page = dynamic_stack_global_pages[i]
        if page and not is_acquired(page):
            dynamic_stack_global_pages[i] = acquired(page)
            irq_work_queue()
            raw_spin_unlock_irqrestore(global_lock())
            return page
    raw_spin_unlock_irqrestore(global_lock())
    return None


@routine
def dynamic_stack_get_page() -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            cpu.pool[i] = acquired(cpu.pool[i])
            return page
    return dynamic_stack_get_global_page()


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
        vm_area.pages[nr_pages] = page
        vm_area.nr_pages = nr_pages + 1
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(irq_work_run)
def dynamic_stack_refill_global() -> None:
    raw_spin_lock_irqsave(global_lock())
    for i in range(GLOBAL_POOL_PAGES):
        page = dynamic_stack_global_pages[i]
        if not is_acquired(page):
            break
        page = not_acquired(page)
        memcg_kmem_charge_page(page, Gfp.DIRECT_RECLAIM, None)
        mod_lruvec_page_state(page)
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        dynamic_stack_global_pages[i] = page
    raw_spin_unlock_irqrestore(global_lock())


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
    },
)

EXPECTED = (
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch",),
        violated={"area-agrees": 28, "single-hole": 28},
        states=288,
        transitions=306,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 4},
        events=("touch",),
        violated={"fault-resolved": 40, "area-agrees": 28, "single-hole": 28},
        states=797,
        transitions=839,
        depth=91,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "late-fault"),
        violated={"charge-once": 27, "area-agrees": 26, "refill-eventually": 48, "refill-owed": 27, "single-hole": 26},
        states=892,
        transitions=958,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "late-fault"),
        violated={"charge-once": 27, "mark-earned": 48, "refill-owed": 27},
        states=4_411,
        transitions=4_865,
        depth=91,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("late-fault", "nmi"),
        violated={
            "lock-recursion": 35,
            "fault-resolved": 17,
            "charge-once": 27,
            "handler-reentrant": 22,
            "mark-earned": 48,
            "refill-owed": 27,
        },
        states=18_485,
        transitions=19_297,
        depth=91,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "irq"),
        violated={"charge-once": 29, "area-agrees": 28, "refill-eventually": 50, "refill-owed": 29, "single-hole": 28},
        states=781,
        transitions=943,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3, "GLOBAL_POOL_PAGES": 1},
        events=("touch", "oom"),
        violated={
            "fault-resolved": 67,
            "charge-once": 56,
            "area-agrees": 28,
            "null-retried": 50,
            "refill-eventually": 69,
            "refill-owed": 52,
            "single-hole": 28,
        },
        states=35_291,
        transitions=39_885,
        depth=139,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "nmi"),
        violated={"fault-resolved": 19, "charge-once": 27, "handler-reentrant": 24, "refill-owed": 27},
        states=571,
        transitions=600,
        depth=40,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3, "GLOBAL_POOL_PAGES": 1},
        events=("touch", "late-fault"),
        violated={
            "fault-resolved": 53,
            "charge-once": 27,
            "area-agrees": 26,
            "capacity": 53,
            "mark-earned": 46,
            "refill-eventually": 63,
            "refill-owed": 27,
            "single-hole": 26,
        },
        states=132_565,
        transitions=145_981,
        depth=153,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "exit"),
        violated={"charge-once": 44, "area-agrees": 29, "single-hole": 29},
        states=30_703,
        transitions=32_525,
        depth=146,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "GLOBAL_POOL_PAGES": 2},
        events=("touch", "late-fault", "exit"),
        violated={"charge-once": 28, "tag-live": 36, "mark-earned": 50, "refill-eventually": 42, "refill-owed": 28},
        states=18_269,
        transitions=19_707,
        depth=104,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "fork"),
        violated={"area-agrees": 29, "mark-earned": 35, "single-hole": 29},
        states=9_305,
        transitions=10_078,
        depth=151,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "sleep"),
        violated={"charge-once": 38, "no-sleep-atomic": 25},
        states=1_161,
        transitions=1_269,
        depth=89,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("late-fault", "sleep"),
        violated={"charge-once": 27, "mark-earned": 51, "no-sleep-atomic": 25, "refill-owed": 27},
        states=8_479,
        transitions=9_277,
        depth=105,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "hotplug"),
        violated={},
        states=2_823,
        transitions=3_806,
        depth=69,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "oom", "hotplug"),
        violated={"online-full": 28, "null-retried": 34},
        states=3_761,
        transitions=4_982,
        depth=69,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("late-fault", "migrate", "hotplug"),
        violated={"no-wild-pointer": 42, "charge-once": 27, "tag-live": 38, "refill-eventually": 44, "refill-owed": 27},
        states=2_613,
        transitions=4_320,
        depth=76,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2, "GLOBAL_POOL_PAGES": 2},
        events=("late-fault",),
        violated={"charge-once": 27, "mark-earned": 48, "refill-owed": 27},
        states=84_911,
        transitions=169_434,
        depth=95,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "migrate"),
        violated={},
        states=28_045,
        transitions=57_806,
        depth=87,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "late-fault", "allocator-fault"),
        violated={"lock-order": 52, "charge-once": 27, "mark-earned": 49, "refill-owed": 27},
        states=14_349,
        transitions=15_647,
        depth=101,
    ),
)
