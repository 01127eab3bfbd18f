# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test. An invariant that meets a wild pointer is violated, also in a model without no-wild-pointer, where a step
that meets one is a model error."""

from checker.language import action, allocate, free, invariant, record, require


@record(count=2, allocated=True)
class Page:
    use: bool = False


p: Page | None = None


@action
def take() -> None:
    global p
    require(p is None)
    p = allocate(Page)


@action
def give() -> None:
    require(p is not None)
    free(p)


@invariant("alive", "{page}")
def alive(page: Page) -> bool:
    """Why."""
    return not page.use or page is p
