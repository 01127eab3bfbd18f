# SPDX-License-Identifier: GPL-2.0-only
"""The initial state: full pools, stacks with their first pages, every CPU in its idle task."""

from checker.language import allocate, enter, initial, instance
from spec.kernel.locking.locks import RawSpinlock, Spinlock
from spec.kernel.parameters import CPUS, FORK, HOTPLUG, IDLE_DYNAMIC, POOL_SLOTS, PREALLOC_PAGES, RAW_SPINLOCKS, SPINLOCKS, TASKS
from spec.kernel.records import Cpu, Page, Task, TaskState, VmArea
from spec.kernel.tasks.life import cpu_idle, ret_from_fork


@initial
def boot() -> None:
    """What fork_init, the CPUs' bring-up and fork leave behind when nothing goes wrong."""
    for index in range(SPINLOCKS):
        instance(Spinlock, index).rlock = instance(RawSpinlock, RAW_SPINLOCKS + index)
    for index in range(CPUS):
        cpu = instance(Cpu, index)
        cpu.boot = HOTPLUG and index == 0
        for slot in range(POOL_SLOTS):
            cpu.pool[slot] = allocate(Page)
        idle = instance(Task, TASKS + index)
        idle.idle = True
        idle.on_cpu = True
        cpu.idle = idle
        cpu.stack = idle
        cpu.current = idle
        enter(idle, cpu_idle)
    for index in range(TASKS + CPUS):
        task = instance(Task, index)
        if index < TASKS:
            enter(task, ret_from_fork)
        if FORK and 0 < index < TASKS:
            task.state = TaskState.TASK_DEAD
        elif index < TASKS or (IDLE_DYNAMIC and index > TASKS):
            area = allocate(VmArea)
            area.in_vmap_tree = True
            for level in range(PREALLOC_PAGES):
                page = allocate(Page)
                page.memcg = task
                page.dirty = True
                area.pages[level] = page
                area.pte[level] = page
            area.nr_pages = PREALLOC_PAGES
            task.stack_vm_area = area
