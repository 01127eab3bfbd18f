# SPDX-License-Identifier: GPL-2.0-only
"""Tasks take pages and give them back, with a pointer that has a tag on its way; nobody has another's page."""

from checker.language import (
    action,
    address,
    allocate,
    every,
    free,
    initial,
    instance,
    invariant,
    is_allocated,
    null,
    parameter,
    record,
    reference,
    require,
)

TASKS = parameter(2, 1, 4, "tasks")
PAGES = TASKS + 1


@record(count=PAGES, alignment=2, allocated=True, symmetric=True)
class Page:
    used: bool = False


@record(count=TASKS, symmetric=True)
class Task:
    page: Page | None = None


@initial
def boot() -> None:
    for index in range(TASKS):
        task = instance(Task, index)
        task.page = allocate(Page)


@action
def take(task: Task) -> None:
    require(task.page is None)
    page = allocate(Page)
    page.used = True
    task.page = reference(Page, address(page) | 1)


@action
def settle(task: Task) -> None:
    require(bool(address(task.page) & 1))
    task.page = reference(Page, address(task.page) & ~1)


@action
def give_back(task: Task) -> None:
    page = task.page
    require(page is not None and not address(page) & 1)
    task.page = null(Page)
    free(page)


@invariant("own", "{a} and {b} have one page")
def own(a: Task, b: Task) -> bool:
    """Two have one page."""
    return a is b or a.page is None or (reference(Page, address(a.page) | 1) is not reference(Page, address(b.page) | 1))


@invariant("kept", "{page} is nobody's")
def kept(page: Page) -> bool:
    """A page is lost, or used while it is free."""
    has = any(task.page is page or task.page is reference(Page, address(page) | 1) for task in every(Task))
    return has == is_allocated(page)
