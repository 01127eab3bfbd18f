# SPDX-License-Identifier: GPL-2.0-only
"""Control of area-owned: what RCU hands over is freed in process context, but for the last one, which the protocol keeps. Only while it
keeps one are others cached.

PLANTED=1: what RCU hands over is forgotten. PLANTED=2: the one that was kept is forgotten when the next one comes.
"""

from models.lifecycle import alloc_vmap_stack_dynamic, clear_mark, dynamic_stack, dynamic_stack_fault, uncharge_stack

from checker.language import atomic, every, function, implements, in_routine, invariant, is_allocated, parameter, routine
from spec.kernel import (
    STACK_PAGES,
    Cpu,
    Task,
    VmArea,
    __free_page,
    free_vmap_stack,
    holds_stack,
    in_task,
    may_cache_stack,
    remove_vm_area,
    vfree_atomic,
)
from spec.kernel.mm.stack_cache import release_task_stack, thread_stack_free_rcu
from spec.kernel.mm.vmalloc import kfree_vm_area
from spec.kernel.tasks.fork import alloc_thread_stack_node

__all__ = ["alloc_vmap_stack_dynamic", "clear_mark", "dynamic_stack", "dynamic_stack_fault", "uncharge_stack"]

PLANTED = parameter(1, 0, 2, "0: no fault, 1: a stack is forgotten in the softirq, 2: the one that was kept is")

kept: VmArea | None = None


@routine
def free_stack(stack: VmArea) -> None:
    remove_vm_area(stack)
    for i in range(STACK_PAGES):
        if i < stack.nr_pages:
            __free_page(stack.pages[i])
    kfree_vm_area(stack)


@implements(free_vmap_stack)
def free_the_one_before(stack: VmArea) -> None:
    global kept
    if in_task():
        with atomic("xchg"):
            before = kept
            kept = stack
        if PLANTED != 2 and before is not None:
            free_stack(before)
    elif PLANTED != 1:
        vfree_atomic(stack)


@implements(holds_stack)
@function
def is_kept(stack: VmArea) -> bool:
    return kept is stack


@implements(may_cache_stack)
@function
def one_is_kept(stack: VmArea) -> bool:
    return kept is not None


@invariant("reached-freed", "{stack} is gone, while another one is kept")
def reached_freed(stack: VmArea) -> bool:
    """Stacks are freed."""
    return is_allocated(stack) or kept is None


@invariant("reached-cached", "{stack} is in {cpu}'s cache")
def reached_cached(cpu: Cpu, stack: VmArea) -> bool:
    """And cached."""
    return cpu.cached_stack is not stack


@invariant("reached-rcu", "{stack} waits for RCU, and no task is at its end or its beginning")
def reached_rcu(stack: VmArea) -> bool:
    """They wait to be freed, while nobody has any in hand."""
    return not is_allocated(stack) or not stack.rcu_pending or reached_in_hand()


@invariant("reached-vfree", "{stack} waits for vfree, and no task is at its end or its beginning")
def reached_vfree(stack: VmArea) -> bool:
    """The same in the other queue."""
    return not is_allocated(stack) or not stack.vfree_pending or reached_in_hand()


@function
def reached_in_hand() -> bool:
    return any(in_routine(task, alloc_thread_stack_node) or in_routine(task, release_task_stack) for task in every(Task)) or any(
        in_routine(cpu, thread_stack_free_rcu) for cpu in every(Cpu)
    )
