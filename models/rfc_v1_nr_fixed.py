# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1 with its multi-page loop mended, and nothing else: what is still wrong then.

nr_pages is counted up with every page that the loop takes, so that each page is stored in its own place.
"""

from checker.language import implements
from models.rfc_v1 import dynamic_stack, dynamic_stack_get_page
from spec.kernel import STACK_PAGES, Count, Level, Task, TaskFlags, VmArea, set_pte_at, stack_fault

__all__ = ["dynamic_stack", "dynamic_stack_fault"]


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    # Is the address inside the stack area of this task?
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area or level >= STACK_PAGES:
        return False
    nr_pages: Count = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    # Is it within the hole?
    if level < nr_pages:
        return False
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True
