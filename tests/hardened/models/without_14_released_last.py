# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 14: the charges are taken back in do_exit, before the last pages are charged."""

from checker.language import implements
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_fault,
    dynamic_stack_finish,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_may_switch_to,
    dynamic_stack_owes_refill,
    dynamic_stack_schedule,
)
from spec.kernel import Task, exit_task_stack_account, memcg_kmem_uncharge_page

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_fault",
    "dynamic_stack_finish",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_may_switch_to",
    "dynamic_stack_owes_refill",
    "dynamic_stack_schedule",
]


@implements(exit_task_stack_account)
def dynamic_exit_task_stack_account(tsk: Task) -> None:
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        memcg_kmem_uncharge_page(vm_area.pages[i])
