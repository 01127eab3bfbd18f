# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, invariant
from spec.kernel.records import Cpu, Page
from spec.properties.one_owner import mappings_of, slots_with, stacks_with


@invariant(
    "handler-reentrant",
    "{page} was handed out twice: mapped {mappings_of(page)} times, in {stacks_with(page)} stacks and {slots_with(page)} slots",
)
def handler_reentrant(page: Page) -> bool:
    """An NMI can strike inside the fault handler and fault itself. What the second entry takes or stores, the first must not
    take or overwrite when it goes on. Demanded until the first one has ended. That the frame of the first is not
    overwritten is checked where NMIs strike."""
    if not any(cpu.reentered for cpu in every(Cpu)):
        return True
    return mappings_of(page) <= 1 and slots_with(page) + stacks_with(page) <= 1


@invariant("handler-reentrant", "the fault at level {cpu.refused} of {cpu.stack}'s stack is refused after an NMI has resolved it")
def first_entry_goes_on(cpu: Cpu) -> bool:
    """Nor must what the second entry did confuse the first: one that finds its level mapped meanwhile is done, not at fault."""
    return not cpu.reentered or cpu.refused == 0 or cpu.stack.stack_vm_area.pte[cpu.refused] is None
