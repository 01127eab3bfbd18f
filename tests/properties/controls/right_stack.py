# SPDX-License-Identifier: GPL-2.0-only
"""Control of right-stack: a handler that goes by the address, not by the task that the architecture takes for the faulting one.

PLANTED=1: in the window of the stack switch it grows the stack of `current` if there is room in that, as a handler that ignores the
address does. With the event fork, a task maps the first page of another's stack, which is right.
"""

from models.lifecycle import dynamic_stack

from checker.language import implements, invariant, parameter
from models.rfc_v1 import alloc_vmap_stack_dynamic, dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Level,
    Task,
    TaskFlags,
    VmArea,
    set_pte_at,
    stack_fault,
    this_cpu,
)

__all__ = ["alloc_vmap_stack_dynamic", "dynamic_stack"]

PLANTED = parameter(1, 0, 1, "0: no fault, 1: the stack of `current` grows")


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    vm_area = stack
    if PLANTED == 1 and tsk.stack_vm_area and tsk.stack_vm_area.nr_pages <= level:
        vm_area = tsk.stack_vm_area
    nr_pages: Count = vm_area.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        set_pte_at(vm_area, addr, page)
        vm_area.pages[addr] = page
        vm_area.nr_pages = addr + 1
    faulting = this_cpu().stack
    faulting.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@invariant(
    "reached-window", "{cpu} is on the stack of {cpu.stack}, which has grown, and takes {cpu.current} for the running task"
)
def reached_window(cpu: Cpu) -> bool:
    """Faults are resolved in the window of the stack switch."""
    if cpu.stack is cpu.current or cpu.stack.stack_vm_area is None:
        return True
    return not cpu.stack.flags & TaskFlags.PF_DYNAMIC_STACK


@invariant("reached-outside", "{cpu} is on the stack of {cpu.stack}, which has grown, and knows it")
def reached_outside(cpu: Cpu) -> bool:
    """And elsewhere."""
    return cpu.stack is not cpu.current or not cpu.stack.flags & TaskFlags.PF_DYNAMIC_STACK
