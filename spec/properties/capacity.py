# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, function, invariant
from spec.kernel.hooks import fault_may_take
from spec.kernel.parameters import POOL_SLOTS, STACK_PAGES
from spec.kernel.records import Count, Cpu, Page, VmArea
from spec.kernel.scheduler import is_usable


@function
def usable_pages(cpu: Cpu) -> int:
    """How many pages a fault could still take: of the CPU's pool, and of what the protocol keeps for faults elsewhere."""
    return sum(1 for slot in range(POOL_SLOTS) if is_usable(cpu, slot)) + sum(1 for page in every(Page) if fault_may_take(page))


@function
def missing_pages(stack: VmArea, cpu: Cpu) -> Count:
    """How many pages the refused fault on the CPU still lacked."""
    return sum(1 for level in range(STACK_PAGES) if level <= cpu.refused and stack.pte[level] is None)


@invariant(
    "capacity",
    "the fault at level {cpu.refused} of {cpu.stack}'s stack was refused for want of pages, though no allocation has failed",
)
def capacity(cpu: Cpu) -> bool:
    """The pool has to cover all that can be needed before its next refill: the rest of the leaving task's stack, the next
    one's, and whatever interrupts them. If it is too small with all allocations successful, no memory helps. An
    allocation that failed here excuses the pool until it has been full again."""
    return cpu.refused == 0 or cpu.short or usable_pages(cpu) >= missing_pages(cpu.stack.stack_vm_area, cpu)
