# SPDX-License-Identifier: GPL-2.0-only
from checker.language import address, every, function, invariant, reference
from spec.kernel.entry.exceptions import in_stack_fault
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Cpu, Page, Slot, Task
from spec.kernel.tasks.hotplug import is_at_rest


@function
def is_in_live_stack(tagged: Page | None) -> bool:
    """Whether the page of a tagged slot is mapped in the stack of a task."""
    return any(
        reference(Page, address(task.stack_vm_area.pte[level]) | 1) is tagged
        for task in every(Task)
        if task.stack_vm_area is not None
        for level in range(STACK_PAGES)
    )


@invariant(
    "tag-live",
    "slot {slot} of {cpu}'s pool is marked as taken ({cpu.pool[slot]}), "
    "but {cpu + ' is offline' if is_in_live_stack(cpu.pool[slot]) else 'no task has that page in its stack'}",
)
def tag_live(cpu: Cpu, slot: Slot) -> bool:
    """A tag says: this page is in a stack, and not charged yet. Once that stack is freed or cached, whoever consumes the tag
    charges a page that belongs to somebody else by then. A CPU that is offline consumes no tags."""
    if not address(cpu.pool[slot]) & 1 or in_stack_fault(cpu):
        return True
    return is_in_live_stack(cpu.pool[slot]) and (cpu.online or not is_at_rest(cpu))
