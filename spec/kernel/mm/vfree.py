# SPDX-License-Identifier: GPL-2.0-only
"""Freeing that waits for process context."""

from checker.language import atomic, check, choose, every, is_allocated, routine
from spec.kernel.entry.contexts import Context, context, is_unmaskable
from spec.kernel.hooks import free_vmap_stack
from spec.kernel.records import VmArea, this_cpu
from spec.properties.service_context import service_context


@routine
def vfree_atomic(stack: VmArea) -> None:
    """vfree_atomic(): has the stack freed in process context, later, by free_vmap_stack.

    Context: any but NMI and stack fault, and not under rq->lock: it wakes a kworker (schedule_work, mm/vmalloc.c), which takes
    the locks of its pool and rq->lock."""
    with atomic("llist_add"):
        where = context(this_cpu())
        check(
            not is_unmaskable(where) and where is not Context.RQ_LOCKED,
            service_context,
            "vfree_atomic(), which wakes a kworker, is called in {where} context",
        )
        stack.vfree_pending = True


@routine
def delayed_vfree_work() -> None:
    """delayed_vfree_work(), in process context. Linux: by a kworker; here any task at its plain work stands for that, and
    finds nothing to do where another one was faster."""
    with atomic("llist_del_all"):
        if not any(is_allocated(area) and area.vfree_pending for area in every(VmArea)):
            return
        stack = choose(area for area in every(VmArea) if is_allocated(area) and area.vfree_pending)
        stack.vfree_pending = False
    free_vmap_stack(stack)
