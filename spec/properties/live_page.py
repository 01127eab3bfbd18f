# SPDX-License-Identifier: GPL-2.0-only
"""Checked where a page of a stack is unmapped or another one put into its place, too: spec/kernel/mm/vunmap.py, memory.py."""

from checker.language import invariant
from spec.kernel.entry.depth import has_frames_on_its_stack
from spec.kernel.parameters import DEPTH_KEPT
from spec.kernel.records import Level, Task


@invariant(
    "live-page",
    "{task} has frames at level {level} of its stack, where "
    "{area.pte[level] + ', which does not hold them, is' if area.pte[level] else 'no page is'} mapped",
)
def live_page(task: Task, level: Level) -> bool:
    """A page in which a task has frames is its own, whether it runs, is interrupted or sleeps: who unmaps it, frees it or puts
    another one in its place takes away what the task returns to. Which pages these are the stack pointer says."""
    area = task.stack_vm_area
    if not DEPTH_KEPT or area is None or level > task.depth or not has_frames_on_its_stack(task):
        return True
    page = area.pte[level]
    return page is not None and page.dirty
