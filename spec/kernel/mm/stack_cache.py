# SPDX-License-Identifier: GPL-2.0-only
"""A dead task's stack: cached for the next fork, or left to RCU."""

from checker.language import atomic, check, null, routine
from spec.kernel.hooks import free_vmap_stack, may_cache_stack, stack_released
from spec.kernel.parameters import REFCOUNTED
from spec.kernel.records import Task, TaskState, VmArea, this_cpu
from spec.properties.no_wild_pointer import no_wild_pointer


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
def drop_stack_reference(task: Task) -> None:
    """The common part of put_task_stack(): the reference is given back, and with the last one the stack is released. Without
    the event proc-stack and `STACK_REFCOUNT = 1` nobody has one but the dead task itself."""
    if REFCOUNTED:
        with atomic("refcount_dec_and_test"):
            check(task.stack_refcount > 0, no_wild_pointer, "a reference to {task}'s stack is dropped that nobody holds")
            task.stack_refcount -= 1
            if task.stack_refcount > 0:
                return
            dead = task.state is TaskState.TASK_DEAD
            check(dead, no_wild_pointer, "the last reference to {task}'s stack is dropped, but {task} is not dead")
    release_task_stack(task)


@routine
def release_task_stack(task: Task) -> None:
    """release_task_stack() and free_thread_stack(), for a dead task that is off the CPU: from finish_task_switch, with preemption
    off, or from whoever has given back the last reference."""
    stack = task.stack_vm_area
    stack_released(task, stack)
    # Linux does this last. Nobody can tell: the cache is this CPU's own, and RCU does not have the stack yet.
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
