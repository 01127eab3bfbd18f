# SPDX-License-Identifier: GPL-2.0-only
"""hardened, and what has to happen in a configuration so that a property does not hold there for want of an occasion.

Each invariant says that it never happens; that it is violated is the proof that it does.
"""

from checker.language import address, every, function, in_routine, inherit, invariant, is_allocated, reference
from models.hardened import stack_grown
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Level,
    Page,
    Slot,
    Task,
    TaskState,
    VmArea,
    alloc_pages,
    alloc_vmap_stack,
    cpu_prepare,
    memcg_kmem_charge_page,
    schedule_start,
    task_forked,
)
from spec.kernel.entry.contexts import holds_rq_lock
from spec.kernel.entry.exceptions import handles_nmi, in_stack_fault
from spec.kernel.locking.lock_order import LockNumber, taken_under
from spec.kernel.locking.locks import Mutex, holds_raw_spinlock
from spec.kernel.mm.allocator_locking import lock_zone
from spec.kernel.mm.allocator_locks import allocator_locks, holds_allocator_lock, zone_is_locked
from spec.kernel.sched.scheduler import in_scheduler, is_usable
from spec.kernel.tasks.plain_work import plain_work

inherit("models.hardened")


@function
def is_taken(cpu: Cpu, slot: Slot) -> bool:
    return bool(address(cpu.pool[slot]) & 1)


@function
def pages_of(task: Task) -> Count:
    return task.stack_vm_area.nr_pages if task.stack_vm_area is not None else 0


@invariant("reached-full-stack", "all levels of {task}'s stack are mapped")
def full_stack(task: Task) -> bool:
    """An occasion for single-hole, zeroed."""
    return pages_of(task) < STACK_PAGES


@invariant("reached-off-the-cpu", "{task}, whose stack has grown, is off the CPU and alive")
def off_the_cpu(task: Task) -> bool:
    """An occasion for charge-once, task-runs."""
    return pages_of(task) < 2 or task.on_cpu or task.state is not TaskState.TASK_RUNNING


@invariant("reached-late-death", "slot {slot} of {cpu} is taken, and {cpu.previous}, which leaves it, is dead")
def late_death(cpu: Cpu, slot: Slot) -> bool:
    """An occasion for tag-live."""
    return cpu.previous is None or cpu.previous.state is not TaskState.TASK_DEAD or not is_taken(cpu, slot)


@invariant("reached-grown-death", "{task} is dead, and its stack has grown since it was last charged")
def grown_death(task: Task) -> bool:
    """An occasion for charge-once."""
    return task.state is not TaskState.TASK_DEAD or not stack_grown[task]


@invariant("reached-buried", "{stack} has lost its task")
def buried(stack: VmArea) -> bool:
    """An occasion for charge-once."""
    return not is_allocated(stack) or any(task.stack_vm_area is stack for task in every(Task))


@invariant(
    "reached-fault-in-refill", "the first slot of {cpu}, refilled since it was first taken, is taken again inside the hook"
)
def fault_in_refill(cpu: Cpu) -> bool:
    """An occasion for refill-owed: the loop has passed the slot."""
    if not in_stack_fault(cpu) or not in_routine(cpu.stack, schedule_start) or pages_of(cpu.stack) < STACK_PAGES - 1:
        return True
    return reference(Page, address(cpu.stack.stack_vm_area.pages[STACK_PAGES - 1]) | 1) is not cpu.pool[0]


@invariant("reached-empty-slot", "slot {slot} of {cpu} is empty")
def empty_slot(cpu: Cpu, slot: Slot) -> bool:
    """An occasion for null-retried."""
    return not cpu.online or cpu.pool[slot] is not None


@invariant("reached-down", "{cpu} is down, and {task}'s stack has grown")
def down(cpu: Cpu, task: Task) -> bool:
    """An occasion for no-wild-pointer."""
    return cpu.online or pages_of(task) < 2


@invariant("reached-emptied", "{cpu} is down, and its pool is empty")
def emptied(cpu: Cpu) -> bool:
    """An occasion for one-owner."""
    return cpu.online or any(cpu.pool[slot] is not None for slot in range(POOL_SLOTS))


@invariant("reached-failing", "an allocation for {cpu}, which {task} brings up, has failed")
def failing(task: Task, cpu: Cpu) -> bool:
    """An occasion for online-full, one-owner."""
    return not in_routine(task, cpu_prepare) or not any(other.short for other in every(Cpu)) or cpu.online


@invariant("reached-marked-parent", "{task}, whose stack has grown, forks")
def marked_parent(task: Task) -> bool:
    """An occasion for mark-earned."""
    return not in_routine(task, task_forked) or not stack_grown[task]


