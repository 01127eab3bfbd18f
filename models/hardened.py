# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks, hardened: a protocol that satisfies the whole catalogue, as near to the RFC as that allows.

As in rfc_v1, each CPU has a small pool of pages; the fault handler takes from it, marks the slot by bit 0 of the pointer, and
whoever leaves the CPU charges and refills. What is different, by the bugs of the RFC that each change removes
(docs/results/findings.md has these bugs, docs/results/hardened.md a model without each change, which shows the bug again):

 1. nr_pages is counted up with each level that is mapped.
 2. The pool is refilled in finish_task_switch as well, for the task that has left, when no code of it can fault any more;
    and its pages are charged there, to that task by name, as the stack lists them and not as slots happen to hold them.
 3. So also for a dying task: its stack is released after that.
 4. What a fault takes from a slot that the refill has passed is refilled by the next one: needs_refill says so, ...
 5. ... and is cleared before the slots are looked at, so that a fault after that sets it again.
 6. A refill looks at every slot, goes on after a failed allocation, and leaves needs_refill set; an idle CPU with such a pool
    keeps its tick and tries again.
 7. No slot is marked when the CPU is idle, and a CPU goes down from there; the pool then holds pages or nothing.
 8. A CPU whose pool cannot be filled does not come up, and what it got is given back.
 9. The mark of a task whose stack has grown is a variable of its own, and a child begins without it. (It is not in
    task->flags for another reason as well: a fault inside somebody's `current->flags |= ...` would be lost.)
10. The refill never sleeps: no __GFP_DIRECT_RECLAIM; nor __GFP_KSWAPD_RECLAIM, which wakes kswapd and so takes rq->lock.
11. The scheduler picks a task only if the pool covers what its stack and the leaving one's can still grow; else idle. With
    the RFC's pool of THREAD_DYNAMIC_PAGES that is felt (two shallow tasks cannot follow one another without idle in
    between); with twice as many pages it would make a difference only when memory is short.
12. No fault runs out of pages (11); should one, the marks are set before the first page is taken.
13. The stack pointer tells whose stack has faulted, not `current`.
14. A stack is uncharged when it is released, after the last charge, not in do_exit.
15. A page is claimed for its level by a cmpxchg on vm_area->pages[], with bit 0 set, before its slot is marked. An NMI that
    faults in between finds the claim, marks the slot and goes on from there; the interrupted handler then repeats what is
    done already. Nothing is held by a local only, so that the nested handler needs no more pages than both together.

