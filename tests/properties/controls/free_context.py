# SPDX-License-Identifier: GPL-2.0-only
"""Control of free-context: dead stacks are not cached; RCU hands them over in a softirq, and the next task that exits frees them.

PLANTED=1: they are freed in the softirq. PLANTED=2: as the next switch after that is finished. PLANTED=3: the fault handler allocates
a page and frees it again.

With the event fork no child ever gets a stack; that it has no other use is what keeps it small. Who would fork tries for memory, which
may sleep, and makes a stack in vain and frees it. Meanwhile a raw spinlock is taken on the other CPU, in the hook of __schedule, and in
irq_work on this one: neither forbids anything to the task. PLANTED=4: the task has the lock itself. That cannot be wrong
alone: where it may sleep it must not (no-sleep-atomic), and if it does, the hook of __schedule waits for its own CPU
(lock-recursion). PLANTED=5: a spare stack is freed as a switch is finished, which every task does first of all, in ret_from_fork.
PLANTED=6: by a task in the hook of __schedule.
"""

from models.lifecycle import charge_and_refill, uncharge_stack

from checker.language import (
    Per,
    allocate,
    atomic,
    every,
    function,
    implements,
    in_routine,
    initial,
    instance,
    invariant,
    is_allocated,
    parameter,
    per,
    routine,
)
from models.rfc_v1 import dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Gfp,
    Level,
    RawSpinlock,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_pages_nolock,
    exit_task_stack_account,
    free_vmap_stack,
    get_vm_area_node,
    holds_stack,
    irq_work_queue,
    irq_work_run,
    kfree_vm_area,
    local_irq_restore,
    local_irq_save,
    may_cache_stack,
    preempt_disable,
    preempt_enable,
    raw_spin_lock_irqsave,
    raw_spin_unlock_irqrestore,
    remove_vm_area,
    schedule_start,
    set_pte_at,
    stack_fault,
    switch_finished,
    task_forked,
)
from spec.kernel.parameters import FORK

__all__ = ["uncharge_stack"]

PLANTED = parameter(
    1,
    0,
    9,
    "0: no fault, 1: a stack is freed in a softirq, 2: as a switch is finished, 3: a page in the fault handler, 4: a stack "
    "under a lock, 5: as a new task's first switch is finished, "
    "6: in the hook of __schedule, 7: an area in the fault handler, 8: a stack with preemption off, 9: with interrupts off",
)

dead: VmArea | None = None
extra: VmArea | None = None
after: Per[VmArea, VmArea | None] = per(VmArea, None)


@routine
def free_stack(stack: VmArea) -> None:
    remove_vm_area(stack)
    for i in range(STACK_PAGES):
        if i < stack.nr_pages:
            __free_page(stack.pages[i])
    kfree_vm_area(stack)


@initial
def spare_area() -> None:
    """What is freed in the wrong place was made in the right one."""
    global extra
    if PLANTED >= 4 and PLANTED != 7:
        extra = allocate(VmArea)
        extra.in_vmap_tree = True


@routine
def free_spare() -> None:
    global extra
    with atomic("xchg"):
        stack = extra
        extra = None
    if stack is not None:
        free_stack(stack)


@routine
def free_dead_stacks() -> None:
    global dead
    stack: VmArea | None = dead
    while stack is not None:
        with atomic("llist_del_first"):
            stack = dead
            if stack is not None:
                dead = after[stack]
                after[stack] = None
        if stack is not None:
            free_stack(stack)


@implements(free_vmap_stack)
def free_later(stack: VmArea) -> None:
    global dead
    if PLANTED == 1:
        free_stack(stack)
    else:
        with atomic("llist_add"):
            after[stack] = dead
            dead = stack


@implements(holds_stack)
@function
def waits_to_be_freed(stack: VmArea) -> bool:
    return (
        dead is stack
        or extra is stack
        or any(is_allocated(other) and after[other] is stack for other in every(VmArea))
        or any(
            in_routine(task, free_dead_stacks) or in_routine(task, make_in_vain) or in_routine(task, free_spare)
            for task in every(Task)
        )
    )


@implements(may_cache_stack)
@function
def never(stack: VmArea) -> bool:
    return False


@implements(exit_task_stack_account)
def free_others(task: Task) -> None:
    if PLANTED != 2:
        free_dead_stacks()


@implements(switch_finished)
def free_now(prev: Task) -> None:
    if PLANTED == 2:
        free_dead_stacks()
    if FORK and PLANTED == 5:
        free_spare()


@routine
def make_in_vain() -> None:
    stack = get_vm_area_node(Gfp.DIRECT_RECLAIM)
    if stack:
        free_stack(stack)


@routine
def lock_and_unlock() -> None:
    raw_spin_lock_irqsave(instance(RawSpinlock, 0))
    raw_spin_unlock_irqrestore(instance(RawSpinlock, 0))


@implements(irq_work_run)
def lock_in_interrupt() -> None:
    lock_and_unlock()


@implements(task_forked)
def try_in_vain(child: Task) -> None:
    if PLANTED == 4:
        raw_spin_lock_irqsave(instance(RawSpinlock, 0))
    else:
        irq_work_queue()
    page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
    if page:
        __free_page(page)
    if PLANTED == 4:
        free_spare()
    else:
        make_in_vain()
    if PLANTED == 8:
        preempt_disable()
        free_spare()
        preempt_enable()
    if PLANTED == 9:
        flags = local_irq_save()
        free_spare()
        local_irq_restore(flags)
    if PLANTED == 4:
        raw_spin_unlock_irqrestore(instance(RawSpinlock, 0))


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if FORK:
        lock_and_unlock()
        if PLANTED == 6 and not tsk.idle:
            free_spare()
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_and_refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        stack.pages[addr] = page
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
        if PLANTED == 3:
            spare = alloc_pages_nolock()
            if spare:
                __free_page(spare)
        if PLANTED == 7:
            kfree_vm_area(stack)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@invariant("reached-freed", "{stack} is gone")
def reached_freed(stack: VmArea) -> bool:
    """Stacks are freed."""
    return is_allocated(stack)


@invariant("reached-freeing", "{task} takes a stack out of the tree of areas")
def reached_freeing(task: Task) -> bool:
    """In a place where that is allowed."""
    return not in_routine(task, remove_vm_area)
