# SPDX-License-Identifier: GPL-2.0-only
"""The locks that the kernel's own allocators take, as steps. Only with the event allocator-fault: without it each of their
services is one step, which nothing interrupts."""

from checker.language import atomic, check, null, require, routine
from spec.kernel.locking.lock_order import STOCK_NUMBER, VMAP_NUMBER, ZONE_NUMBER, note_order
from spec.kernel.mm.allocator_locks import allocator_locks
from spec.kernel.parameters import ALLOCATOR_FAULT
from spec.kernel.records import Cpu, this_cpu
from spec.properties.lock_recursion import lock_recursion


@routine
def lock_zone() -> None:
    """spin_lock_irqsave(&zone->lock), mm/page_alloc.c."""
    if ALLOCATOR_FAULT:
        with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
            cpu = this_cpu()
            check(allocator_locks().zone is not cpu, lock_recursion, "{cpu} waits for zone->lock, which it holds already")
            require(allocator_locks().zone is None)
            note_order(cpu, ZONE_NUMBER)
            allocator_locks().zone = cpu


@routine
def unlock_zone() -> None:
    """spin_unlock_irqrestore(&zone->lock)."""
    if ALLOCATOR_FAULT:
        with atomic("one store with release semantics"):
            allocator_locks().zone = null(Cpu)


@routine
def lock_stock() -> None:
    """local_lock_irqsave(&memcg_stock.stock_lock), mm/memcontrol.c: this CPU's own, so that nobody waits for it. Without
    PREEMPT_RT it is no more than interrupts that are off: who comes in all the same changes the stock under its owner's
    hands, which lockdep reports as a recursion. Since v6.15 it is a trylock, and who fails it leaves the stock alone."""
    if ALLOCATOR_FAULT:
        with atomic("interrupts off"):
            cpu = this_cpu()
            check(not cpu.in_stock, lock_recursion, "{cpu} takes the lock of its memcg stock, which it holds already")
            note_order(cpu, STOCK_NUMBER)
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
    if ALLOCATOR_FAULT:
        with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
            cpu = this_cpu()
            check(
                allocator_locks().vmap is not cpu,
                lock_recursion,
                "{cpu} waits for the lock of the vmap area tree, which it holds already",
            )
            require(allocator_locks().vmap is None)
            note_order(cpu, VMAP_NUMBER)
            allocator_locks().vmap = cpu


@routine
def unlock_vmap() -> None:
    """spin_unlock(&vn->busy.lock)."""
    if ALLOCATOR_FAULT:
        with atomic("one store with release semantics"):
            allocator_locks().vmap = null(Cpu)
