# SPDX-License-Identifier: GPL-2.0-only
"""hardened without vfree_atomic: what an RCU callback must not free is left where it is."""

from checker.language import implements, inherit
from models.hardened import dynamic_stack_free_now
from spec.kernel import VmArea, free_vmap_stack, in_task

inherit("models.hardened")


@implements(free_vmap_stack)
def dynamic_stack_free(vm_area: VmArea) -> None:
    if in_task():
        dynamic_stack_free_now(vm_area)
