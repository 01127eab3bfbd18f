# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from checker.language import action, instance, invariant, record


@record(count=2)
class Page:
    use: bool = False
    link: "Page | None" = None


p: Page | None = None


@action
def act() -> None:
    global p
    p = instance(Page, 1)


@action
def act1() -> None:
    global p
    p = None


@action
def act2() -> None:
    instance(Page, 1).use = True


@invariant("holds", "h")
def inv() -> bool:
    """Why."""
    return not p.use
