# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a page in a new stack: that one, too, is left to a fault."""

from checker.language import implements, inherit
from spec.kernel import Gfp, VmArea, alloc_vmap_stack, get_vm_area_node

inherit("models.hardened")


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    return get_vm_area_node(Gfp.DIRECT_RECLAIM)