And what is wrong in the RFC besides: a stack is freed in process context (remove_vm_area may sleep; the RCU callback hands
it on), the error path of alloc_vmap_stack takes the area out of the tree of areas, and the charge does not fail.
"""

from checker.language import Expected, Per, Recorded, address, atomic, function, implements, null, per, reference, routine
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
    VmArea,
    __free_page,
    alloc_pages,
    alloc_vmap_stack,
    cpu_dead,
    cpu_prepare,
    cpuhp_setup_state,
    fork_init,
    free_vmap_stack,
    get_vm_area_node,
    has_pages,
    in_task,
    is_charged,
    is_marked,
    keeps_idle_awake,
    kfree_pages,
    kfree_vm_area,
    kmalloc,
    may_read_stack,
    may_switch_to,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    mod_lruvec_page_state,
    owes_refill,
    panic,
    pte_alloc_kernel,
    remove_vm_area,
    schedule_start,
    set_pages,
    set_pte_at,
    stack_fault,
    stack_released,
    switch_finished,
    task_forked,
    this_cpu,
    vfree_atomic,
)

ASSUMPTIONS = (
    "the scheduler picks only tasks that may_switch_to allows; the idle task, whose stack is mapped whole, always may run",
    "a charge with __GFP_NOFAIL succeeds without sleeping; the group may exceed its limit by the pages of a stack",
    "whoever reads another task's stack reads mapped pages only (may_read_stack), and so does no NMI on another CPU",
    "the architecture gives each nested entry of the fault handler a frame of its own (not one IST stack)",
    "bits 0 of page pointers in vm_area->pages[] at and above nr_pages mean nothing to others",
)

DYNAMIC_STACK_PAGE_ACQUIRED_FLAG = 0x1

stack_grown: Per[Task, bool] = per(Task, False)  # the stack has pages that are not charged yet
needs_refill: Per[Cpu, bool] = per(Cpu, False)  # a slot of the pool is taken or empty


@function
def is_acquired(page: Page | None) -> bool:
    return bool(address(page) & DYNAMIC_STACK_PAGE_ACQUIRED_FLAG)


@function
def acquired(page: Page | None) -> Page:
    return reference(Page, address(page) | DYNAMIC_STACK_PAGE_ACQUIRED_FLAG)


@function
def not_acquired(page: Page | None) -> Page:
    return reference(Page, address(page) & ~DYNAMIC_STACK_PAGE_ACQUIRED_FLAG)


@function
def is_free_to_take(page: Page | None) -> bool:
    return page is not None and not is_acquired(page)


# -- the fault handler: on the exception stack, with everything off; an NMI may enter it a second time --


@routine
def dynamic_stack_take_page(cpu: Cpu, stack: VmArea, i: Level) -> bool:
    """Claims a page of the pool for the level: first in the stack, with the flag, so that whoever comes in between takes
    the same page for the same level; then in its slot."""
    for slot in range(POOL_SLOTS):
        page = cpu.pool[slot]
        if is_free_to_take(page):
            with atomic("cmpxchg: an NMI may have filled this level meanwhile"):
                claimed = stack.pages[i] is None
                if claimed:
                    stack.pages[i] = acquired(page)
            if claimed:
                cpu.pool[slot] = acquired(page)
            return True
    return stack.pages[i] is not None


@routine
def dynamic_stack_help(cpu: Cpu, page: Page) -> None:
    """Finishes what the fault handler that this NMI interrupted was about to do: marks the slot of the page."""
    for slot in range(POOL_SLOTS):
        if cpu.pool[slot] is page:
            cpu.pool[slot] = acquired(page)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    cpu = this_cpu()
    # The stack pointer tells whose stack this is; `current` may still be the task that is leaving.
    owner = cpu.stack
    if stack is not owner.stack_vm_area or level >= STACK_PAGES:
        return False
    stack_grown[owner] = True
    needs_refill[cpu] = True
    nr_pages = stack.nr_pages
    for i in range(nr_pages, level + 1):
        page = stack.pages[i]
        if page is None:
            if not dynamic_stack_take_page(cpu, stack, i):
                return False
            page = stack.pages[i]
        elif is_acquired(page):
            dynamic_stack_help(cpu, not_acquired(page))
        page = not_acquired(page)
        stack.pages[i] = page
        set_pte_at(stack, i, page)
        with atomic("cmpxchg: an NMI may have counted this level and deeper ones"):
            if stack.nr_pages == i:
                stack.nr_pages = i + 1
    return True


# -- leaving the CPU --


@routine
def dynamic_stack_charge(tsk: Task) -> None:
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        if not is_charged(page):
            memcg_kmem_charge_page(page, Gfp.NOFAIL, tsk)
            mod_lruvec_page_state(page)


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        # A fault from here on sets it again.
        needs_refill[cpu] = False
        for i in range(POOL_SLOTS):
            if not is_free_to_take(cpu.pool[i]):
                page = alloc_pages(Gfp.ZERO)
                if page is None:
                    needs_refill[cpu] = True
                cpu.pool[i] = page


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()


# -- demands on others --


@function
def pages_to_take(cpu: Cpu) -> Count:
    return sum(1 for i in range(POOL_SLOTS) if is_free_to_take(cpu.pool[i]))


@function
def levels_to_grow(task: Task) -> Count:
    return 0 if task.stack_vm_area is None else STACK_PAGES - task.stack_vm_area.nr_pages


@implements(may_switch_to)
@function
def dynamic_stack_may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    """The scheduler picks a task only if the pool covers all that its stack and the leaving task's can still grow; else
    it picks idle, whose stack is mapped whole."""
    return prev is next or pages_to_take(cpu) >= levels_to_grow(prev) + levels_to_grow(next)


@implements(may_read_stack)
@function
def dynamic_stack_may_read(stack: VmArea, level: Level) -> bool:
    """Whoever reads another task's stack reads the pages that are mapped, and no others."""
    return stack.pte[level] is not None


