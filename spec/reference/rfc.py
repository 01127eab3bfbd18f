# SPDX-License-Identifier: GPL-2.0-only
"""The protocol as posted: "[RFC 10/14] fork: Dynamic Kernel Stacks", Pasha Tatashin, 11 March 2024.

A fault takes pages from the pool of its CPU and tags them there, with bit 0 of the pointer; the task is marked. When a
marked task enters schedule(), it charges the tagged pages and puts new ones into their slots. Faithful to the patch where that is
wrong, too.
"""

from __future__ import annotations

from spec.reference.kernel.allocator import (
    Gfp,
    alloc_pages,
    free_page,
    get_vm_area_node,
    has_pages,
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
from spec.reference.kernel.objects import NULL, PF_DYNAMIC_STACK, TAG, Cpu, Task, VmArea
from spec.reference.kernel.operations import Load, LoadEntry, LoadItem, Steps, Store, StoreItem
from spec.reference.kernel.protocol import Protocol

THREADINFO_GFP = int(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
GFP_KERNEL = int(Gfp.DIRECT_RECLAIM)


class RfcProtocol(Protocol):
    has_exit_task_stack_account = True

    # --- a stack is made and freed ---

    def alloc_vmap_stack(self) -> Steps[VmArea | None]:
        kernel = self.kernel
        area = yield from get_vm_area_node(kernel, THREADINFO_GFP)
        if area is None:
            return None
        yield from set_pages(kernel, area, (yield from kmalloc(kernel, THREADINFO_GFP)))
        if not (yield from has_pages(kernel, area)):
            yield from self.give_up(area)
            return None
        for i in range(PREALLOC_PAGES):
            page = yield from alloc_pages(kernel, THREADINFO_GFP)
            yield StoreItem(area, "pages", i, page)
            if (yield LoadItem(area, "pages", i)) == NULL:
                yield from self.give_up(area)
                return None
            nr_pages: int = yield Load(area, "nr_pages")
            yield Store(area, "nr_pages", nr_pages + 1)
        if not (yield from pte_alloc_kernel(kernel, area)):
            yield from self.give_up(area)
            return None
        for i in range(PREALLOC_PAGES):  # vmap_pages_range_noflush() maps upwards
            page = yield LoadItem(area, "pages", i)
            yield from set_pte_at(kernel, area, PREALLOC_PAGES - 1 - i, page)
        return area

    def give_up(self, area: VmArea) -> Steps[None]:
        """The error path of alloc_vmap_stack, which leaves the area in the tree of areas."""
        freed = 0
        while freed < (yield Load(area, "nr_pages")):
            page: int = yield LoadItem(area, "pages", freed)
            yield from free_page(self.kernel, page)
            freed += 1
        yield from kfree_pages(self.kernel, area)
        yield from kfree_vm_area(self.kernel, area)

    def free_vmap_stack(self, stack: VmArea) -> Steps[None]:
        yield from remove_vm_area(self.kernel, stack)
        nr_pages: int = yield Load(stack, "nr_pages")
        for i in range(nr_pages):
            page: int = yield LoadItem(stack, "pages", i)
            yield from free_page(self.kernel, page)
        yield from kfree_pages(self.kernel, stack)
        yield from kfree_vm_area(self.kernel, stack)

    def exit_task_stack_account(self, task: Task) -> Steps[None]:
        area: VmArea = yield Load(task, "stack_vm_area")
        nr_pages: int = yield Load(area, "nr_pages")
        for i in range(nr_pages):
            page: int = yield LoadItem(area, "pages", i)
            yield from memcg_kmem_uncharge_page(self.kernel, page)

    # --- a stack grows ---

    def get_page(self) -> Steps[int]:
        """dynamic_stack_get_page(): the first page of the pool that is not taken yet, or NULL."""
        cpu = self.kernel.this_cpu()
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL and not page & TAG:
                again: int = yield LoadItem(cpu, "pool", i)
                yield StoreItem(cpu, "pool", i, again | TAG)
                return page
        return NULL

    def stack_fault(self, task: Task, stack: VmArea, level: int) -> Steps[bool]:
        """dynamic_stack_fault(). It looks at the stack of `current`, and counts nr_pages once, however many pages it maps."""
        kernel = self.kernel
        if stack is not (yield Load(task, "stack_vm_area")) or level >= kernel.stack_pages:  # task->stack
            return False
        area: VmArea | None = yield Load(task, "stack_vm_area")
        if area is None:
            return False
        nr_pages: int = yield Load(area, "nr_pages")
        if nr_pages >= kernel.stack_pages or level < nr_pages:
            return False
        for each in range(nr_pages, level + 1):
            page = yield from self.get_page()
            if page == NULL:
                return False
            yield StoreItem(area, "pages", nr_pages, page)
            yield Store(area, "nr_pages", nr_pages + 1)
            if (yield LoadEntry(kernel.memory, area, each)) is not None:
                return False
            yield from set_pte_at(kernel, area, each, page)
        flags: int = yield Load(task, "flags")
        yield Store(task, "flags", flags | PF_DYNAMIC_STACK)
        return True

    # --- its pages are charged, and the pool is filled again ---

    def schedule_start(self, prev: Task) -> Steps[None]:
        """dynamic_stack()."""
        flags: int = yield Load(prev, "flags")
        if flags & PF_DYNAMIC_STACK:
            yield from self.refill()
            flags = yield Load(prev, "flags")
            yield Store(prev, "flags", flags & ~PF_DYNAMIC_STACK)

    def refill(self) -> Steps[None]:
        """dynamic_stack_refill_pages(): up to the first slot that is not tagged. Whether a charge or an allocation has failed,
        only the log would say."""
        kernel = self.kernel
        cpu = kernel.this_cpu()
        for i in range(kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if not page & TAG:
                break
            page &= ~TAG
            yield from memcg_kmem_charge_page(kernel, page, GFP_KERNEL, None)
            yield from mod_lruvec_page_state(kernel, page)
            page = yield from alloc_pages(kernel, THREADINFO_GFP)
            yield StoreItem(cpu, "pool", i, page)

    # --- CPUs come and go ---

    def cpu_prepare(self, cpu: Cpu) -> Steps[bool]:
        """dynamic_stack_refill_pages_cpu(): up to the first slot that is not empty, and always content."""
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL:
                break
            page = yield from alloc_pages(self.kernel, THREADINFO_GFP)
            yield StoreItem(cpu, "pool", i, page)
            yield LoadItem(cpu, "pool", i)  # to say that there is none
        return True

    def cpu_dead(self, cpu: Cpu) -> Steps[None]:
        """dynamic_stack_free_pages_cpu(): frees what the slots hold, tagged or not."""
        for i in range(self.kernel.pool_slots):
            if (yield LoadItem(cpu, "pool", i)) != NULL:
                page: int = yield LoadItem(cpu, "pool", i)
                yield from free_page(self.kernel, page)
                yield StoreItem(cpu, "pool", i, NULL)
