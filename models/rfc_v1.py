# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks as posted: "[RFC 10/14] fork: Dynamic Kernel Stacks", Pasha Tatashin, 11 March 2024.

Routine by routine what the patch does to kernel/fork.c and include/linux/sched/task_stack.h, bugs included. An
address inside a stack is a level: 0 is the page at the top, which is mapped from the start, and the stack grows to
higher levels. The result of the charge in the refill is ignored, as in the patch. In free_vmap_stack and
alloc_vmap_stack the arrays of pointers to pages are part of the area. exit_task_stack_account is the kernel's own, with
nr_pages for the number of pages, as patch 4 of the series leaves it; so is the place of the stack's rcu_head, in its first
page (patch 7), and that a cached stack is zeroed page by page (patch 6).
Assumed of the architecture: it passes `current` to dynamic_stack_fault, and the page tables of a stack exist
(virt_to_kpte finds its entry).
"""

from checker.language import Expected, Recorded, address, function, implements, reference, routine
from spec.kernel import (
    POOL_SLOTS,
    PREALLOC_PAGES,
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_vmap_stack,
    cpu_dead,
    cpu_prepare,
    cpuhp_setup_state,
    exit_task_stack_account,
    fork_init,
    free_vmap_stack,
    get_vm_area_node,
    has_pages,
    kfree_pages,
    kfree_vm_area,
    kmalloc,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    mod_lruvec_page_state,
    pte_alloc_kernel,
    remove_vm_area,
    schedule_start,
    set_pages,
    set_pte_at,
    stack_fault,
    this_cpu,
)

DYNAMIC_STACK_PAGE_AQUIRED_FLAG = 0x1


@function
def is_acquired(page: Page | None) -> bool:
    return bool(address(page) & DYNAMIC_STACK_PAGE_AQUIRED_FLAG)


@function
def acquired(page: Page | None) -> Page:
    return reference(Page, address(page) | DYNAMIC_STACK_PAGE_AQUIRED_FLAG)


@function
def not_acquired(page: Page | None) -> Page:
    return reference(Page, address(page) & ~DYNAMIC_STACK_PAGE_AQUIRED_FLAG)


@routine
def alloc_vmap_stack_cleanup(vm_area: VmArea) -> None:
    """What is behind the label cleanup_err."""
    j: Count = 0
    while j < vm_area.nr_pages:
        __free_page(vm_area.pages[j])
        j += 1
    kfree_pages(vm_area)
    kfree_vm_area(vm_area)


@implements(alloc_vmap_stack)
def alloc_vmap_stack_dynamic() -> VmArea | None:
    vm_area = get_vm_area_node(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
    if not vm_area:
        return None
    set_pages(vm_area, kmalloc(Gfp.DIRECT_RECLAIM | Gfp.ZERO))
    if not has_pages(vm_area):
        alloc_vmap_stack_cleanup(vm_area)
        return None
    for i in range(PREALLOC_PAGES):
        vm_area.pages[i] = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)  # type: ignore[assignment]
        if not vm_area.pages[i]:
            alloc_vmap_stack_cleanup(vm_area)
            return None
        vm_area.nr_pages += 1
    if not pte_alloc_kernel(vm_area):
        alloc_vmap_stack_cleanup(vm_area)
        return None
    # vmap_pages_range_noflush maps upwards, from the lowest address of the pages that are there from the start.
    for k in range(PREALLOC_PAGES):
        set_pte_at(vm_area, PREALLOC_PAGES - 1 - k, vm_area.pages[k])
    return vm_area


@implements(free_vmap_stack)
def free_vmap_stack_dynamic(vm_area: VmArea) -> None:
    remove_vm_area(vm_area)
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        __free_page(vm_area.pages[i])
    kfree_pages(vm_area)
    kfree_vm_area(vm_area)


@implements(exit_task_stack_account)
def uncharge_stack(tsk: Task) -> None:
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        memcg_kmem_uncharge_page(vm_area.pages[i])


@routine
def dynamic_stack_get_page() -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            cpu.pool[i] = acquired(cpu.pool[i])
            return page
    return None


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    # Is the address inside tsk->stack?
    if stack is not tsk.stack_vm_area or level >= STACK_PAGES:
        return False
    vm_area = tsk.stack_vm_area
    if vm_area is None:
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


@implements(cpu_prepare)
def dynamic_stack_refill_pages_cpu(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        if cpu.pool[i]:
            break
        cpu.pool[i] = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if not cpu.pool[i]:
            pass  # pr_err
    return True


@implements(cpu_dead)
def dynamic_stack_free_pages_cpu(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        if not cpu.pool[i]:
            continue
        __free_page(cpu.pool[i])  # type: ignore[arg-type]
        cpu.pool[i] = None


@implements(fork_init)
def fork_init_dynamic_stack() -> None:
    cpuhp_setup_state()
    # The callback has been called for the boot CPU by then.
    dynamic_stack_refill_pages_cpu(this_cpu())


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if not is_acquired(page):
            break
        page = not_acquired(page)
        memcg_kmem_charge_page(page, Gfp.DIRECT_RECLAIM, None)
        mod_lruvec_page_state(page)
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        cpu.pool[i] = page


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        dynamic_stack_refill_pages()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


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
        violated={"fault-resolved": 40, "area-agrees": 28, "single-hole": 28},
        states=797,
        transitions=839,
        depth=91,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "late-fault"),
        violated={"charge-once": 27, "area-agrees": 27, "refill-eventually": 48, "refill-owed": 27, "single-hole": 27},
        states=787,
        transitions=846,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "oom"),
        violated={
            "fault-resolved": 49,
            "charge-once": 56,
            "area-agrees": 28,
            "null-retried": 50,
            "refill-eventually": 69,
            "refill-owed": 52,
            "single-hole": 28,
        },
        states=12_901,
        transitions=14_399,
        depth=125,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("switch-fault",),
        violated={"fault-resolved": 9},
        states=43,
        transitions=46,
        depth=24,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "irq"),
        violated={"fault-resolved": 34, "charge-once": 29, "capacity": 34, "refill-owed": 29},
        states=1_290,
        transitions=1_583,
        depth=67,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "nmi"),
        violated={
            "fault-resolved": 19,
            "charge-once": 27,
            "handler-reentrant": 24,
            "area-agrees": 27,
            "capacity": 27,
            "refill-eventually": 48,
            "refill-owed": 27,
            "single-hole": 27,
        },
        states=4_070,
        transitions=4_269,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "sleep"),
        violated={"charge-once": 38, "no-sleep-atomic": 25},
        states=1_161,
        transitions=1_269,
        depth=89,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "charge-fail"),
        violated={"charge-once": 35, "area-agrees": 28, "single-hole": 28},
        states=553,
        transitions=601,
        depth=66,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "fork"),
        violated={"mark-earned": 36},
        states=1_235,
        transitions=1_330,
        depth=93,
        ladder=True,
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
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("late-fault", "hotplug"),
        violated={"charge-once": 27, "refill-owed": 27},
        states=1_781,
        transitions=2_798,
        depth=65,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("oom", "hotplug"),
        violated={"online-full": 28},
        states=307,
        transitions=501,
        depth=36,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("oom", "oops-continues", "touch"),
        violated={
            "fault-resolved": 55,
            "charge-once": 51,
            "area-agrees": 30,
            "tag-live": 75,
            "null-retried": 58,
            "refill-eventually": 93,
            "refill-owed": 56,
            "single-hole": 30,
        },
        states=215_657,
        transitions=232_445,
        depth=178,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("fork", "oom"),
        violated={"no-wild-pointer": 15},
        states=94,
        transitions=109,
        depth=42,
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
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("remote-read",),
        violated={"remote-access": 8},
        states=93,
        transitions=109,
        depth=27,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "late-fault", "migrate", "oom"),
        violated={
            "fault-resolved": 40,
            "charge-once": 27,
            "area-agrees": 27,
            "capacity": 40,
            "mark-earned": 46,
            "null-retried": 50,
            "refill-eventually": 63,
            "refill-owed": 27,
            "single-hole": 27,
        },
        states=93_135,
        transitions=102_039,
        depth=153,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "fork", "exit"),
        violated={"charge-once": 64, "mark-earned": 37},
        states=11_809,
        transitions=12_496,
        depth=177,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "migrate"),
        violated={"area-agrees": 28, "single-hole": 28},
        states=642_029,
        transitions=1_328_650,
        depth=152,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "late-fault", "migrate", "oom"),
        violated={
            "charge-once": 27,
            "area-agrees": 27,
            "null-retried": 35,
            "refill-eventually": 44,
            "refill-owed": 27,
            "single-hole": 27,
        },
        states=20_511,
        transitions=36_172,
        depth=95,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("allocator-fault",),
        violated={"area-agrees": 30, "single-hole": 30},
        states=416,
        transitions=461,
        depth=78,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2, "PREEMPT_RT": 1},
        events=("touch",),
        violated={"service-context": 25},
        states=70,
        transitions=74,
        depth=28,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "ARCH": "arm64"},
        events=("switch-fault",),
        violated={},
        states=661,
        transitions=729,
        depth=71,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        events=("oom", "boot"),
        violated={"online-full": 14},
        states=254,
        transitions=280,
        depth=51,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "boot"),
        violated={},
        states=450,
        transitions=477,
        depth=61,
    ),
)
