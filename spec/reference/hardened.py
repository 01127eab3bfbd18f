# SPDX-License-Identifier: GPL-2.0-only
"""The hardened protocol: the RFC's idea, with what it takes to keep its promises. models/hardened.py lists the differences.

A fault claims a page for its level in the stack's own list, tagged, before it tags the slot of the pool; so an NMI that faults
in between finishes the job. The CPU knows that its pool is to be filled, and the task that its stack has grown, apart from
each other. The pool is filled when a task enters schedule() and again when it has left; then its pages are charged, by its
name. It never sleeps for memory, and leaves the CPU to idle rather than run a task that the pool could not serve.
"""

from __future__ import annotations

from spec.reference.kernel.allocator import (
    Gfp,
    alloc_pages,
    free_page,
    get_vm_area_node,
    has_pages,
    is_charged,
    kfree_pages,
    kfree_vm_area,
    kmalloc,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    mod_lruvec_page_state,
    pte_alloc_kernel,
    remove_vm_area,
    set_pages,
    set_pte_at,
)
from spec.reference.kernel.kernel import PREALLOC_PAGES
from spec.reference.kernel.objects import NULL, TAG, Cpu, Task, VmArea
from spec.reference.kernel.operations import Atomic, Load, LoadItem, Steps, Store, StoreItem
from spec.reference.kernel.protocol import Protocol
from spec.reference.kernel.stacks import in_task, vfree_atomic

