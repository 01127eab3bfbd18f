# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.hooks import list_is_exact
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Level, Task
from spec.properties.at_rest import is_changing, is_listed_later


@invariant(
    "single-hole",
    "level {level} of {task}'s stack is {'mapped (' + area.pte[level] + ')' if area.pte[level] else 'not mapped'}, "
    "but nr_pages is {area.nr_pages}",
)
def single_hole(task: Task, level: Level) -> bool:
    """The next fault finds its place by counting: nr_pages says where the unmapped part begins. With a wrong count it maps over
    a page, or refuses. A protocol that does not count in its handler says when the count lags
    behind (list_is_exact); what it then forgets to count is missed where pages are charged, zeroed and freed."""
    area = task.stack_vm_area
    if area is None or level == STACK_PAGES or is_changing(task) or not list_is_exact(area):
        return True
    if is_listed_later(area, level):
        return True
    return (area.pte[level] is not None) == (level < area.nr_pages)