@invariant("reached-child", "{task} is being forked, and has a stack")
def child(task: Task) -> bool:
    """An occasion for remote-access."""
    return task.state is not TaskState.TASK_NEW or task.stack_vm_area is None


@invariant("reached-refill", "{task} allocates inside the scheduler")
def refill(task: Task) -> bool:
    """An occasion for no-sleep-atomic, refill-eventually."""
    return not in_routine(task, alloc_pages) or not in_scheduler(task)


@invariant("reached-empty-pool", "every slot of {cpu} is taken, inside the scheduler")
def empty_pool(cpu: Cpu) -> bool:
    """An occasion for capacity."""
    return not in_scheduler(cpu.stack) or not all(is_taken(cpu, slot) for slot in range(POOL_SLOTS))


@invariant("reached-short-pool", "an allocation on {cpu} has failed, and one page of its pool is left")
def short_pool(cpu: Cpu) -> bool:
    """An occasion for refill-owed."""
    return not cpu.short or sum(1 for slot in range(POOL_SLOTS) if is_usable(cpu, slot)) != 1


@invariant("reached-switch-fault", "a fault on {cpu.stack}'s stack while `current` is {cpu.current}")
def switch_fault_handled(cpu: Cpu) -> bool:
    """An occasion for fault-resolved."""
    return not in_stack_fault(cpu) or cpu.stack is cpu.current


@invariant("reached-nested", "an NMI on {cpu} finds level {level} of {cpu.stack}'s stack claimed")
def nested(cpu: Cpu, level: Level) -> bool:
    """An occasion for capacity, handler-reentrant, single-hole."""
    if level == STACK_PAGES or not handles_nmi(cpu):
        return True
    return not address(cpu.stack.stack_vm_area.pages[level]) & 1


@invariant("reached-put-off", "{stack} waits to be freed in process context")
def put_off(stack: VmArea) -> bool:
    """An occasion for free-context, area-owned."""
    return not stack.vfree_pending


@invariant("reached-no-stack", "{task} gets no page for a new stack")
def no_stack(task: Task) -> bool:
    """An occasion for no-wild-pointer."""
    return not in_routine(task, alloc_vmap_stack) or not any(cpu.short for cpu in every(Cpu))


@invariant("reached-reader", "{reader} is at its plain work, and a part of {task}'s stack is not mapped")
def reader_at_work(reader: Task, task: Task) -> bool:
    """An occasion for remote-access."""
    return reader is task or not in_routine(reader, plain_work) or pages_of(task) == STACK_PAGES or task.idle


@invariant("reached-left-deep", "{task} has frames in level {level} of its stack, and is off the CPU")
def left_deep(task: Task, level: Level) -> bool:
    """An occasion for live-page."""
    if level == 0 or level == STACK_PAGES or level > task.depth or task.on_cpu or task.state is not TaskState.TASK_RUNNING:
        return True
    return task.stack_vm_area is None or task.stack_vm_area.pte[level] is None


@invariant("reached-fault-under-lock", "{cpu} handles a stack fault, and has the lock of the zone")
def fault_under_lock(cpu: Cpu) -> bool:
    """An occasion for lock-recursion."""
    return not in_stack_fault(cpu) or not holds_allocator_lock(cpu) or not zone_is_locked()


@invariant("reached-waiting", "{task} waits for the lock of the zone, which {cpu} has")
def waiting(task: Task, cpu: Cpu) -> bool:
    """An occasion for no-deadlock."""
    return not in_routine(task, lock_zone) or allocator_locks().zone is not cpu or cpu.stack is task


@invariant("reached-under-rq-lock", "a page is charged on {task}'s stack under rq->lock")
def under_rq_lock(task: Task) -> bool:
    """An occasion for service-context."""
    return not in_routine(task, memcg_kmem_charge_page) or not holds_rq_lock(task)


@invariant("reached-something-held", "the protocol has a lock on {cpu}, or has turned something off")
def something_held(cpu: Cpu) -> bool:
    """An occasion for lock-held, if there were one."""
    if cpu.preempt_count > 0 or cpu.irqs_disabled or cpu.stack.migration_disabled > 0 or holds_raw_spinlock(cpu):
        return False
    return not any(mutex.owner is cpu.stack for mutex in every(Mutex))


@invariant("reached-second-lock", "lock {second} was taken under lock {first}")
def second_lock(first: LockNumber, second: LockNumber) -> bool:
    """An occasion for lock-order, if there were one."""
    return not taken_under[first][second]
