# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1_nr_fixed that boots in another way, or calls elsewhere what runs at boot only."""

from checker.language import implements, parameter
from models.rfc_v1 import alloc_vmap_stack_dynamic, dynamic_stack_refill_pages_cpu, free_vmap_stack_dynamic, uncharge_stack
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import Task, cpuhp_setup_state, fork_init, panic, schedule_start

__all__ = [
    "alloc_vmap_stack_dynamic",
    "dynamic_stack_fault",
    "dynamic_stack_refill_pages_cpu",
    "free_vmap_stack_dynamic",
    "uncharge_stack",
]

AT_BOOT = parameter(1, 0, 1, "0: nothing; 1: the callback is set up")
LATER = parameter(0, 0, 2, "what __schedule calls; 0: nothing, 1: cpuhp_setup_state, 2: panic")


@implements(fork_init)
def boots() -> None:
    if AT_BOOT == 1:
        cpuhp_setup_state()


@implements(schedule_start)
def later(prev: Task) -> None:
    if LATER == 1:
        cpuhp_setup_state()
    if LATER == 2:
        panic()
