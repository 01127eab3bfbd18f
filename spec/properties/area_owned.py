# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, function, in_routine, invariant, is_allocated
from spec.kernel.hooks import holds_stack
from spec.kernel.mm.stack_cache import release_task_stack, thread_stack_free_rcu
from spec.kernel.mm.vfree import delayed_vfree_work
from spec.kernel.parameters import FORK, TASKS_END
from spec.kernel.records import Cpu, Task, VmArea
from spec.kernel.tasks.fork import alloc_thread_stack_node


@function
def is_in_hand() -> bool:
    """Whether somebody is at work who may have a stack in a local only."""
    return any(
        in_routine(task, alloc_thread_stack_node) or in_routine(task, release_task_stack) or in_routine(task, delayed_vfree_work)
        for task in every(Task)
    ) or any(in_routine(cpu, thread_stack_free_rcu) for cpu in every(Cpu))


@invariant("area-owned", "{stack} is leaked: no task has it as its stack, no CPU caches it, and nothing will free it")
def area_owned(stack: VmArea) -> bool:
    """A leaked stack keeps its pages and its address space until reboot. one-owner does not see it, as the pages are still in a
    stack. Demanded of each stack: it is a task's, in a CPU's cache, waits for RCU or vfree, or
    is the protocol's own (holds_stack).

    A stack on its way from one to another is held by a local of the routine that moves it, so that one is looked for when
    no such routine of the kernel is active anywhere. Where stacks neither come nor go there is nothing to look for."""
    if not (FORK or TASKS_END) or not is_allocated(stack) or stack.rcu_pending or stack.vfree_pending or holds_stack(stack):
        return True
    if any(task.stack_vm_area is stack for task in every(Task)) or any(cpu.cached_stack is stack for cpu in every(Cpu)):
        return True
    return is_in_hand()
