# SPDX-License-Identifier: GPL-2.0-only
"""Sizes and events of the modelled kernel."""

from checker.language import event, parameter

CPUS = parameter(1, 1, 4, "CPUs, all online")
TASKS = parameter(1, 1, 6, "tasks besides each CPU's idle task")
STACK_PAGES = parameter(3, 2, 8, "pages of a full kernel stack: THREAD_SIZE >> PAGE_SHIFT")
SPARE_PAGES = parameter(0, 0, 16, "page frames beyond what all full stacks and full pools need")

PREALLOC_PAGES = 1  # THREAD_PREALLOC_PAGES: mapped when a stack is made
POOL_SLOTS = STACK_PAGES - PREALLOC_PAGES  # THREAD_DYNAMIC_PAGES
PAGES = CPUS * POOL_SLOTS + TASKS * STACK_PAGES + SPARE_PAGES

TOUCH = event("touch", "plain task work goes one or several levels deeper than its stack is mapped, or hits the guard page")
LATE_FAULT = event("late-fault", "a stack fault inside the hook, the refill, __schedule or finish_task_switch")
MIGRATE = event("migrate", "a task resumes on another CPU than the one it left")
OOM = event("oom", "alloc_pages fails")
