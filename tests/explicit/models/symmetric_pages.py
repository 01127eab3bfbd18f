# SPDX-License-Identifier: GPL-2.0-only
"""Pages that come and go, tagged, in fields, in keys and in frames that sleep: a call's result and its locals refer to them."""

from checker.language import (
    Per,
    action,
    address,
    allocate,
    atomic,
    check,
    demand,
    enter,
    every,
    executes,
    free,
    initial,
    instance,
    is_allocated,
    null,
    per,
    processor,
    record,
    reference,
    require,
    routine,
)

no_wild_pointer = demand("no-wild-pointer", "test")
clean = demand("clean", "test")


@record(count=3, alignment=2, allocated=True, symmetric=True)
class Page:
    owner: "Task | None" = None
    dirty: bool = False


@record(count=2, frames=2, symmetric=True)
class Task:
    page: Page | None = None


@record(count=1, symmetric=True)
class Cpu:
    task: Task = null(Task)


seen: Per[Page, bool] = per(Page, False)


@executes
def running(cpu: Cpu) -> Task:
    return cpu.task


@initial
def boot() -> None:
    instance(Cpu, 0).task = instance(Task, 1)
    for index in range(2):
        enter(instance(Task, index), work)


@routine(noinline=True)
def take() -> Page:
    with atomic("test"):
        page = allocate(Page)
        check(not page.dirty, clean, "{page} is dirty")
        page.owner = processor(Cpu).task
    return page


@routine
def work() -> None:
    while True:
        page = take()
        with atomic("test"):
            task = processor(Cpu).task
            seen[page] = True
            task.page = reference(Page, address(page) | 1)
        page.dirty = True
        with atomic("test"):
            task.page = None
            seen[page] = False
            free(page)


@action
def switch(cpu: Cpu, task: Task) -> None:
    require(task is not cpu.task)
    require(sum(1 for page in every(Page) if is_allocated(page)) < 3)
    cpu.task = task
