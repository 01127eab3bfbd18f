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
    "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]} (in a task's stack: {is_in_live_stack(cpu.pool[slot])}, "
    "{cpu} online: {cpu.online})",
)
def tag_live(cpu: Cpu, slot: Slot) -> bool:
    """A tag says: this page is in a stack, and not charged yet. Once that stack is freed or cached, whoever consumes the tag
    charges a page that is somebody else's by then. A CPU that is gone consumes none."""
    if not address(cpu.pool[slot]) & 1 or in_stack_fault(cpu):
        return True
    return is_in_live_stack(cpu.pool[slot]) and (cpu.online or not is_at_rest(cpu))
