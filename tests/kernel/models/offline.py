# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1_nr_fixed that empties the pool of a CPU in cpu_offline, while the CPU still runs, or in cpu_dead."""

from checker.language import implements, parameter, routine
from models.rfc_v1 import (
    alloc_vmap_stack_dynamic,
    dynamic_stack,
    dynamic_stack_refill_pages_cpu,
    free_vmap_stack_dynamic,
    uncharge_stack,
)
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import POOL_SLOTS, Cpu, __free_page, cpu_dead, cpu_offline

__all__ = [
    "alloc_vmap_stack_dynamic",
    "dynamic_stack",
    "dynamic_stack_fault",
    "dynamic_stack_refill_pages_cpu",
    "free_vmap_stack_dynamic",
    "uncharge_stack",
]

CPU_OFFLINE = parameter(1, 0, 1, "1: the pool is emptied on the CPU itself; 0: when it is dead")


@routine
def empty(cpu: Cpu) -> None:
    for slot in range(POOL_SLOTS):
        page = cpu.pool[slot]
        if page:
            cpu.pool[slot] = None
            __free_page(page)


@implements(cpu_offline)
def empty_before(cpu: Cpu) -> None:
    empty(cpu)


@implements(cpu_dead)
def empty_after(cpu: Cpu) -> None:
    if CPU_OFFLINE == 0:
        empty(cpu)
