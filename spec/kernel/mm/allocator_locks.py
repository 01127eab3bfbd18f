# SPDX-License-Identifier: GPL-2.0-only
"""The locks of the kernel's own allocators, as data.

No hook is called where one of them is held, so that they concern what interrupts the holder, and no property of the holder
itself."""

from checker.language import function, instance, record
from spec.kernel.records import Cpu


@record(count=1, names={"allocators": 1})
class AllocatorLocks:
    """Locks of which the kernel has one for all CPUs; there is one zone."""

    zone: Cpu | None = None  # who has zone->lock; the locks of the per-CPU lists (pcp->lock) count as the same
    vmap: Cpu | None = None  # who has the lock of the tree of areas: vmap_area_lock, vn->busy.lock since v6.9


@function
def allocator_locks() -> AllocatorLocks:
    return instance(AllocatorLocks, 0)


@function
def holds_allocator_lock(cpu: Cpu) -> bool:
    """Whether the CPU is inside one of the kernel's allocators."""
    return allocator_locks().zone is cpu or allocator_locks().vmap is cpu or cpu.in_stock


@function
def zone_is_locked() -> bool:
    return allocator_locks().zone is not None


@function
def allocator_turned_interrupts_off(cpu: Cpu) -> bool:
    """Whether interrupts are off because of such a lock. With the lock of the tree of areas they are on."""
    return allocator_locks().zone is cpu or cpu.in_stock
