# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Level, Task


@invariant(
    "charge-once",
    "{page} at level {level} of {task}'s stack is charged to {page.memcg}; {task} on a CPU: {task.on_cpu}",
)
def charge_once(task: Task, level: Level) -> bool:
    """A page charged to nobody escapes its group's limit, one charged to another or twice is never uncharged right.
    The kernel's memory limits are a security boundary. That it is not charged twice is checked where it is charged."""
    if task.stack_vm_area is None or level == STACK_PAGES:
        return True
    page = task.stack_vm_area.pte[level]
    if page is None or page.memcg is task:
        return True
    return page.memcg is None and task.on_cpu
