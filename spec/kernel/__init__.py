# SPDX-License-Identifier: GPL-2.0-only
"""The kernel around a protocol: what a protocol's text may use. Importing it brings in the whole kernel."""

from spec.kernel.boot import boot
from spec.kernel.fairness import allocations_succeed, idle_schedules, tasks_run
from spec.kernel.faults import exc_page_fault, late_fault, touch
from spec.kernel.hooks import may_switch_to, schedule_start, stack_fault, switch_finished
from spec.kernel.memory import alloc_pages, memcg_kmem_charge_page, mod_lruvec_page_state, set_pte_at
from spec.kernel.parameters import CPUS, POOL_SLOTS, PREALLOC_PAGES, STACK_PAGES, TASKS
from spec.kernel.records import Count, Cpu, Level, Page, Task, TaskFlags, VmArea, this_cpu
from spec.kernel.scheduler import __schedule

__all__ = [
    "CPUS",
    "POOL_SLOTS",
    "PREALLOC_PAGES",
    "STACK_PAGES",
    "TASKS",
    "Count",
    "Cpu",
    "Level",
    "Page",
    "Task",
    "TaskFlags",
    "VmArea",
    "__schedule",
    "alloc_pages",
    "allocations_succeed",
    "boot",
    "exc_page_fault",
    "idle_schedules",
    "late_fault",
    "may_switch_to",
    "memcg_kmem_charge_page",
    "mod_lruvec_page_state",
    "schedule_start",
    "set_pte_at",
    "stack_fault",
    "switch_finished",
    "tasks_run",
    "this_cpu",
    "touch",
]
