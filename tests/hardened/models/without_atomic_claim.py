# SPDX-License-Identifier: GPL-2.0-only
"""hardened without the cmpxchg of change 15: a level is claimed by a load and a store."""

from checker.language import atomic, implements, inherit, routine
from models.hardened import acquired, dynamic_stack_help, is_acquired, is_free_to_take, needs_refill, not_acquired, stack_grown
from spec.kernel import POOL_SLOTS, STACK_PAGES, Cpu, Level, Task, VmArea, set_pte_at, stack_fault, this_cpu

inherit("models.hardened")


@routine
def dynamic_stack_take_page(cpu: Cpu, stack: VmArea, i: Level) -> bool:
    """Claims a page of the pool for the level: first in the stack, with the flag, so that whoever comes in between takes
    the same page for the same level; then in its slot."""
    for slot in range(POOL_SLOTS):
        page = cpu.pool[slot]
        if is_free_to_take(page):
            claimed = stack.pages[i] is None
            if claimed:
                stack.pages[i] = acquired(page)
                cpu.pool[slot] = acquired(page)
            return True
    return stack.pages[i] is not None


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    cpu = this_cpu()
    # The stack pointer tells whose stack this is; `current` may still be the task that is leaving.
    owner = cpu.stack
    if stack is not owner.stack_vm_area or level >= STACK_PAGES:
        return False
    stack_grown[owner] = True
    needs_refill[cpu] = True
    nr_pages = stack.nr_pages
    for i in range(nr_pages, level + 1):
        page = stack.pages[i]
        if page is None:
            if not dynamic_stack_take_page(cpu, stack, i):
                return False
            page = stack.pages[i]
        elif is_acquired(page):
            dynamic_stack_help(cpu, not_acquired(page))
        page = not_acquired(page)
        stack.pages[i] = page
        set_pte_at(stack, i, page)
        with atomic("cmpxchg: an NMI may have counted this level and deeper ones"):
            if stack.nr_pages == i:
                stack.nr_pages = i + 1
    return True
