# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.records import Cpu


@invariant(
    "fault-resolved",
    "the fault at level {cpu.refused} of {cpu.stack}'s stack was refused; pages counted: {cpu.stack.stack_vm_area.nr_pages}",
)
def fault_resolved(cpu: Cpu) -> bool:
    """The kernel can take a fault anywhere on its stack only if each one ends with the page mapped. One that is refused
    because of the protocol's own state, an empty pool or a lost count, is a crash of a machine that did nothing wrong.
    That a fault which counts as resolved is so is checked where the access is repeated."""
    return cpu.refused == 0
