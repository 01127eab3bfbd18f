# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, invariant
from spec.kernel.exceptions import in_nmi
from spec.kernel.records import Cpu, Page
from spec.properties.one_owner import mappings_of, slots_with, stacks_with


@invariant(
    "handler-reentrant",
    "{page} was handed out twice: mapped {mappings_of(page)} times, in {stacks_with(page)} stacks and {slots_with(page)} slots",
)
def handler_reentrant(page: Page) -> bool:
    """An NMI can strike inside the fault handler and fault itself. What the second entry takes or stores, the first must not
    take or overwrite when it goes on. That the frame of the first is not overwritten is checked where NMIs strike."""
    if not any(in_nmi(cpu) for cpu in every(Cpu)):
        return True
    return mappings_of(page) <= 1 and slots_with(page) + stacks_with(page) <= 1
