# SPDX-License-Identifier: GPL-2.0-only
"""Control of online-full: a pool that is emptied when its CPU goes down, and filled before it comes up.

PLANTED=1: bring-up reports success though the last slot is empty. PLANTED=2: it leaves a slot tagged, as if its page were taken already.
That cannot be wrong alone: the page is in no stack (tag-live), and when bring-up has returned, nobody is marked for it (refill-owed).
"""

from models.lifecycle import dynamic_stack

from checker.language import every, implements, in_routine, invariant, parameter
from models.rfc_v1 import acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import POOL_SLOTS, Cpu, Gfp, Task, __free_page, alloc_pages, cpu_dead, cpu_prepare
from spec.kernel.sched.scheduler import is_usable
from spec.kernel.tasks.hotplug import cpu_up

__all__ = ["dynamic_stack", "dynamic_stack_fault"]

PLANTED = parameter(1, 0, 2, "0: no fault, 1: a CPU comes up with an empty slot, 2: with a tagged one")


@implements(cpu_dead)
def empty_pool(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page:
            cpu.pool[i] = None
            __free_page(not_acquired(page))


@implements(cpu_prepare)
def fill_pool(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        if PLANTED == 1 and i == POOL_SLOTS - 1:
            break
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if not page:
            empty_pool(cpu)
            return False
        cpu.pool[i] = acquired(page) if PLANTED == 2 else page
    return True


@invariant("reached-prepared", "{cpu} is about to come online, with a full pool")
def reached_prepared(cpu: Cpu) -> bool:
    """CPUs come up."""
    if cpu.online or not any(in_routine(task, cpu_up) for task in every(Task)):
        return True
    return any(not is_usable(cpu, slot) for slot in range(POOL_SLOTS))