@implements(keeps_idle_awake)
@function
def dynamic_stack_keeps_idle_awake(cpu: Cpu) -> bool:
    """An idle CPU whose pool is not full keeps its tick, and tries again."""
    return needs_refill[cpu]


@implements(is_marked)
@function
def dynamic_stack_is_marked(task: Task) -> bool:
    return stack_grown[task]


@implements(owes_refill)
@function
def dynamic_stack_owes_refill(cpu: Cpu, task: Task) -> bool:
    return needs_refill[cpu] and not task.idle


# -- stacks come and go --


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    vm_area = get_vm_area_node(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
    if vm_area is None:
        return None
    set_pages(vm_area, kmalloc(Gfp.DIRECT_RECLAIM | Gfp.ZERO))
    if not has_pages(vm_area):
        dynamic_stack_free_now(vm_area)
        return None
    for i in range(PREALLOC_PAGES):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            dynamic_stack_free_now(vm_area)
            return None
        vm_area.pages[i] = page
        if not pte_alloc_kernel(vm_area):
            vm_area.pages[i] = null(Page)
            __free_page(page)
            dynamic_stack_free_now(vm_area)
            return None
        set_pte_at(vm_area, i, page)
        vm_area.nr_pages = i + 1
    return vm_area


@routine
def dynamic_stack_free_now(vm_area: VmArea) -> None:
    remove_vm_area(vm_area)
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        vm_area.pages[i] = null(Page)
        __free_page(page)
    kfree_pages(vm_area)
    kfree_vm_area(vm_area)


@implements(free_vmap_stack)
def dynamic_stack_free(vm_area: VmArea) -> None:
    if in_task():
        dynamic_stack_free_now(vm_area)
    else:
        vfree_atomic(vm_area)


@implements(task_forked)
def dynamic_stack_forked(child: Task) -> None:
    stack_grown[child] = False


@implements(stack_released)
def dynamic_stack_released(tsk: Task, vm_area: VmArea) -> None:
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        memcg_kmem_uncharge_page(vm_area.pages[i])


# -- CPUs come and go --


@implements(cpu_prepare)
def dynamic_stack_cpu_prepare(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            dynamic_stack_empty_pool(cpu)
            return False
        cpu.pool[i] = page
    return True


@routine
def dynamic_stack_empty_pool(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page is not None:
            cpu.pool[i] = None
            __free_page(page)


@implements(fork_init)
def dynamic_stack_init() -> None:
    if not cpuhp_setup_state():
        panic()


@implements(cpu_dead)
def dynamic_stack_cpu_dead(cpu: Cpu) -> None:
    dynamic_stack_empty_pool(cpu)
    needs_refill[cpu] = False


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
        "mark-earned": "23dca69699e2",
        "no-deadlock": "e3b0c44298fc",
        "no-sleep-atomic": "1cb9d499d508",
        "no-wild-pointer": "198d70f55f1e",
        "null-retried": "430ba223f6ae",
        "one-owner": "7990420175ea",
        "online-full": "d2ca6de0ca27",
        "refill-eventually": "8852e8278696",
        "refill-owed": "65987992b917",
        "remote-access": "90c627ec0010",
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
        "fair: idle_gives_way": "baae6cb8982e",
        "fair: idle_schedules": "3332dcdf22db",
        "fair: tasks_run": "c220c954dab0",
        "hook: keeps_idle_awake": "7de283811f9f",
        "hook: may_read_stack": "a3196d79c8dc",
        "hook: may_switch_to": "1e157986a284",
        "stated: a charge with __GFP_NOFAIL succeeds with": "b8594da1bbe1",
        "stated: bits 0 of page pointers in vm_area->page": "6baf95fc0423",
        "stated: the architecture gives each nested entry": "deb33f7800fc",
        "stated: the scheduler picks only tasks that may_": "aba17fa9ee33",
        "stated: whoever reads another task's stack reads": "a3cc56fd6d19",
    },
)

EXPECTED = (
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        events=(
            "touch",
            "late-fault",
            "switch-fault",
            "irq",
            "softirq",
            "nmi",
            "oom",
            "charge-fail",
            "sleep",
            "migrate",
            "fork",
            "exit",
            "hotplug",
            "remote-read",
            "oops-continues",
        ),
        violated={},
        states=15_684,
        transitions=16_940,
        depth=83,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
        events=("touch", "late-fault", "nmi", "oom"),
        violated={},
        states=36_428,
        transitions=39_116,
        depth=105,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
        events=("touch", "late-fault", "oom"),
        violated={},
        states=87_295,
        transitions=95_147,
        depth=211,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "switch-fault", "nmi"),
        violated={},
        states=9_487,
        transitions=10_133,
        depth=96,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "irq", "softirq", "oom"),
        violated={},
        states=3_692,
        transitions=4_676,
        depth=115,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "fork", "exit", "oom"),
        violated={},
        states=12_958,
        transitions=14_006,
        depth=200,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "charge-fail", "sleep", "fork", "oom"),
        violated={},
        states=4_491,
        transitions=4_852,
        depth=158,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("sleep", "fork", "exit", "area-oom"),
        violated={},
        states=476,
        transitions=541,
        depth=126,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "remote-read", "oops-continues", "oom"),
        violated={},
        states=7_363,
        transitions=8_221,
        depth=143,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "late-fault", "oom", "hotplug", "migrate"),
        violated={},
        states=9_217,
        transitions=13_677,
        depth=100,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "oom"),
        violated={},
        states=95_791,
        transitions=198_802,
        depth=162,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "switch-fault"),
        violated={},
        states=73_307,
        transitions=145_362,
        depth=120,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "hotplug"),
        violated={},
        states=135_155,
        transitions=240_632,
        depth=145,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 3, "STACK_PAGES": 2},
        events=("touch", "oom", "exit"),
        violated={},
        states=112_509,
        transitions=124_263,
        depth=224,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        events=("migrate", "fork", "exit"),
        violated={},
        states=184_121,
        transitions=410_952,
        depth=232,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 3, "STACK_PAGES": 2},
        events=("fork", "hotplug"),
        violated={},
        states=77_569,
        transitions=159_967,
        depth=141,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        events=("oom", "hotplug"),
        violated={},
        states=387,
        transitions=619,
        depth=44,
        ladder=True,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("oom", "fork", "exit", "allocator-fault"),
        violated={},
        states=11_135,
        transitions=12_717,
        depth=247,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "late-fault", "irq", "softirq", "nmi", "oom", "sleep", "allocator-fault", "preempt"),
        violated={},
        states=19_238,
        transitions=21_075,
        depth=87,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2},
        events=("touch", "fork", "exit", "preempt"),
        violated={},
        states=24_906,
        transitions=27_733,
        depth=165,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "oom", "sleep", "depth", "reclaim"),
        violated={},
        states=3_325,
        transitions=5_856,
        depth=86,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2},
        events=("exit", "proc-stack"),
        violated={},
        states=6_703,
        transitions=14_142,
        depth=58,
    ),
    Expected(
        settings={"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2, "ARCH": "arm64"},
        events=("touch", "switch-fault", "irq"),
        violated={},
        states=2_030,
        transitions=2_301,
        depth=101,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3},
        events=("oom", "boot"),
        violated={},
        states=88,
        transitions=98,
        depth=41,
    ),
    Expected(
        settings={"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2},
        events=("touch", "late-fault", "oom", "hotplug", "boot"),
        violated={},
        states=2_958,
        transitions=3_149,
        depth=92,
    ),
)
