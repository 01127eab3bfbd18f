# SPDX-License-Identifier: GPL-2.0-only
"""What interrupts bring with them: RCU callbacks and irq_work."""

from checker.language import action, atomic, enter, every, executes, function, has_frames, is_allocated, require, routine
from spec.kernel.architecture import SELF_IPI_PROMPT
from spec.kernel.entry.exceptions import run_irq_work
from spec.kernel.locking.locks import interrupts_off
from spec.kernel.mm.stack_cache import thread_stack_free_rcu
from spec.kernel.parameters import IRQ_WORK_SHARED, TASKS_END
from spec.kernel.records import Cpu, Task, VmArea, this_cpu
from spec.kernel.sched.scheduler import interrupts_on


@function
def takes_interrupts(cpu: Cpu) -> bool:
    """Whether interrupts are on, and no other is there."""
    if has_frames(cpu) or interrupts_off(cpu):
        return False
    return cpu.stack is cpu.current and interrupts_on(cpu.stack)


@function
def self_ipi_is_due(cpu: Cpu) -> bool:
    """Whether the interrupt that the CPU has sent itself comes before its next instruction."""
    return SELF_IPI_PROMPT and cpu.irq_work and takes_interrupts(cpu)


@executes
def running_task(cpu: Cpu) -> Task | None:
    """With no exception in progress, a CPU steps the code of the task whose stack it is on."""
    return None if self_ipi_is_due(cpu) else cpu.stack


@function
def interruptible(cpu: Cpu) -> bool:
    """Whether an interrupt can come to the CPU now, and finds no other there. A CPU that goes down takes interrupts until
    its last task has left it."""
    return (cpu.online or not cpu.stack.idle) and takes_interrupts(cpu) and not self_ipi_is_due(cpu)


@action(interrupt=True)
def rcu_softirq(cpu: Cpu, stack: VmArea) -> None:
    """rcu_do_batch(): a grace period is over. Left out: that it takes time; nobody here reads under rcu_read_lock. It does
    not end while the CPU that called call_rcu is still in release_task_stack, where preemption is off, or that is nearly over."""
    require(TASKS_END and interruptible(cpu) and is_allocated(stack))
    require(stack.rcu_pending and not any(task.stack_vm_area is stack for task in every(Task)))
    stack.rcu_pending = False
    enter(cpu, thread_stack_free_rcu, stack)


@routine
def irq_work_queue() -> None:
    """irq_work_queue(): asks for irq_work_run on this CPU as soon as interrupts are on. What is pending already, on any CPU where
    there is one irq_work for all (IRQ_WORK_SHARED), is not queued again (irq_work_claim); it is no longer pending when it begins
    to run, so that it can run on two CPUs at a time.

    Context: any, also NMI. Takes no lock (kernel/irq_work.c)."""
    with atomic("the claim, one fetch-or, by whoever finds it not pending; then llist_add to this CPU's own list"):
        cpu = this_cpu()
        if not IRQ_WORK_SHARED or not any(other.irq_work for other in every(Cpu)):
            cpu.irq_work = True


@action
def irq_work_interrupt(cpu: Cpu) -> None:
    """The interrupt that a CPU sends itself for what irq_work_queue has queued. Linux: a CPU that goes down runs what is left
    in its last steps (smpcfd_dying_cpu). Left out: a stack fault on the way to its handler; one in an interrupt before it
    (event irq) is as good; and that it can come while softirqs run."""
    require(cpu.irq_work and takes_interrupts(cpu))
    cpu.irq_work = False
    enter(cpu, run_irq_work)
