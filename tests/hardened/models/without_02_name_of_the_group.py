# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a name for the group: when the switch is finished, `current` is the next task."""

from checker.language import implements, inherit, routine
from models.hardened import dynamic_stack_refill_pages, stack_grown
from spec.kernel import Gfp, Task, is_charged, memcg_kmem_charge_page, mod_lruvec_page_state, switch_finished

inherit("models.hardened")


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
