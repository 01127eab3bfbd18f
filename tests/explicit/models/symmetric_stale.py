# SPDX-License-Identifier: GPL-2.0-only
"""A stale reference: which of the free pages is allocated next makes a difference."""

from checker.language import action, allocate, demand, free, invariant, is_allocated, record, require

no_wild_pointer = demand("no-wild-pointer", "test")


@record(count=3, allocated=True, symmetric=True)
class Page:
    use: bool = False


first_page: Page | None = None
second_page: Page | None = None


@action
def take_first() -> None:
    global first_page
    require(first_page is None)
    first_page = allocate(Page)


@action
def take_second() -> None:
    global second_page
    require(second_page is None)
    second_page = allocate(Page)


@action
def release() -> None:
    require(first_page is not None and is_allocated(first_page))
    free(first_page)


@action
def use() -> None:
    require(first_page is not None and second_page is not None)
    second_page.use = True


@invariant("apart", "{first_page} and {second_page} are one")
def apart() -> bool:
    """Test."""
    return first_page is None or first_page is not second_page
