# SPDX-License-Identifier: GPL-2.0-only
"""hardened without vfree_atomic: the RCU callback frees the stack itself."""

from checker.language import implements, inherit
from models.hardened import dynamic_stack_free_now
from spec.kernel import VmArea, free_vmap_stack

inherit("models.hardened")


@implements(free_vmap_stack)
def dynamic_stack_free(vm_area: VmArea) -> None:
    dynamic_stack_free_now(vm_area)
