# SPDX-License-Identifier: GPL-2.0-only
"""Random operations: which hook is called with what, in which state, and what the services return."""

from __future__ import annotations

import random
from dataclasses import dataclass

BYTES = (0, 4095)
"""Which byte of a page is touched: the first or the last."""

SCRIPT = 12
"""How many results of services are given; what comes after them is 0."""


@dataclass(frozen=True)
class Sizes:
    """pages: how many page frames. marks: the patch marks tasks and CPUs by members of its own. Every number counts from 1, and 0 stands for NULL, but for CPUs, which count from 0."""

    cpus: int = 2
    tasks: int = 2
    stacks: int = 3
    stack_pages: int = 4
    pages: int = 9
    slots: int = 3
    bytes: tuple[int, ...] = BYTES
    marks: bool = False


@dataclass(frozen=True)
class Kind:
    """A hook that is called, or a function by its name in C.

    given: what each of its parameters is, by the place of the number in Operation.given. c: how the driver calls its
    implementation; a to e are these numbers.
    """

    hook: str
    given: dict[str, int]
    c: str


OPERATIONS = (
    Kind("stack_fault", {"task": 0, "stack": 1, "level": 2}, "result = NAME(&tasks_[a], address_(b, c) + d);"),
    Kind("alloc_vmap_stack", {}, "result = number_of_area_(NAME(0));"),
    Kind("free_vmap_stack", {"stack": 1}, "NAME(&areas_[b]);"),
    Kind("schedule_start", {"prev": 0}, "NAME(&tasks_[a]);"),
    Kind("cpu_prepare", {"cpu": 2}, "result = NAME(c) == 0;"),
    Kind("cpu_dead", {"cpu": 2}, "NAME(c);"),
    Kind("switch_finished", {"prev": 0}, "NAME(&tasks_[a]);"),
    Kind("task_forked", {"child": 0}, "NAME(&tasks_[a]);"),
    Kind("stack_released", {"task": 0, "stack": 1}, "NAME(&tasks_[a], &areas_[b]);"),
    Kind("dynamic_stack_may_switch", {"cpu": 2, "prev": 0, "next": 4}, "result = NAME(c, &tasks_[a], &tasks_[e]);"),
    Kind("dynamic_stack_is_short", {"cpu": 2}, "result = NAME(c);"),
)


@dataclass(frozen=True)
class Area:
    nr_pages: int
    pages: tuple[int, ...]
    ptes: tuple[int, ...]


@dataclass(frozen=True)
class Operation:
    """kind: its number in OPERATIONS. given: a task, an area, a level or CPU, the byte of a page, another task. pools: by CPU, of
    pages as 2 * number + tag. tasks: of each its area and whether PF_DYNAMIC_STACK is set. grown, short: marks that some patches
    have, of tasks and of CPUs."""

    kind: int
    given: tuple[int, int, int, int, int]
    cpu: int
    pools: tuple[tuple[int, ...], ...]
    areas: tuple[Area, ...]
    tasks: tuple[tuple[int, int], ...]
    grown: tuple[int, ...]
    short: tuple[int, ...]
    script: tuple[int, ...]

    def numbers(self) -> list[int]:
        """As the driver reads it."""
        found = [self.kind, *self.given, self.cpu]
        found += [page for pool in self.pools for page in pool]
        for area in self.areas:
            found += [area.nr_pages, *area.pages, *area.ptes]
        for task in self.tasks:
            found += task
        return [*found, *self.grown, *self.short, *self.script]


def operation(number: int, kinds: list[int], sizes: Sizes) -> Operation:
    """The operation of that number, of one of these kinds."""
    chance = random.Random(number)
    kind = chance.choice(kinds)
    areas = tuple(_area(chance, sizes) for _ in range(sizes.stacks))
    tasks = tuple((chance.randint(0, sizes.stacks), chance.randint(0, 1)) for _ in range(sizes.tasks))
    task = chance.randint(1, sizes.tasks)
    area = tasks[task - 1][0] if chance.random() < 0.8 else 0
    area = area or chance.randint(1, sizes.stacks)
    third = chance.randrange(sizes.cpus)
    if OPERATIONS[kind].hook == "stack_fault":
        third = chance.randint(0 if chance.random() < 0.3 else areas[area - 1].nr_pages, sizes.stack_pages)
    return Operation(
        kind,
        (task, area, third, chance.choice(sizes.bytes), chance.randint(1, sizes.tasks)),
        chance.randrange(sizes.cpus),
        tuple(_pool(chance, sizes) for _ in range(sizes.cpus)),
        areas,
        tasks,
        tuple(int(sizes.marks and area > 0 and chance.random() < 0.6) for area, _ in tasks),
        tuple(chance.randint(0, int(sizes.marks)) for _ in range(sizes.cpus)),
        tuple(chance.randrange(1, 1000) if chance.random() < 0.9 else 0 for _ in range(SCRIPT)),
    )


def _pool(chance: random.Random, sizes: Sizes) -> tuple[int, ...]:
    """Often pages that faults have taken first, then others, then none."""
    if chance.random() < 0.3:
        return tuple(_page(chance, sizes, 0.3, 0.3) for _ in range(sizes.slots))
    taken = chance.choice((0, 0, chance.randint(0, sizes.slots)))
    full = chance.randint(taken, sizes.slots)
    pages = [2 * chance.randint(1, sizes.pages) + (slot < taken) for slot in range(full)]
    return (*pages, *([0] * (sizes.slots - full)))


def _page(chance: random.Random, sizes: Sizes, none: float, tagged: float) -> int:
    if chance.random() < none:
        return 0
    return 2 * chance.randint(1, sizes.pages) + (chance.random() < tagged)


def _area(chance: random.Random, sizes: Sizes) -> Area:
    """Most have pages as far as they are counted, mapped from the top."""
    count = chance.randint(0, sizes.stack_pages)
    if chance.random() < 0.2:
        pages = tuple(_page(chance, sizes, 0.4, 0.1) for _ in range(sizes.stack_pages))
        return Area(count, pages, tuple(_page(chance, sizes, 0.6, 0.0) for _ in range(sizes.stack_pages)))
    pages = tuple(2 * chance.randint(1, sizes.pages) if n < count else 0 for n in range(sizes.stack_pages))
    return Area(count, pages, pages)
