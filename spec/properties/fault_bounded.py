# SPDX-License-Identifier: GPL-2.0-only
from checker.language import bounded, eventually
from spec.kernel.entry.exceptions import in_stack_fault
from spec.kernel.records import Cpu


@bounded("fault-bounded", "{cpu} loops forever in the stack fault handler")
def fault_bounded(cpu: Cpu) -> bool:
    """A stack fault can happen anywhere, also under locks and with interrupts off, so its handler cannot wait for others.
    Demanded: in no run, however unfair to the other CPUs, does a CPU take infinitely many steps in a fault that never ends. As
    there are finitely many states, there is then a bound on these steps."""
    return not in_stack_fault(cpu)


@eventually("fault-bounded", "{cpu} never returns from the stack fault handler")
def fault_ends(cpu: Cpu) -> bool:
    """It does not stand still either, waiting forever."""
    return not in_stack_fault(cpu)
