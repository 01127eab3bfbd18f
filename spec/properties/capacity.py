# SPDX-License-Identifier: GPL-2.0-only
from checker.language import address, every, function, invariant
from spec.kernel.entry.exceptions import handles_nmi
from spec.kernel.hooks import fault_may_take
from spec.kernel.parameters import POOL_SLOTS, STACK_PAGES
from spec.kernel.records import Count, Cpu, Page, Slot, VmArea
from spec.kernel.sched.scheduler import is_usable
from spec.properties.tag_live import is_in_live_stack


@function
def is_left_over(cpu: Cpu, slot: Slot) -> bool:
    """Whether the refused fault has taken the page of this slot and not mapped it, so that it was not for want of that one."""
    return bool(address(cpu.pool[slot]) & 1) and not handles_nmi(cpu) and not is_in_live_stack(cpu.pool[slot])


@function
def usable_pages(cpu: Cpu) -> int:
    """How many pages the fault had or could still take: of the CPU's pool, and of what the protocol keeps for faults
    elsewhere."""
    return sum(1 for slot in range(POOL_SLOTS) if is_usable(cpu, slot) or is_left_over(cpu, slot)) + sum(
        1 for page in every(Page) if fault_may_take(page)
    )


@function
def missing_pages(stack: VmArea, cpu: Cpu) -> Count:
    """How many pages the refused fault on the CPU still lacked."""
    return sum(1 for level in range(STACK_PAGES) if level <= cpu.refused and stack.pte[level] is None)


@invariant(
    "capacity",
    "the handler refused the fault at level {cpu.refused} of {cpu.stack}'s stack for lack of pages, though no allocation failed",
)
def capacity(cpu: Cpu) -> bool:
    """The pool has to cover all that can be needed before its next refill: the rest of the leaving task's stack, the next
    one's, and whatever interrupts them. If it is too small with all allocations successful, no memory helps. An
    allocation that failed here excuses the pool until it has been full again."""
    return cpu.refused == 0 or cpu.short or usable_pages(cpu) >= missing_pages(cpu.stack.stack_vm_area, cpu)
