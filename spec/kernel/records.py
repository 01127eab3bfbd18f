# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's data: page frames, stacks, tasks, CPUs."""

from enum import Enum, IntFlag
from typing import Annotated

from checker.language import Array, Ghost, Range, array, function, null, processor, record
from spec.core.machine import CPUS
from spec.kernel.parameters import (
    ALLOCATOR_FAULT,
    INTERRUPTS,
    MUTEXES,
    NMI,
    PAGES,
    POOL_SLOTS,
    PREEMPT,
    SLEEP,
    STACK_PAGES,
    STACK_REFCOUNT,
    STACKS,
    TASKS,
)

Level = Annotated[int, Range(0, STACK_PAGES)]
"""A page of a stack, counted from its top, where the first page is. STACK_PAGES stands for the guard page below it."""

Count = Annotated[int, Range(0, STACK_PAGES + 1)]
"""A number of a stack's pages, and one more than there are, for a protocol that loses count. (Two more would come after the
use of a page beyond the end.)"""


Slot = Annotated[int, Range(0, POOL_SLOTS - 1)]


class TaskFlags(IntFlag):
    """task_struct.flags: only what the protocol uses."""

    PF_DYNAMIC_STACK = 1


class TaskState(Enum):
    """task_struct.__state: TASK_RUNNING stands for all in which a task may be picked, now or later."""

    TASK_RUNNING = 0
    TASK_DEAD = 1  # it exits; or, when its stack is gone, is not there at all
    TASK_NEW = 2  # it is being forked


class PagesArray(Enum):
    """What vm_struct.pages points to. The array itself is a part of the area here; this is kept with the event area-oom only."""

    THERE = 0
    NULL = 1  # from get_vm_area_node until kmalloc
    FREED = 2  # from kfree on


class Gfp(IntFlag):
    """gfp_t: only what makes a difference here. GFP_KERNEL is DIRECT_RECLAIM, GFP_ATOMIC and GFP_NOWAIT are KSWAPD_RECLAIM, which
    DIRECT_RECLAIM includes here; 0 is GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM."""

    DIRECT_RECLAIM = 1  # __GFP_DIRECT_RECLAIM: may sleep
    NOFAIL = 2  # __GFP_NOFAIL
    ZERO = 4  # __GFP_ZERO
    KSWAPD_RECLAIM = 8  # __GFP_KSWAPD_RECLAIM: wakes kswapd where memory is short


TASK_FRAMES = 3 + (2 if SLEEP or MUTEXES else 0) + (2 if PREEMPT else 0) + (1 if STACK_REFCOUNT else 0)
"""__schedule and a hook in it; and so once more where the hook sleeps, and where a task is preempted; and stack_released, where
the hook gives back a reference."""

Nesting = Annotated[int, Range(0, 3)]
"""How often something is disabled that nests."""


References = Annotated[int, Range(0, TASKS + 2)]
"""To a stack: the task's own, one of each other task, and one or two more of a protocol."""


@record(count=PAGES, alignment=2, allocated=True, symmetric=True)
class Page:
    """struct page, one for each page frame. Bit 0 of a pointer to it is free for a tag, as in Linux."""

    memcg: "Task | None" = None  # page->memcg_data; each task is alone in its memcg
    dirty: bool = False  # what is in the frame, not a field in Linux: data of somebody, or zeros


@record(count=STACKS, allocated=True, symmetric=True)
class VmArea:
    """struct vm_struct of a stack, with the kernel page table entries that cover it."""

    pages: Array[Page] = array(STACK_PAGES)
    nr_pages: Count = 0
    pte: Array[Page] = array(STACK_PAGES)
    array: PagesArray = PagesArray.THERE
    page_table: bool = True  # the kernel has one for its addresses; kept with the event area-oom only
    in_vmap_tree: bool = False  # from get_vm_area_node until remove_vm_area
    rcu_pending: bool = False  # its struct rcu_head waits for the end of a grace period
    vfree_pending: bool = False  # vfree_atomic has put off freeing it


@record(count=TASKS + CPUS, frames=TASK_FRAMES, names={"task": TASKS, "idle": CPUS}, symmetric=True)
class Task:
    """struct task_struct. The idle tasks run on static stacks that never fault, as init_stack does; with IDLE_DYNAMIC only
    that of the boot CPU does."""

    flags: TaskFlags = TaskFlags(0)
    state: TaskState = TaskState.TASK_RUNNING
    stack_vm_area: VmArea = null(VmArea)  # NULL for a static stack
    idle: bool = False
    on_cpu: bool = False  # from being picked until finish_task_switch has run for it
    cpu: "Cpu | None" = None  # where it may run; without the event migrate it is kept from the first dispatch on
    killed: bool = False  # an oops makes it exit
    migration_disabled: Nesting = 0
    pinned_to: "Cpu | None" = None  # while migration_disabled is not 0
    stack_refcount: References = 0  # kept where anybody can take one (REFCOUNTED)
    depth: Level = 0  # the page that its stack pointer is in; thread.sp while it is off the CPU


CPU_FRAMES = 2 + (2 if INTERRUPTS or ALLOCATOR_FAULT else 0) + (2 if NMI else 0) + (1 if STACK_REFCOUNT else 0)
"""A handler and a hook in it, and what interrupts it; and stack_released, as in a task."""


@record(count=CPUS, frames=CPU_FRAMES, symmetric=True)
class Cpu:
    """What is per CPU: the pool of the protocol, `current`, and the registers.

    rq->curr, which Linux sets already when it has picked the next task, is not modelled apart: __schedule reads prev from
    `current`, where both agree."""

    pool: Array[Page | None] = array(POOL_SLOTS)  # dynamic_stack_pages
    current: Task = null(Task)
    stack: Task = null(Task)  # the task whose stack the stack pointer is in
    previous: Task = null(Task)  # what switch_to hands over as `last`
    idle: Task = null(Task)
    online: bool = True
    boot: bool = False  # it never goes down
    in_hotplug: bool = False  # it is the one that cpu_hotplug_lock is held for
    cached_stack: VmArea | None = None  # cached_stacks[]; Linux has NR_CACHED_STACKS, that is 2, of them
    irq_work: bool = False  # queued on this CPU
    preempt_count: Nesting = 0  # what preempt_disable() adds to it; locks and exceptions are counted by themselves
    irqs_disabled: bool = False  # by local_irq_save()
    in_stock: bool = False  # it has memcg_stock.stock_lock, the local lock of its stock of charges
    refused: Ghost[Level] = 0  # the level of a stack fault that was just refused
    reentered: Ghost[bool] = False  # an NMI has entered the fault handler inside the fault that is being handled
    short: Ghost[bool] = False  # an allocation failed here, and the pool has not been full since


@function
def this_cpu() -> Cpu:
    """smp_processor_id() and this_cpu_ptr(): the CPU that executes; a copy of it does not follow a migration."""
    return processor(Cpu)
