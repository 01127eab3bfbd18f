# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel asks of a protocol of dynamic stacks."""

from __future__ import annotations

from spec.reference.kernel.kernel import Kernel
from spec.reference.kernel.objects import PF_DYNAMIC_STACK, Cpu, Task, VmArea
from spec.reference.kernel.operations import Steps


class Protocol:
    """A protocol implements what it needs; what it sets to None is not called.

    In the order of a stack's life: fork (alloc_vmap_stack, task_forked), a fault (stack_fault), a switch (may_switch_to,
    schedule_start, switch_finished), exit (exit_task_stack_account, stack_released, free_vmap_stack); and CPUs that come
    (cpu_prepare) and go (cpu_dead).
    """

    has_task_forked = False
    has_switch_finished = False
    has_exit_task_stack_account = False
    has_stack_released = False

    def __init__(self) -> None:
        self.kernel: Kernel

    def alloc_vmap_stack(self) -> Steps[VmArea | None]:
        """Makes a stack with its first pages mapped. None: it cannot."""
        raise NotImplementedError

    def task_forked(self, child: Task) -> Steps[None]:
        """The child has its copy of the parent's flags, and no stack yet."""
        raise NotImplementedError

    def stack_fault(self, task: Task, stack: VmArea, level: int) -> Steps[bool]:
        """On the exception stack. task: what the architecture takes for the task that faults, which is `current`. stack, level:
        the address. False: refused."""
        raise NotImplementedError

    def may_switch_to(self, cpu: Cpu, prev: Task, next: Task) -> bool:
        """Whether the scheduler may pick this task after that one."""
        return True

    def schedule_start(self, prev: Task) -> Steps[None]:
        """First in schedule(), on prev's stack, with interrupts still on."""
        raise NotImplementedError

    def switch_finished(self, prev: Task) -> Steps[None]:
        """On next's stack, when prev is off the CPU and cannot run elsewhere yet."""
        raise NotImplementedError

    def exit_task_stack_account(self, task: Task) -> Steps[None]:
        """In do_exit, before the last schedule()."""
        raise NotImplementedError

    def stack_released(self, task: Task, stack: VmArea) -> Steps[None]:
        """For a dead task that is off the CPU, before its stack is cached or freed."""
        raise NotImplementedError

    def free_vmap_stack(self, stack: VmArea) -> Steps[None]:
        """Gives a stack back with all its pages, often in softirq context."""
        raise NotImplementedError

    def may_read_stack(self, stack: VmArea, level: int) -> bool:
        """Whether somebody who reads another's stack may read this page of it."""
        return True

    def keeps_idle_awake(self, cpu: Cpu) -> bool:
        """Whether the idle task of this CPU is to enter schedule() though there is nothing to run."""
        return False

    def cpu_prepare(self, cpu: Cpu) -> Steps[bool]:
        """On another CPU, before this one comes up. False: it cannot."""
        raise NotImplementedError

    def cpu_dead(self, cpu: Cpu) -> Steps[None]:
        """On another CPU, when this one is down, or did not come up."""
        raise NotImplementedError

    # --- for who looks for failures ---

    def is_marked(self, task: Task) -> bool:
        """Whether the task is marked as one whose stack has grown since it was last charged."""
        return bool(task.flags & PF_DYNAMIC_STACK)

    def owes_refill(self, cpu: Cpu, task: Task) -> bool:
        """Whether the task will refill this CPU's pool when it leaves."""
        return self.is_marked(task)
