# SPDX-License-Identifier: GPL-2.0-only
"""Page frames are allocated, freed and charged; stacks get and give back their address space; pages are mapped."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

from spec.reference.kernel.failures import DirtyPage, DoubleCharge, FreedInHandler, WildPointer, WrongStack
from spec.reference.kernel.objects import NULL, PagesArray, Task, VmArea
from spec.reference.kernel.operations import Atomic, Choice, Choose, Load, Steps, Store, call, in_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec.reference.kernel.kernel import Kernel


class Gfp(IntFlag):
    """gfp_t. GFP_KERNEL is DIRECT_RECLAIM."""

    DIRECT_RECLAIM = 1
    NOFAIL = 2
    ZERO = 4


SLEEPS = int(Gfp.DIRECT_RECLAIM)


def might_sleep(kernel: Kernel) -> Steps[bool]:
    """Whether what follows sleeps. Only code of a task can, and only if it is not asleep for memory already."""
    yield Atomic("might_sleep", lambda: None)

    def decisions() -> Sequence[Choice] | None:
        cpu = kernel.this_cpu()
        can_sleep = not cpu.handlers and not cpu.stack.idle and "direct_reclaim" not in cpu.stack.context.inside
        return (False, True) if can_sleep else None

    return bool((yield Choose("sleep or not", decisions, bool)))


def direct_reclaim(kernel: Kernel) -> Steps[None]:
    """Sleeps until there is memory."""
    from spec.reference.kernel.scheduler import schedule  # it stands on this module

    yield from call(schedule(kernel))


def alloc_pages(kernel: Kernel, gfp: int) -> Steps[int]:
    """A page, or NULL."""
    if kernel.sleep and gfp & SLEEPS and (yield from might_sleep(kernel)):
        yield from direct_reclaim(kernel)

    def take(fails: bool | None) -> int:
        if fails:
            kernel.this_cpu().short = True
            return NULL
        page = kernel.pages.allocate()
        if gfp & Gfp.ZERO:
            kernel.memory.zero(page.index)
        else:
            page.dirty = True
            kernel.memory.scribble(page.index)
        return page.pointer

    result: int = yield Choose("alloc_pages", lambda: (False, True) if kernel.oom else None, take)
    return result


def free_page(kernel: Kernel, pointer: int) -> Steps[None]:
    """Gives a page back, with what it was charged for."""

    def give_back() -> None:
        if kernel.handles(kernel.this_cpu(), "exc_page_fault"):
            raise FreedInHandler(f"{kernel.pages.name(pointer)} is freed in the stack fault handler")
        page = kernel.pages.at(pointer)
        page.memcg = None
        page.allocated = False

    yield Atomic("free_page", give_back)


def memcg_kmem_charge_page(kernel: Kernel, pointer: int, gfp: int, group: Task | None) -> Steps[bool]:
    """Charges a page to a task, of which each has a memory cgroup of its own. group: to whom, None: to current, and to nobody in
    an interrupt."""
    if kernel.sleep and gfp & SLEEPS:
        to_nobody = yield Atomic("in_task", lambda: group is None and bool(kernel.this_cpu().handlers))
        if not to_nobody and (yield from might_sleep(kernel)):
            yield from direct_reclaim(kernel)

    def decisions() -> Sequence[Choice] | None:
        if not kernel.charge_fail or gfp & Gfp.NOFAIL or (group is None and kernel.this_cpu().handlers):
            return None
        return (False, True)

    def charge(fails: bool | None) -> bool:
        if fails:
            return False
        cpu = kernel.this_cpu()
        if group is None and cpu.handlers:
            return True
        charged = cpu.current if group is None else group
        page = kernel.pages.at(pointer)
        if page.memcg is not None:
            raise DoubleCharge(f"{page} is charged to {page.memcg} already, now again to {charged}")
        page.memcg = charged
        return True

    return bool((yield Choose("memcg_kmem_charge_page", decisions, charge)))


def memcg_kmem_uncharge_page(kernel: Kernel, pointer: int) -> Steps[None]:
    def uncharge() -> None:
        kernel.pages.at(pointer).memcg = None

    yield Atomic("memcg_kmem_uncharge_page", uncharge)


class LoadMemcg(Load):
    """Reads whom a page is charged to."""

    __slots__ = ("kernel", "pointer")

    def __init__(self, kernel: Kernel, pointer: int) -> None:
        self.kernel = kernel
        self.pointer = pointer

    def perform(self, choice: Choice) -> Task | None:
        return self.kernel.pages.at(self.pointer).memcg

    def field(self) -> str:
        return "Page.memcg"

    def describe(self) -> str:
        return f"load {self.kernel.pages.name(self.pointer)}.memcg"


def is_charged(kernel: Kernel, pointer: int) -> Steps[bool]:
    return (yield LoadMemcg(kernel, pointer)) is not None


def mod_lruvec_page_state(kernel: Kernel, pointer: int) -> Steps[None]:
    """Counts a page in the statistics of its group, which it looks up in the page."""
    yield LoadMemcg(kernel, pointer)


def set_pte_at(kernel: Kernel, area: VmArea, level: int, pointer: int) -> Steps[None]:
    """Maps a page. From then on the stack's task writes to it."""

    def map_page() -> None:
        page = kernel.pages.struct(pointer)
        if not page.allocated:
            raise WildPointer(f"{page}, which is free, is mapped at level {level} of {area}")
        if not in_use(area).page_table:
            raise WildPointer(f"level {level} of {area} is mapped, and it has no page table")
        if page.dirty and not kernel.is_mapped(page):
            raise DirtyPage(f"{page}, with data of others, enters {area}")
        cpu = kernel.this_cpu()
        if kernel.handles(cpu, "exc_page_fault"):
            if cpu.stack.stack_vm_area is not area:
                raise WrongStack(f"the fault was on {cpu.stack}'s stack, and {area} grows")
            page.dirty = True
        kernel.memory.map(in_use(area).index, level, page.index)

    yield Atomic("set_pte_at", map_page)


