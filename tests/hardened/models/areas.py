# SPDX-License-Identifier: GPL-2.0-only
"""hardened, with a demand that the catalogue lacks: no stack's address space is lost."""

from checker.language import every, implements, in_routine, invariant, is_allocated, parameter
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_fault,
    dynamic_stack_finish,
    dynamic_stack_forked,
    dynamic_stack_free_now,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_may_switch_to,
    dynamic_stack_owes_refill,
    dynamic_stack_released,
    dynamic_stack_schedule,
)
from spec.kernel import Cpu, Task, VmArea, free_vmap_stack, in_task, vfree_atomic
from spec.kernel.fork import copy_process
from spec.kernel.hotplug import cpu_hotplug
from spec.kernel.interrupts import thread_stack_free_rcu
from spec.kernel.scheduler import finish_task_switch
from spec.kernel.vfree import delayed_vfree_work
from spec.properties.at_rest import protocol_active

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_fault",
    "dynamic_stack_finish",
    "dynamic_stack_forked",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_may_switch_to",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
    "dynamic_stack_schedule",
]


@invariant("area-owned", "{stack} is nobody's")
def area_owned(stack: VmArea) -> bool:
    """Address space that nobody has is lost, with its pages."""
    if not is_allocated(stack) or stack.rcu_pending or stack.vfree_pending or protocol_active():
        return True
    if any(
        task.stack_vm_area is stack
        or in_routine(task, copy_process)
        or in_routine(task, delayed_vfree_work)
        or in_routine(task, cpu_hotplug)
        for task in every(Task)
    ):
        return True
    return any(
        cpu.cached_stack is stack or in_routine(cpu.stack, finish_task_switch) or in_routine(cpu, thread_stack_free_rcu)
        for cpu in every(Cpu)
    )


PUTS_OFF = parameter(1, 0, 1, "0: what an RCU callback must not free is forgotten")


@implements(free_vmap_stack)
def dynamic_stack_free_or_forget(vm_area: VmArea) -> None:
    if in_task():
        dynamic_stack_free_now(vm_area)
    elif PUTS_OFF == 1:
        vfree_atomic(vm_area)
