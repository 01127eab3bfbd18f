# SPDX-License-Identifier: GPL-2.0-only
from checker.language import address, function, in_routine, invariant
from spec.kernel.entry.exceptions import in_stack_fault
from spec.kernel.hooks import owes_refill, switch_finished
from spec.kernel.records import Cpu, Slot, Task
from spec.properties.at_rest import is_leaving


@function
def will_refill(cpu: Cpu, task: Task) -> bool:
    """Whether the task will still refill the pool of the CPU it is on: it is marked for it, or at it. A refill at work
    counts whole, also for slots it has passed; when it ends, the mark alone counts."""
    if task is None:
        return False
    return owes_refill(cpu, task) or is_leaving(task) or in_routine(task, switch_finished)


@invariant(
    "refill-owed",
    "slot {slot} of {cpu}'s pool is marked as taken ({cpu.pool[slot]}), but "
    "{'neither ' + cpu.previous + ', which leaves the CPU, nor ' + cpu.stack + ' is' if cpu.previous "
    "else cpu.stack + ', which runs there, is not'} marked to refill it",
)
def refill_owed(cpu: Cpu, slot: Slot) -> bool:
    """A taken slot is refilled, and its page charged, when a marked task leaves the CPU. If neither the task that
    runs there (in the middle of a stack switch: the next one) nor the one that is leaving is marked, the pool stays a page
    short until some marked task passes, and the page is then charged to whoever that is."""
    if not address(cpu.pool[slot]) & 1 or in_stack_fault(cpu):
        return True
    return will_refill(cpu, cpu.stack) or will_refill(cpu, cpu.previous)