WITH_SLEEPING = int(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
WITHOUT_SLEEPING = int(Gfp.ZERO)
NOFAIL = int(Gfp.NOFAIL)


def can_be_taken(page: int) -> bool:
    """Whether a slot of a pool that holds this has a page for a fault."""
    return page != NULL and not page & TAG


class HardenedProtocol(Protocol):
    has_task_forked = True
    has_switch_finished = True
    has_stack_released = True

    # --- a stack is made and freed ---

    def alloc_vmap_stack(self) -> Steps[VmArea | None]:
        kernel = self.kernel
        area = yield from get_vm_area_node(kernel, WITH_SLEEPING)
        if area is None:
            return None
        yield from set_pages(kernel, area, (yield from kmalloc(kernel, WITH_SLEEPING)))
        if not (yield from has_pages(kernel, area)):
            yield from self.free_now(area)
            return None
        for i in range(PREALLOC_PAGES):
            page = yield from alloc_pages(kernel, WITH_SLEEPING)
            if page == NULL:
                yield from self.free_now(area)
                return None
            yield StoreItem(area, "pages", i, page)
            if not (yield from pte_alloc_kernel(kernel, area)):
                yield StoreItem(area, "pages", i, NULL)
                yield from free_page(kernel, page)
                yield from self.free_now(area)
                return None
            yield from set_pte_at(kernel, area, i, page)
            yield Store(area, "nr_pages", i + 1)
        return area

    def free_now(self, area: VmArea) -> Steps[None]:
        yield from remove_vm_area(self.kernel, area)
        nr_pages: int = yield Load(area, "nr_pages")
        for i in range(nr_pages):
            page: int = yield LoadItem(area, "pages", i)
            yield StoreItem(area, "pages", i, NULL)
            yield from free_page(self.kernel, page)
        yield from kfree_pages(self.kernel, area)
        yield from kfree_vm_area(self.kernel, area)

    def free_vmap_stack(self, stack: VmArea) -> Steps[None]:
        """Unmapping may sleep, so it is left to process context."""
        if (yield from in_task(self.kernel)):
            yield from self.free_now(stack)
        else:
            yield from vfree_atomic(stack)

    def task_forked(self, child: Task) -> Steps[None]:
        yield Store(child, "stack_grown", False)

    def stack_released(self, task: Task, stack: VmArea) -> Steps[None]:
        nr_pages: int = yield Load(stack, "nr_pages")
        for i in range(nr_pages):
            page: int = yield LoadItem(stack, "pages", i)
            yield from memcg_kmem_uncharge_page(self.kernel, page)

    # --- a stack grows ---

    def stack_fault(self, task: Task, stack: VmArea, level: int) -> Steps[bool]:
        kernel = self.kernel
        cpu = kernel.this_cpu()
        owner: Task = yield Load(cpu, "stack")  # and not task: in a switch the stack is next's, and `current` is prev
        if stack is not (yield Load(owner, "stack_vm_area")) or level >= kernel.stack_pages:
            return False
        yield Store(owner, "stack_grown", True)
        yield Store(cpu, "needs_refill", True)
        nr_pages: int = yield Load(stack, "nr_pages")
        for i in range(nr_pages, level + 1):
            page: int = yield LoadItem(stack, "pages", i)
            if page == NULL:
                if not (yield from self.claim_page(cpu, stack, i)):
                    return False
                page = yield LoadItem(stack, "pages", i)
            elif page & TAG:
                yield from self.tag_slot_of(cpu, page & ~TAG)
            page &= ~TAG
            yield StoreItem(stack, "pages", i, page)
            yield from set_pte_at(kernel, stack, i, page)
            yield from self.count(stack, i)
        return True

    def claim_page(self, cpu: Cpu, stack: VmArea, level: int) -> Steps[bool]:
        """Lists a page of the pool for the level, tagged, and then tags its slot. False: the pool is empty, and nobody else has
        listed one."""
        for slot in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", slot)
            if can_be_taken(page):

                def compare_and_exchange(page: int = page) -> bool:
                    if stack.pages[level] != NULL:
                        return False
                    stack.pages[level] = page | TAG
                    return True

                if (yield Atomic("claim a page", compare_and_exchange)):
                    yield StoreItem(cpu, "pool", slot, page | TAG)
                return True
        found: int = yield LoadItem(stack, "pages", level)
        return found != NULL

    def tag_slot_of(self, cpu: Cpu, page: int) -> Steps[None]:
        """Does what a handler was about to do that an NMI has interrupted."""
        for slot in range(self.kernel.pool_slots):
            held: int = yield LoadItem(cpu, "pool", slot)
            if held == page:
                yield StoreItem(cpu, "pool", slot, page | TAG)

    def count(self, stack: VmArea, level: int) -> Steps[None]:
        """Counts the level, if nobody has done that, and more, meanwhile."""

        def compare_and_exchange() -> None:
            if stack.nr_pages == level:
                stack.nr_pages = level + 1

        yield Atomic("count a page", compare_and_exchange)

    # --- its pages are charged, and the pool is filled again ---

    def may_switch_to(self, cpu: Cpu, prev: Task, next: Task) -> bool:
        if prev is next:
            return True
        return sum(map(can_be_taken, cpu.pool)) >= self.levels_to_grow(prev) + self.levels_to_grow(next)

    def levels_to_grow(self, task: Task) -> int:
        area = task.stack_vm_area
        return 0 if area is None else self.kernel.stack_pages - area.nr_pages

    def schedule_start(self, prev: Task) -> Steps[None]:
        yield from self.refill()

    def switch_finished(self, prev: Task) -> Steps[None]:
        if (yield Load(prev, "stack_grown")):
            yield from self.charge(prev)
            yield Store(prev, "stack_grown", False)
        yield from self.refill()

    def charge(self, task: Task) -> Steps[None]:
        """Charges the task for what its stack has grown."""
        area: VmArea = yield Load(task, "stack_vm_area")
        nr_pages: int = yield Load(area, "nr_pages")
        for i in range(nr_pages):
            page: int = yield LoadItem(area, "pages", i)
            if not (yield from is_charged(self.kernel, page)):
                yield from memcg_kmem_charge_page(self.kernel, page, NOFAIL, task)
                yield from mod_lruvec_page_state(self.kernel, page)

    def refill(self) -> Steps[None]:
        cpu = self.kernel.this_cpu()
        if (yield Load(cpu, "needs_refill")):
            yield Store(cpu, "needs_refill", False)  # first: so a fault from here on sets it again
            for i in range(self.kernel.pool_slots):
                held: int = yield LoadItem(cpu, "pool", i)
                if not can_be_taken(held):
                    page = yield from alloc_pages(self.kernel, WITHOUT_SLEEPING)
                    if page == NULL:
                        yield Store(cpu, "needs_refill", True)
                    yield StoreItem(cpu, "pool", i, page)

    # --- what others are asked for ---

    def may_read_stack(self, stack: VmArea, level: int) -> bool:
        return self.kernel.memory.frame_at(stack.index, level) is not None

    def keeps_idle_awake(self, cpu: Cpu) -> bool:
        return cpu.needs_refill

    def is_marked(self, task: Task) -> bool:
        return task.stack_grown

    def owes_refill(self, cpu: Cpu, task: Task) -> bool:
        return cpu.needs_refill and not task.idle

    # --- CPUs come and go ---

    def cpu_prepare(self, cpu: Cpu) -> Steps[bool]:
        for i in range(self.kernel.pool_slots):
            page = yield from alloc_pages(self.kernel, WITH_SLEEPING)
            if page == NULL:
                yield from self.empty_pool(cpu)
                return False
            yield StoreItem(cpu, "pool", i, page)
        return True

    def empty_pool(self, cpu: Cpu) -> Steps[None]:
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL:
                yield StoreItem(cpu, "pool", i, NULL)
                yield from free_page(self.kernel, page)

    def cpu_dead(self, cpu: Cpu) -> Steps[None]:
        yield from self.empty_pool(cpu)
        yield Store(cpu, "needs_refill", False)
