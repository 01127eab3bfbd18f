# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's data: page frames, stacks, tasks, CPUs.

A pointer to a page is a number, as in the kernel: 0 is NULL, and bit 0 is free for a tag. Other pointers are Python's.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from spec.reference.kernel.failures import Exhausted, WildPointer

if TYPE_CHECKING:
    from spec.reference.kernel.contexts import Context

NULL = 0
TAG = 1
PAGE_ALIGNMENT = 2
PF_DYNAMIC_STACK = 1


class TaskState(Enum):
    """task->__state, as far as it matters here."""

    TASK_RUNNING = 0
    TASK_DEAD = 1  # it exits; or, when its stack is gone, there is no such task
    TASK_NEW = 2  # it is being forked


class Page:
    """A page frame with its struct page. memcg: who is charged for it. dirty: whether there is anything but zeros in it."""

    __slots__ = ("allocated", "dirty", "index", "memcg", "pointer")

    def __init__(self, index: int) -> None:
        self.index = index
        self.pointer = (index + 1) * PAGE_ALIGNMENT
        self.allocated = False
        self.memcg: Task | None = None
        self.dirty = False

    def __str__(self) -> str:
        return f"page{self.index}"


class Pages:
    """All page frames. The lowest free one is allocated first, so that a run can be repeated."""

    def __init__(self, count: int) -> None:
        self.frames = [Page(index) for index in range(count)]

    def name(self, pointer: int) -> str:
        """How a pointer prints: page3, page3|1, None."""
        if pointer == NULL:
            return "None"
        index, tag = divmod(pointer, PAGE_ALIGNMENT)
        return f"page{index - 1}" + (f"|{tag}" if tag else "")

    def struct(self, pointer: int) -> Page:
        """The struct page that a pointer leads to, allocated or not. Raises WildPointer if it leads to none."""
        index, tag = divmod(pointer, PAGE_ALIGNMENT)
        if pointer == NULL or tag or index > len(self.frames):
            raise WildPointer(f"{self.name(pointer)} is used as a pointer to a page")
        return self.frames[index - 1]

    def at(self, pointer: int) -> Page:
        """The page in use that a pointer leads to. Raises WildPointer if there is none."""
        page = self.struct(pointer)
        if not page.allocated:
            raise WildPointer(f"{page} is used, and is free")
        return page

    def allocate(self) -> Page:
        """Takes a page from the free list. Raises Exhausted if none is left."""
        for page in self.frames:
            if not page.allocated:
                page.allocated = True
                page.memcg = None
                page.dirty = False
                return page
        raise Exhausted("no page frame is left")


class PagesArray(Enum):
    """What vm_struct.pages points to: where kmalloc can fail (area-oom) that need not be an array."""

    THERE = 0
    NULL = 1
    FREED = 2


class VmArea:
    """struct vm_struct of a stack, and what else goes with it. Its page table is in the memory back end. array: what its member
    `pages` points to, whose elements are in `pages` here. page_table: there is one for it."""

    __slots__ = ("allocated", "array", "in_vmap_tree", "index", "nr_pages", "page_table", "pages", "rcu_pending", "vfree_pending")

    def __init__(self, index: int, stack_pages: int) -> None:
        self.index = index
        self.allocated = False
        self.pages = [NULL] * stack_pages
        self.array = PagesArray.THERE
        self.page_table = True
        self.nr_pages = 0
        self.in_vmap_tree = False
        self.rcu_pending = False
        self.vfree_pending = False

    def __str__(self) -> str:
        return f"vm_area{self.index}"


class Task:
    """struct task_struct, with the place where its code stands.

    cpu: where it may run; without migration it stays where it first ran. stack_grown: the hardened protocol's mark.
    """

    __slots__ = ("context", "cpu", "flags", "idle", "index", "killed", "name", "on_cpu", "stack_grown", "stack_vm_area", "state")

    def __init__(self, index: int, name: str, idle: bool) -> None:
        self.index = index
        self.name = name
        self.idle = idle
        self.flags = 0
        self.state = TaskState.TASK_RUNNING
        self.stack_vm_area: VmArea | None = None  # the idle tasks run on static stacks
        self.on_cpu = False
        self.cpu: Cpu | None = None
        self.killed = False
        self.stack_grown = False
        self.context: Context

    def __str__(self) -> str:
        return self.name


class Cpu:
    """What is per CPU.

    stack: the task whose stack the stack pointer is in; for a moment of each switch it is not `current`. previous: what the
    switch hands over. handlers: the exceptions and interrupts in progress, the innermost last. refused: the level of a fault
    that was refused and is being reported, else 0. reentered, short: notes for who looks for failures: an NMI has entered the
    fault handler inside a fault; an allocation failed, and the pool has not been full since.
    needs_refill: the hardened protocol's.
    """

    __slots__ = (
        "boot",
        "cached_stack",
        "current",
        "handlers",
        "idle",
        "in_hotplug",
        "index",
        "needs_refill",
        "online",
        "pool",
        "previous",
        "reentered",
        "refused",
        "short",
        "stack",
    )

    def __init__(self, index: int, pool_slots: int, idle: Task) -> None:
        self.index = index
        self.pool = [NULL] * pool_slots
        self.idle = idle
        self.current = idle
        self.stack = idle
        self.previous: Task | None = None
        self.online = True
        self.boot = False
        self.in_hotplug = False
        self.cached_stack: VmArea | None = None
        self.needs_refill = False
        self.refused = 0
        self.reentered = False
        self.short = False
        self.handlers: tuple[Context, ...] = ()

    def __str__(self) -> str:
        return f"cpu{self.index}"
