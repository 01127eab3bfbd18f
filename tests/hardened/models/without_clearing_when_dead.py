# SPDX-License-Identifier: GPL-2.0-only
"""hardened without the clearing of a dead CPU's mark."""

from checker.language import implements, inherit
from models.hardened import dynamic_stack_empty_pool
from spec.kernel import Cpu, cpu_dead

inherit("models.hardened")


@implements(cpu_dead)
def dynamic_stack_cpu_dead(cpu: Cpu) -> None:
    dynamic_stack_empty_pool(cpu)
