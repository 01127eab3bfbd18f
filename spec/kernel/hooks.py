# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel asks of a protocol. A protocol implements the hooks that it needs."""

from checker.language import function, hook
from spec.kernel.records import Cpu, Level, Page, Task, TaskFlags, VmArea


@hook
def stack_fault(task: Task, stack: VmArea, level: Level) -> bool:
    """Called on the exception stack when code touches an unmapped page of a stack, or its guard page.

    task: what the architecture takes for the faulting task, that is `current`. stack, level: the address.
    True: resolved, the access is repeated. False: refused, the kernel dies of a stack overflow.
    """
    return False


@hook
def schedule_start(prev: Task) -> None:
    """Called first in __schedule, on prev's stack, with preemption off and interrupts still on."""


@hook
def schedule_irqs_off(prev: Task) -> None:
    """Called in __schedule on prev's stack, right behind local_irq_disable(): with preemption and interrupts off, before
    rq->lock is taken and next is picked."""


@hook
def switch_prepare(prev: Task, next: Task) -> None:
    """Called in prepare_task_switch on prev's stack, when next is picked and before it is switched to. rq->lock is held and
    interrupts are off. It is not called where prev goes on."""


@hook
def switch_finished(prev: Task) -> None:
    """Called in finish_task_switch on next's stack, when prev is off the CPU but not yet free to run elsewhere. rq->lock
    is held and interrupts are off."""


@hook
@function
def may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    """A demand on the scheduler: pick-next takes only tasks for which this holds, or idle."""
    return True


@hook
def alloc_vmap_stack() -> VmArea | None:
    """Makes a stack with its first pages mapped, in process context; None: it cannot. Without an implementation nothing
    can be forked."""
    return None


@hook
def free_vmap_stack(stack: VmArea) -> None:
    """Gives a stack back with all its pages. Called from an RCU callback, that is, in softirq context; in process context
    for a new stack that cannot be charged, for the cached stack of a CPU that went down, and for what vfree_atomic has
    put off."""


@hook
def task_forked(child: Task) -> None:
    """Called in copy_process, in process context, when the child has its copy of the parent's flags and no stack yet."""


@hook
@function
def may_cache_stack(stack: VmArea) -> bool:
    """Whether a dead task's stack may wait in a CPU's cache for the next fork."""
    return True


@hook
def exit_task_stack_account(task: Task) -> None:
    """Called in do_exit, before the task's last __schedule."""


@hook
def stack_released(task: Task, stack: VmArea) -> None:
    """Called in finish_task_switch for a dead task that is off the CPU, before its stack is cached or given to RCU.
    Preemption is off, interrupts are on. Where another has a reference to the stack, it is called by the last who gives one back,
    in put_task_stack."""


@hook
def fork_init() -> None:
    """What the protocol adds to fork_init(): called once, with the event boot only, on the boot CPU by init_task, its idle task,
    before any other task runs and any other CPU is up."""


@hook
def cpu_prepare(cpu: Cpu) -> bool:
    """Called on another CPU, in process context, before this one comes up (CPUHP_BP_PREPARE_DYN). False: it cannot."""
    return True


@hook
def cpu_offline(cpu: Cpu) -> None:
    """Called on the CPU that is about to go down, in process context, with preemption and interrupts on
    (CPUHP_AP_ONLINE_DYN). A protocol that implements it writes `CPU_OFFLINE = 1`."""


@hook
def cpu_dead(cpu: Cpu) -> None:
    """Called on another CPU, in process context, when this one is down, or was prepared and did not come up."""


@hook
def shrinker_scan() -> None:
    """The scan of the protocol's shrinker (register_shrinker): called with the event reclaim, in process context by a kernel
    thread, and where an allocation reclaims. It gives pages back."""


@hook
def irq_work_run() -> None:
    """What irq_work_queue asked for: called in hard interrupt context."""


@hook
@function
def may_read_stack(stack: VmArea, level: Level) -> bool:
    """A demand on who reads another task's stack: whether it may read this page."""
    return True


@hook
@function
def keeps_idle_awake(cpu: Cpu) -> bool:
    """Whether a tick makes this CPU's idle task enter __schedule again and again though there is no task to run."""
    return False


@hook
@function
def is_marked(task: Task) -> bool:
    """For the properties: whether the task is marked as one whose stack has grown since it was last charged."""
    return bool(task.flags & TaskFlags.PF_DYNAMIC_STACK)


@hook
@function
def list_is_exact(stack: VmArea) -> bool:
    """For the properties: whether vm_area->pages and nr_pages have to say now what is mapped in the stack, while no fault on it
    is being handled. A protocol that only maps in its handler, and makes list and count at the switch, says when they
    lag behind, and so does one that changes stacks elsewhere than in its handler."""
    return True


@hook
@function
def owes_refill(cpu: Cpu, task: Task) -> bool:
    """For the properties: whether the task will refill this CPU's pool when it leaves the CPU."""
    return is_marked(task)


@hook
@function
def holds_page(page: Page) -> bool:
    """Whether the protocol keeps the page in a variable of its own."""
    return False


@hook
@function
def holds_stack(stack: VmArea) -> bool:
    """Whether the protocol keeps the stack, which no task has, in a variable of its own, or in hand outside of
    alloc_vmap_stack and free_vmap_stack."""
    return False


@hook
@function
def fault_may_take(page: Page) -> bool:
    """For the properties: whether a stack fault could take the page, which the protocol keeps in a variable of its own."""
    return False


@hook
@function
def protocol_at_work() -> bool:
    """For the properties: whether a routine of the protocol is at work that the kernel does not call, such as one that an action
    of the model enters. While it is, a page that nobody has may be in its hand."""
    return False


@hook
@function
def statistics_of_task(task: Task) -> bool:
    """For the properties: whether the protocol's statistics of the task's group count anything, more or less than 0. Each task
    is alone in its group."""
    return False


@hook
@function
def statistics_of_cpu(cpu: Cpu) -> bool:
    """For the properties: whether statistics that the protocol keeps of this CPU, such as of the pages in its pool, count
    anything."""
    return False
