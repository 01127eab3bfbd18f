# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Level, Task
from spec.properties.at_rest import fault_active


@invariant(
    "single-hole",
    "pte[{level}] of {task}'s stack is {area.pte[level]}, nr_pages is {area.nr_pages}",
)
def single_hole(task: Task, level: Level) -> bool:
    """The next fault finds its place by counting: nr_pages says where the one hole begins. A count that is not what is
    mapped makes it map over a page, or refuse."""
    area = task.stack_vm_area
    if area is None or level == STACK_PAGES or fault_active(task):
        return True
    return (area.pte[level] is not None) == (level < area.nr_pages)
