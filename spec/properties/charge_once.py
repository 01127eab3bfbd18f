# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, invariant, is_allocated
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Level, Page, Task, TaskState, VmArea
from spec.properties.at_rest import protocol_active


@invariant(
    "charge-once",
    "{page} at level {level} of {task}'s stack is charged to "
    "{page.memcg + ', not to ' + task if page.memcg else 'no memory cgroup, and ' + task + ' has left the CPU'}",
)
def charge_once(task: Task, level: Level) -> bool:
    """A page that is not charged escapes the limit of its memory cgroup; one charged to another or twice is never uncharged
    correctly. The kernel's memory limits are a security boundary. That it is not charged twice is checked where it is charged."""
    if task.idle or task.stack_vm_area is None or level == STACK_PAGES:  # an idle task is in the root group, which has no limit
        return True
    page = task.stack_vm_area.pte[level]
    if page is None or not is_allocated(page) or page.memcg is task:
        return True
    return page.memcg is None and (task.on_cpu or task.state is not TaskState.TASK_RUNNING)


@invariant("charge-once", "{page} is still charged to {page.memcg}, but is not in {page.memcg}'s stack")
def charged_to_its_stack(page: Page) -> bool:
    """The counters balance: what a task is charged for is in its stack, so that it is taken back before the stack is cached,
    and not more often than it was charged. A page that the protocol takes out of a stack may be in its hand."""
    if not is_allocated(page) or page.memcg is None:
        return True
    return (
        any(
            area.pte[level] is page or area.pages[level] is page
            for area in every(VmArea)
            if page.memcg.stack_vm_area is area
            for level in range(STACK_PAGES)
        )
        or protocol_active()
    )
