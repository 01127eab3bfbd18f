# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a name for the group: when the switch is finished, `current` is the next task."""

from checker.language import implements, routine
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_fault,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_may_switch_to,
    dynamic_stack_owes_refill,
    dynamic_stack_refill_pages,
    dynamic_stack_released,
    dynamic_stack_schedule,
    stack_grown,
)
from spec.kernel import Gfp, Task, is_charged, memcg_kmem_charge_page, mod_lruvec_page_state, switch_finished

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_fault",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_may_switch_to",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
    "dynamic_stack_schedule",
]


@routine
def dynamic_stack_charge(tsk: Task) -> None:
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        page = vm_area.pages[i]
        if not is_charged(page):
            memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
            mod_lruvec_page_state(page)


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()
