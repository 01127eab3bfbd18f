# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, invariant
from spec.kernel.records import Cpu, Page
from spec.properties.one_owner import mappings_of, slots_with, stacks_with


@invariant(
    "handler-reentrant",
    "{page} is in use twice after an NMI faulted inside the fault handler: "
    "{'it is mapped ' + mappings_of(page) + ' times' if mappings_of(page) > 1 else 'it is in two stacks or pool slots'}",
)
def handler_reentrant(page: Page) -> bool:
    """An NMI can come inside the fault handler and fault itself. What the second entry takes or stores, the first must not
    take or overwrite when it goes on. Demanded until the first one has ended. That the frame of the first is not
    overwritten is checked where NMIs come."""
    if not any(cpu.reentered for cpu in every(Cpu)):
        return True
    return mappings_of(page) <= 1 and slots_with(page) + stacks_with(page) <= 1


@invariant(
    "handler-reentrant",
    "the handler refused the fault at level {cpu.refused} of {cpu.stack}'s stack, which an NMI's fault has mapped",
)
def first_entry_goes_on(cpu: Cpu) -> bool:
    """Nor must what the second entry did confuse the first: one that finds its level mapped meanwhile is done, not at fault."""
    return not cpu.reentered or cpu.refused == 0 or cpu.stack.stack_vm_area.pte[cpu.refused] is None
