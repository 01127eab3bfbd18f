# SPDX-License-Identifier: GPL-2.0-only
"""The order in which locks are taken, as lockdep keeps it. For the property lock-order only."""

from enum import Enum
from typing import Annotated

from checker.language import Array, Ghost, Range, address, array, check, function, instance, routine
from spec.kernel.locking.locks import Mutex, RawSpinlock
from spec.kernel.mm.allocator_locks import allocator_locks
from spec.kernel.parameters import ALLOCATOR_FAULT, MUTEXES, RAW_SPINLOCKS, SPINLOCKS
from spec.kernel.records import Cpu
from spec.properties.lock_order import lock_order

FIRST_MUTEX = RAW_SPINLOCKS + SPINLOCKS
FIRST_OF_ALLOCATORS = FIRST_MUTEX + (MUTEXES if MUTEXES else 1)
LOCK_NUMBERS = FIRST_OF_ALLOCATORS + 3
SEVERAL_LOCKS = FIRST_MUTEX + MUTEXES > 1 or ALLOCATOR_FAULT

LockNumber = Annotated[int, Range(0, LOCK_NUMBERS - 1)]
"""A lock: raw spinlocks, spinlocks, mutexes, then those of the zone, of the tree of areas, and of the stocks of charges."""

ZONE_NUMBER = FIRST_OF_ALLOCATORS
VMAP_NUMBER = FIRST_OF_ALLOCATORS + 1
STOCK_NUMBER = FIRST_OF_ALLOCATORS + 2


class LockKind(Enum):
    """What kind of lock a number stands for."""

    RAW_SPINLOCK = 0
    SPINLOCK = 1
    MUTEX = 2
    ZONE_LOCK = 3
    VMAP_LOCK = 4
    STOCK_LOCK = 5


taken_under: Ghost[Array[Array[bool]]] = array(
    LOCK_NUMBERS, array(LOCK_NUMBERS)
)  # [a][b]: b was taken under a, or under another that was


@function
def number_of(lock: RawSpinlock) -> LockNumber:
    return address(lock) - 1


@function
def number_of_mutex(mutex: Mutex) -> LockNumber:
    return FIRST_MUTEX + address(mutex) - 1


@function
def has_lock(cpu: Cpu, number: LockNumber) -> bool:
    """Whether the CPU has the lock, or the task on it has the mutex."""
    if number == ZONE_NUMBER:
        return allocator_locks().zone is cpu
    if number == VMAP_NUMBER:
        return allocator_locks().vmap is cpu
    if number == STOCK_NUMBER:
        return cpu.in_stock
    if number >= FIRST_MUTEX:
        return instance(Mutex, number - FIRST_MUTEX).owner is cpu.stack
    return instance(RawSpinlock, number).holder is cpu


@function
def lock_kind(number: LockNumber) -> LockKind:
    """For messages."""
    if number >= FIRST_OF_ALLOCATORS:
        if number == ZONE_NUMBER:
            return LockKind.ZONE_LOCK
        return LockKind.VMAP_LOCK if number == VMAP_NUMBER else LockKind.STOCK_LOCK
    if number >= FIRST_MUTEX:
        return LockKind.MUTEX
    return LockKind.RAW_SPINLOCK if number < RAW_SPINLOCKS else LockKind.SPINLOCK


@function
def lock_place(number: LockNumber) -> LockNumber:
    """Which of its kind."""
    if number >= FIRST_OF_ALLOCATORS:
        return 0
    if number >= FIRST_MUTEX:
        return number - FIRST_MUTEX
    return number if number < RAW_SPINLOCKS else number - RAW_SPINLOCKS


@routine
def note_order(cpu: Cpu, number: LockNumber) -> None:
    """Called in the step in which the CPU takes a lock, or begins to wait for it: from now on it comes after those that the
    CPU has. A trylock that fails waits for nobody, so that one is not noted; that others are taken under it is."""
    if SEVERAL_LOCKS:
        for held in range(LOCK_NUMBERS):
            if held != number and has_lock(cpu, held):
                check(
                    not taken_under[number][held],
                    lock_order,
                    "{cpu} takes {lock_kind(number)} {lock_place(number)} while it holds {lock_kind(held)} {lock_place(held)}; "
                    "elsewhere they are taken in the other order",
                )
        for held in range(LOCK_NUMBERS):
            if held != number and has_lock(cpu, held):
                for before in range(LOCK_NUMBERS):
                    if before == held or taken_under[before][held]:
                        for after in range(LOCK_NUMBERS):
                            if after == number or taken_under[number][after]:
                                taken_under[before][after] = True
