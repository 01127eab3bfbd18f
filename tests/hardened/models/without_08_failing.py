# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 8: bring-up reports success with a pool that is not full."""

from checker.language import implements, inherit
from spec.kernel import POOL_SLOTS, Cpu, Gfp, alloc_pages, cpu_prepare

inherit("models.hardened")


@implements(cpu_prepare)
def dynamic_stack_cpu_prepare(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            break
        cpu.pool[i] = page
    return True
