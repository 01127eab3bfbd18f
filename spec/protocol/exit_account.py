# SPDX-License-Identifier: GPL-2.0-only
"""Uncharging a stack when its task exits, for a protocol that leaves that to Linux."""

from checker.language import implements
from spec.kernel import Task, exit_task_stack_account, memcg_kmem_uncharge_page


@implements(exit_task_stack_account)
def exit_task_stack_account_of_the_kernel(tsk: Task) -> None:
    """exit_task_stack_account(), kernel/fork.c, with nr_pages for the number of pages, as the RFC's patch 4 leaves it."""
    vm_area = tsk.stack_vm_area
    nr_pages = vm_area.nr_pages
    for i in range(nr_pages):
        memcg_kmem_uncharge_page(vm_area.pages[i])
