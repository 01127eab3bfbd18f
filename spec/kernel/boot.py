# SPDX-License-Identifier: GPL-2.0-only
"""The initial state: full pools, stacks with their first pages, every CPU in its idle task; with the event boot, what
there is before fork_init."""

from checker.language import allocate, enter, initial, instance, routine
from spec.core.machine import CPUS
from spec.kernel.locking.locks import RawSpinlock, Spinlock
from spec.kernel.parameters import (
    BOOT,
    FORK,
    HOTPLUG,
    IDLE_DYNAMIC,
    POOL_SLOTS,
    PREALLOC_PAGES,
    RAW_SPINLOCKS,
    REFCOUNTED,
    SPINLOCKS,
    TASKS,
)
from spec.kernel.records import Cpu, Page, Task, TaskState, VmArea
from spec.kernel.tasks.life import cpu_idle, cpu_startup, kernel_init, ret_from_fork


@routine
def give_stack(task: Task) -> None:
    """Part of the initial state: a stack with its first pages."""
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


@initial
def boot() -> None:
    """What fork_init, the CPUs' bring-up and fork leave behind when nothing goes wrong. With the event boot fork_init and the
    bring-up are still to come: the pools are empty, and only the boot CPU is online."""
    if SPINLOCKS:
        for index in range(SPINLOCKS):
            instance(Spinlock, index).rlock = instance(RawSpinlock, RAW_SPINLOCKS + index)
    for index in range(CPUS):
        cpu = instance(Cpu, index)
        cpu.boot = (HOTPLUG or BOOT) and index == 0
        if BOOT:
            cpu.online = index == 0
        else:
            for slot in range(POOL_SLOTS):
                cpu.pool[slot] = allocate(Page)
        idle = instance(Task, TASKS + index)
        idle.idle = True
        idle.on_cpu = True
        if REFCOUNTED:
            idle.stack_refcount = 1
        cpu.idle = idle
        cpu.stack = idle
        cpu.current = idle
        if BOOT and index == 0:
            enter(idle, cpu_startup)
        else:
            enter(idle, cpu_idle)
        if IDLE_DYNAMIC and index > 0:
            give_stack(idle)
    for index in range(TASKS):
        task = instance(Task, index)
        if BOOT and index == 0:
            enter(task, kernel_init)
        else:
            enter(task, ret_from_fork)
        if FORK and index > 0:
            task.state = TaskState.TASK_DEAD
        else:
            # Not give_stack(): a proof for all sizes looks at what each round makes, and into no calls.
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
            if REFCOUNTED:
                task.stack_refcount = 1
