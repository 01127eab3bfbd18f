# SPDX-License-Identifier: GPL-2.0-only
"""The locks that the kernel's own allocators take, as steps. Only with the event allocator-fault: without it each of their
services is one step, in which nothing strikes.

No hook is called where one of these locks is held, so that they concern what interrupts the holder, and no property of the
holder itself."""

from checker.language import atomic, check, function, null, require, routine
from spec.kernel.parameters import ALLOCATOR_FAULT
from spec.kernel.records import Cpu, this_cpu
from spec.properties.lock_recursion import lock_recursion

zone_lock: Cpu | None = None  # who has zone->lock; the locks of the per-CPU lists (pcp->lock) count as the same
vmap_lock: Cpu | None = None  # who has the lock of the tree of areas: vmap_area_lock, vn->busy.lock since v6.9


@function
def holds_allocator_lock(cpu: Cpu) -> bool:
    """Whether the CPU is inside one of the kernel's allocators."""
    return zone_lock is cpu or vmap_lock is cpu or cpu.in_stock


@function
def zone_is_locked() -> bool:
    return zone_lock is not None


@function
def allocator_turned_interrupts_off(cpu: Cpu) -> bool:
    """Whether interrupts are off because of such a lock. With the lock of the tree of areas they are on."""
    return zone_lock is cpu or cpu.in_stock


@routine
def lock_zone() -> None:
    """spin_lock_irqsave(&zone->lock), mm/page_alloc.c."""
    global zone_lock
    if ALLOCATOR_FAULT:
        with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
            cpu = this_cpu()
            check(zone_lock is not cpu, lock_recursion, "{cpu} waits for zone->lock, which it has itself")
            require(zone_lock is None)
            zone_lock = cpu


@routine
def unlock_zone() -> None:
    """spin_unlock_irqrestore(&zone->lock)."""
    global zone_lock
    if ALLOCATOR_FAULT:
        with atomic("one store with release semantics"):
            zone_lock = null(Cpu)


@routine
def lock_stock() -> None:
    """local_lock_irqsave(&memcg_stock.stock_lock), mm/memcontrol.c: this CPU's own, so that nobody waits for it. Without
    PREEMPT_RT it is no more than interrupts that are off: who comes in all the same changes the stock under its owner's
    hands, which lockdep reports as a recursion. Since v6.15 it is a trylock, and who fails it leaves the stock alone."""
    if ALLOCATOR_FAULT:
        with atomic("interrupts off"):
            cpu = this_cpu()
            check(not cpu.in_stock, lock_recursion, "{cpu} takes the lock of its memcg stock, which it has already")
            cpu.in_stock = True


@routine
def unlock_stock() -> None:
    """local_unlock_irqrestore(&memcg_stock.stock_lock)."""
    if ALLOCATOR_FAULT:
        with atomic("interrupts as before"):
            cpu = this_cpu()
            cpu.in_stock = False


@routine
def lock_vmap() -> None:
    """spin_lock(&vn->busy.lock), mm/vmalloc.c: interrupts stay on."""
    global vmap_lock
    if ALLOCATOR_FAULT:
        with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
            cpu = this_cpu()
            check(vmap_lock is not cpu, lock_recursion, "{cpu} waits for the lock of the tree of areas, which it has itself")
            require(vmap_lock is None)
            vmap_lock = cpu


@routine
def unlock_vmap() -> None:
    """spin_unlock(&vn->busy.lock)."""
    global vmap_lock
    if ALLOCATOR_FAULT:
        with atomic("one store with release semantics"):
            vmap_lock = null(Cpu)
