# SPDX-License-Identifier: GPL-2.0-only
"""Stacks come and go: given to a new task, taken from a dead one, cached, and freed when the time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec.reference.kernel.allocator import SLEEPS, look_into_array, memcg_kmem_charge_page, memcg_kmem_uncharge_page
from spec.reference.kernel.objects import Cpu, Task, VmArea
from spec.reference.kernel.operations import Atomic, Choose, Load, LoadItem, Steps, Store, call, in_use

if TYPE_CHECKING:
    from spec.reference.kernel.kernel import Kernel


# --- a new task's ---


def alloc_thread_stack_node(kernel: Kernel, task: Task) -> Steps[bool]:
    """Gives the task a stack: a cached one, or a new one."""
    stack: VmArea | None = None
    if kernel.tasks_end:
        stack = yield from get_cached_stack(kernel)
    if stack is None:
        stack = yield from call(kernel.protocol.alloc_vmap_stack())
    if stack is None:
        return False
    yield Store(task, "stack_vm_area", stack)
    if (yield from memcg_charge_kernel_stack(kernel, stack, task)):
        return True
    yield Store(task, "stack_vm_area", None)
    yield from call(kernel.protocol.free_vmap_stack(stack))
    return False


def get_cached_stack(kernel: Kernel) -> Steps[VmArea | None]:
    """The stack that this CPU has cached, if any, with its pages zeroed."""

    def exchange() -> VmArea | None:
        cpu = kernel.this_cpu()
        stack, cpu.cached_stack = cpu.cached_stack, None
        if stack is not None:
            for pointer in in_use(stack).pages[: stack.nr_pages]:
                page = kernel.pages.at(pointer)
                page.dirty = False
                kernel.memory.zero(page.index)
        return stack

    found: VmArea | None = yield Atomic("get_cached_stack", exchange)
    return found


def memcg_charge_kernel_stack(kernel: Kernel, stack: VmArea, task: Task) -> Steps[bool]:
    """Charges all pages of a stack to its task, or none."""
    yield from look_into_array(kernel, stack)
    for i in range(kernel.stack_pages):
        nr_pages: int = yield Load(stack, "nr_pages")
        if i >= nr_pages:
            break
        page: int = yield LoadItem(stack, "pages", i)
        if not (yield from memcg_kmem_charge_page(kernel, page, SLEEPS, task)):
            for j in range(i):
                page = yield LoadItem(stack, "pages", j)
                yield from memcg_kmem_uncharge_page(kernel, page)
            return False
    return True


# --- a dead task's ---


def put_task_stack(kernel: Kernel, task: Task) -> Steps[None]:
    """For a dead task that is off the CPU: its stack is cached, or freed when no reader can have it any more."""
    stack: VmArea = yield Load(task, "stack_vm_area")
    if kernel.protocol.has_stack_released:
        yield from call(kernel.protocol.stack_released(task, stack))
    yield Store(task, "stack_vm_area", None)
    if not (yield from try_release_thread_stack_to_cache(kernel, stack)):
        yield Store(stack, "rcu_pending", True)


def try_release_thread_stack_to_cache(kernel: Kernel, stack: VmArea) -> Steps[bool]:
    """Whether there was room for it in this CPU's cache."""

    def compare_and_exchange() -> bool:
        cpu = kernel.this_cpu()
        if cpu.cached_stack is not None:
            return False
        cpu.cached_stack = stack
        return True

    return bool((yield Atomic("try_release_thread_stack_to_cache", compare_and_exchange)))


def thread_stack_free_rcu(kernel: Kernel, stack: VmArea) -> Steps[bool]:
    """A grace period is over: in softirq context."""
    if not (yield from try_release_thread_stack_to_cache(kernel, stack)):
        yield from call(kernel.protocol.free_vmap_stack(stack))
    return True


def free_vm_stack_cache(kernel: Kernel, cpu: Cpu) -> Steps[None]:
    """Frees the stack that a dead CPU has cached."""
    stack: VmArea | None = yield Load(cpu, "cached_stack")
    if stack is not None:
        yield from call(kernel.protocol.free_vmap_stack(stack))
        yield Store(cpu, "cached_stack", None)


# --- what waits for process context ---


def in_task(kernel: Kernel) -> Steps[bool]:
    """Whether this is code of a task, and no handler's."""
    return bool((yield Atomic("in_task", lambda: not kernel.this_cpu().handlers)))


def vfree_atomic(stack: VmArea) -> Steps[None]:
    """Leaves freeing the stack to delayed_vfree_work."""
    yield Store(stack, "vfree_pending", True)


def waiting_for_vfree(kernel: Kernel) -> list[int]:
    return [area.index for area in kernel.areas if area.allocated and area.vfree_pending]


def delayed_vfree_work(kernel: Kernel) -> Steps[None]:
    """Frees one of the stacks that wait for it. By whatever task comes along, instead of a kworker."""

    def take(index: int | None) -> VmArea | None:
        if index is None:
            return None
        kernel.areas[index].vfree_pending = False
        return kernel.areas[index]

    stack: VmArea | None = yield Choose("delayed_vfree_work", lambda: waiting_for_vfree(kernel) or None, take)
    if stack is not None:
        yield from call(kernel.protocol.free_vmap_stack(stack))
