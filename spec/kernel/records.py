# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's data: page frames, stacks, tasks, CPUs."""

from enum import IntFlag
from typing import Annotated

from checker.language import Array, Range, array, executes, function, null, processor, record
from spec.kernel.parameters import CPUS, PAGES, POOL_SLOTS, STACK_PAGES, TASKS

Level = Annotated[int, Range(0, STACK_PAGES)]
"""A page of a stack, counted from its top, where the first page is. STACK_PAGES stands for the guard page below it."""

Count = Annotated[int, Range(0, STACK_PAGES)]


Slot = Annotated[int, Range(0, POOL_SLOTS - 1)]


class TaskFlags(IntFlag):
    """task_struct.flags: only what the protocol uses."""

    PF_DYNAMIC_STACK = 1


@record(count=PAGES, alignment=2, allocated=True, symmetric=True)
class Page:
    """struct page, one for each page frame. Bit 0 of a pointer to it is free for a tag, as in Linux."""

    memcg: "Task | None" = None  # page->memcg_data; each task is alone in its memcg


@record(count=TASKS, symmetric=True)
class VmArea:
    """struct vm_struct of a stack, with the kernel page table entries that cover it."""

    pages: Array[Page | None] = array(STACK_PAGES)
    nr_pages: Count = 0
    pte: Array[Page | None] = array(STACK_PAGES)


@record(count=TASKS + CPUS, frames=3, names={"task": TASKS, "idle": CPUS}, symmetric=True)
class Task:
    """struct task_struct. The idle tasks run on static stacks that never fault, as init_stack does."""

    flags: TaskFlags = TaskFlags(0)
    stack_vm_area: VmArea = null(VmArea)  # NULL for a static stack
    idle: bool = False
    on_cpu: bool = False  # from being picked until finish_task_switch has run for it
    cpu: "Cpu | None" = None  # where it may run; without the event migrate it is kept from the first dispatch on


@record(count=CPUS, frames=2, symmetric=True)
class Cpu:
    """What is per CPU: the pool of the protocol, `current`, and the registers.

    rq->curr, which Linux sets already when it has picked the next task, is not modelled apart: __schedule reads prev from
    `current`, where both agree."""

    pool: Array[Page | None] = array(POOL_SLOTS)  # dynamic_stack_pages
    current: Task = null(Task)
    stack: Task = null(Task)  # the task whose stack the stack pointer is in
    previous: Task = null(Task)  # what switch_to hands over as `last`
    idle: Task = null(Task)


@executes
def running_task(cpu: Cpu) -> Task:
    """With no exception in progress, a CPU steps the code of the task whose stack it is on."""
    return cpu.stack


@function
def this_cpu() -> Cpu:
    """smp_processor_id() and this_cpu_ptr(): the CPU that executes; a copy of it does not follow a migration."""
    return processor(Cpu)
