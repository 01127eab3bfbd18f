# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.hooks import list_is_exact
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Level, Task
from spec.properties.at_rest import is_changing, is_listed_later


@invariant(
    "area-agrees",
    "pages[{level}] of {task}'s stack is {area.pages[level]}, but "
    "{area.pte[level] if area.pte[level] else 'no page'} is mapped there",
)
def area_agrees(task: Task, level: Level) -> bool:
    """The stack is freed, charged and cached through vm_area->pages. A page that is mapped but not listed is lost; one
    that is listed but not mapped is freed while somebody else uses it. Demanded where the protocol says that the list is
    exact."""
    area = task.stack_vm_area
    if area is None or level == STACK_PAGES or is_changing(task) or not list_is_exact(area):
        return True
    if is_listed_later(area, level):
        return True
    return area.pages[level] is area.pte[level]
