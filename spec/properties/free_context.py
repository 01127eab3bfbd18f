# SPDX-License-Identifier: GPL-2.0-only
from checker.language import in_routine, invariant
from spec.kernel.mm.vmalloc import remove_vm_area
from spec.kernel.records import Cpu, Task
from spec.properties.preemption import preemption_off


@invariant("free-context", "{cpu} calls remove_vm_area(), which may sleep, in an exception or a softirq")
def free_context(cpu: Cpu) -> bool:
    """remove_vm_area may sleep, and says so with might_sleep(). An RCU callback runs in a softirq, where nothing may sleep;
    vfree knows that and defers the work. That no page is freed in the stack fault
    handler or an NMI, which can come while this CPU holds zone->lock, is checked where pages are freed."""
    return not in_routine(cpu, remove_vm_area)


@invariant("free-context", "{task} calls remove_vm_area(), which may sleep, with preemption disabled")
def free_context_of_task(task: Task) -> bool:
    """Nor may it be called with preemption off, as in finish_task_switch."""
    return not in_routine(task, remove_vm_area) or not preemption_off(task)
