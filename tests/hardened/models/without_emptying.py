# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a cpu_dead that empties the pool."""

from checker.language import implements, inherit
from models.hardened import needs_refill
from spec.kernel import Cpu, cpu_dead

inherit("models.hardened")


@implements(cpu_dead)
def dynamic_stack_cpu_dead(cpu: Cpu) -> None:
    needs_refill[cpu] = False
