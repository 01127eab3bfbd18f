# SPDX-License-Identifier: GPL-2.0-only
"""A dead task's stack: cached for the next fork, or left to RCU."""

from checker.language import atomic, null, routine
from spec.kernel.hooks import free_vmap_stack, may_cache_stack, stack_released
from spec.kernel.records import Task, VmArea, this_cpu


@routine
def try_release_thread_stack_to_cache(stack: VmArea) -> bool:
    """try_release_thread_stack_to_cache(): whether this CPU's cache has room and takes the stack."""
    with atomic("this_cpu_cmpxchg, and a look at a stack that nobody else has"):
        cpu = this_cpu()
        if cpu.cached_stack is not None or not may_cache_stack(stack):
            return False
        cpu.cached_stack = stack
        return True


@routine
def put_task_stack(task: Task) -> None:
    """put_task_stack() and free_thread_stack(), from finish_task_switch, for a dead task that is off the CPU. Left out:
    that others can hold a reference to the stack, which puts all this off."""
    stack = task.stack_vm_area
    stack_released(task, stack)
    # Linux does this last. Nobody can tell: the cache is this CPU's own, and no grace period ends before preemption is on.
    task.stack_vm_area = null(VmArea)
    if not try_release_thread_stack_to_cache(stack):
        with atomic("call_rcu: its rcu_head is in the stack's first page, and this CPU's list is nobody else's"):
            stack.rcu_pending = True


@routine
def thread_stack_free_rcu(stack: VmArea) -> None:
    """thread_stack_free_rcu(): called in softirq context when a grace period is over. Linux caches the stack if by now there
    is room, else frees it."""
    if not try_release_thread_stack_to_cache(stack):
        free_vmap_stack(stack)
