# SPDX-License-Identifier: GPL-2.0-only
"""The fixed RFC, some of whose hooks ask in which context they run; the answers are compared with what is known of the hook.

WRONG: the hook of which something else is expected, 1: stack_fault, 2: free_vmap_stack in a softirq, 3: irq_work_run,
4: switch_finished.
"""

from checker.language import atomic, check, demand, function, implements, inherit, parameter, routine
from models.rfc_v1 import dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Level,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    free_vmap_stack,
    in_hardirq,
    in_interrupt,
    in_nmi,
    in_task,
    irq_work_queue,
    irq_work_run,
    kfree_vm_area,
    may_cache_stack,
    remove_vm_area,
    set_pte_at,
    stack_fault,
    switch_finished,
    vfree_atomic,
)

inherit("models.rfc_v1_nr_fixed")

WRONG = parameter(0, 0, 4, "the hook of which something else is expected; 0: none")

asked = demand("asked", "The kernel tells code in which context it runs.")


@routine
def expect(task: bool, hardirq: bool, nmi: bool, wrong: bool) -> None:
    is_task = in_task()
    is_interrupt = in_interrupt()
    is_hardirq = in_hardirq()
    is_nmi = in_nmi()
    with atomic("compares"):
        right = is_task == task and is_interrupt != task and is_hardirq == hardirq and is_nmi == nmi
        check(right != wrong, asked, "in_task: {is_task}, in_hardirq: {is_hardirq}, in_nmi: {is_nmi}")


@implements(stack_fault)
def fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    expect(False, False, True, WRONG == 1)
    if level >= STACK_PAGES:
        return False
    page = dynamic_stack_get_page()
    if not page:
        return False
    stack.pages[level] = page
    stack.nr_pages = level + 1
    set_pte_at(stack, level, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(free_vmap_stack)
def free_stack(vm_area: VmArea) -> None:
    if in_task():
        remove_vm_area(vm_area)
        for i in range(STACK_PAGES):
            if i < vm_area.nr_pages:
                __free_page(vm_area.pages[i])
        kfree_vm_area(vm_area)
    else:
        expect(False, False, False, WRONG == 2)
        vfree_atomic(vm_area)


@implements(may_cache_stack)
@function
def never(stack: VmArea) -> bool:
    return False


@implements(irq_work_run)
def run() -> None:
    expect(False, True, False, WRONG == 3)


@implements(switch_finished)
def finished(prev: Task) -> None:
    expect(True, False, False, WRONG == 4)
    irq_work_queue()
