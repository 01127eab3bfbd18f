# SPDX-License-Identifier: GPL-2.0-only
"""hardened without the help: who finds a level claimed maps it, and leaves its slot to whom it interrupted."""

from checker.language import atomic, implements, inherit
from models.hardened import dynamic_stack_take_page, needs_refill, not_acquired, stack_grown
from spec.kernel import STACK_PAGES, Level, Task, VmArea, set_pte_at, stack_fault, this_cpu

inherit("models.hardened")


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
        page = not_acquired(page)
        stack.pages[i] = page
        set_pte_at(stack, i, page)
        with atomic("cmpxchg: an NMI may have counted this level and deeper ones"):
            if stack.nr_pages == i:
                stack.nr_pages = i + 1
    return True
