# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.records import Cpu


@invariant(
    "fault-resolved",
    "the handler refused the fault at level {cpu.refused} of {cpu.stack}'s stack, where nr_pages is "
    "{cpu.stack.stack_vm_area.nr_pages}",
)
def fault_resolved(cpu: Cpu) -> bool:
    """The kernel can take a fault anywhere on its stack only if each one ends with the page mapped. One that is refused
    because of the protocol's own state, an empty pool or a wrong count, crashes a machine that did nothing wrong.
    Where the handler reports success, the repeated access checks that the page is there."""
    return cpu.refused == 0
