# SPDX-License-Identifier: GPL-2.0-only
"""Freeing that waits for process context."""

from checker.language import atomic, choose, every, has_frames, is_allocated, routine
from spec.kernel.hooks import free_vmap_stack
from spec.kernel.records import VmArea, this_cpu


@routine
def in_task() -> bool:
    """in_task(): whether this code runs for a task, and not in an exception, an interrupt or a softirq."""
    with atomic("looks at the CPU's own preempt count only"):
        return not has_frames(this_cpu())


@routine
def vfree_atomic(stack: VmArea) -> None:
    """vfree_atomic(): has the stack freed in process context, later, by free_vmap_stack."""
    with atomic("llist_add"):
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
