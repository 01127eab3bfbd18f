# SPDX-License-Identifier: GPL-2.0-only
"""The initial state: full pools, stacks with their first page, every CPU in its idle task."""

from checker.language import allocate, enter, initial, instance
from spec.kernel.parameters import CPUS, POOL_SLOTS, TASKS
from spec.kernel.records import Cpu, Page, Task, VmArea
from spec.kernel.scheduler import cpu_idle, ret_from_fork


@initial
def boot() -> None:
    """What fork_init, the CPUs' bring-up and fork leave behind when nothing goes wrong."""
    for index in range(CPUS):
        cpu = instance(Cpu, index)
        for slot in range(POOL_SLOTS):
            cpu.pool[slot] = allocate(Page)
        idle = instance(Task, TASKS + index)
        idle.idle = True
        idle.on_cpu = True
        cpu.idle = idle
        cpu.stack = idle
        cpu.current = idle
        enter(idle, cpu_idle)
    for index in range(TASKS):
        task = instance(Task, index)
        area = instance(VmArea, index)
        page = allocate(Page)
        page.memcg = task
        area.pages[0] = page
        area.pte[0] = page
        area.nr_pages = 1
        task.stack_vm_area = area
        enter(task, ret_from_fork)