# --- address space, and what else it takes to have a stack ---


def may_fail(kernel: Kernel) -> Sequence[Choice] | None:
    """Whether there is memory for what is not a page frame."""
    return (False, True) if kernel.area_oom else None


def may_wait_for_memory(kernel: Kernel, gfp: int) -> Steps[None]:
    if kernel.area_oom and kernel.sleep and gfp & SLEEPS and (yield from might_sleep(kernel)):
        yield from direct_reclaim(kernel)


def kmalloc(kernel: Kernel, gfp: int) -> Steps[bool]:
    """Whether there is an array for the pages of an area."""
    if not kernel.area_oom:
        return True
    yield from may_wait_for_memory(kernel, gfp)
    return bool((yield Choose("kmalloc", lambda: may_fail(kernel), lambda fails: not fails)))


def set_pages(kernel: Kernel, area: VmArea, there: bool) -> Steps[None]:
    """The area gets the array, or NULL."""
    if kernel.area_oom:
        yield Store(area, "array", PagesArray.THERE if there else PagesArray.NULL)


def check_elements(area: VmArea) -> None:
    """Nobody has stored a page into an array that is not there."""
    if area.array is not PagesArray.THERE and any(page != NULL for page in area.pages):
        raise WildPointer(f"a page was stored into {area}.pages, which is {area.array.name}")


def has_pages(kernel: Kernel, area: VmArea) -> Steps[bool]:
    """Whether the area's pointer to its array is other than NULL."""

    def look() -> bool:
        check_elements(in_use(area))
        return area.array is not PagesArray.NULL

    return not kernel.area_oom or bool((yield Atomic("has_pages", look)))


def kfree_pages(kernel: Kernel, area: VmArea) -> Steps[None]:
    """Frees the array, if there is one."""

    def give_back() -> None:
        check_elements(in_use(area))
        if area.array is PagesArray.FREED:
            raise WildPointer(f"the array of {area}'s pages is freed a second time")
        if area.array is PagesArray.THERE:
            area.pages = [NULL] * kernel.stack_pages
            area.array = PagesArray.FREED

    if kernel.area_oom:
        yield Atomic("kfree_pages", give_back)


def look_into_array(kernel: Kernel, area: VmArea) -> Steps[None]:
    """The kernel itself is about to read the area's array."""

    def look() -> None:
        if in_use(area).array is not PagesArray.THERE:
            raise WildPointer(f"{area}.pages, which is {area.array.name}, is dereferenced")

    if kernel.area_oom:
        yield Atomic("look into the array", look)


def pte_alloc_kernel(kernel: Kernel, area: VmArea) -> Steps[bool]:
    """Whether there is a page table for a stack."""
    if not kernel.area_oom:
        return True
    yield from may_wait_for_memory(kernel, SLEEPS)

    def make(fails: bool) -> bool:
        check_elements(in_use(area))
        if not fails:
            area.page_table = True
        return not fails

    return bool((yield Choose("pte_alloc_kernel", lambda: may_fail(kernel), make)))


def get_vm_area_node(kernel: Kernel, gfp: int) -> Steps[VmArea | None]:
    """Address space for a stack, nothing mapped. None: there is no more, or no memory to keep track of it."""
    yield from may_wait_for_memory(kernel, gfp)

    def take(fails: bool | None) -> VmArea | None:
        for area in kernel.areas:
            if not area.allocated and not fails:
                area.allocated = True
                area.in_vmap_tree = True
                area.rcu_pending = area.vfree_pending = False
                area.array = PagesArray.NULL if kernel.area_oom else PagesArray.THERE
                area.page_table = not kernel.area_oom
                return area
        return None

    found: VmArea | None = yield Choose("get_vm_area_node", lambda: may_fail(kernel), take)
    return found


def remove_vm_area(kernel: Kernel, area: VmArea) -> Steps[None]:
    """Unmaps a stack. It may sleep to do that."""
    yield Atomic("might_sleep", lambda: None)

    def unmap() -> None:
        in_use(area).in_vmap_tree = False
        for level in range(kernel.stack_pages):
            kernel.memory.unmap(area.index, level)

    yield Atomic("remove_vm_area", unmap)


def kfree_vm_area(kernel: Kernel, area: VmArea) -> Steps[None]:
    """Frees the area itself, with its array of pages."""

    def give_back() -> None:
        if in_use(area).in_vmap_tree:
            raise WildPointer(f"{area} is freed, and the tree of areas still points to it")
        check_elements(area)
        area.pages = [NULL] * kernel.stack_pages
        area.nr_pages = 0
        area.array = PagesArray.THERE
        area.page_table = True
        area.allocated = False

    yield Atomic("kfree_vm_area", give_back)
