# SPDX-License-Identifier: GPL-2.0-only
"""Small systems that choose, wait, end, call and allocate."""

from __future__ import annotations

from tests.support.systems.one_cpu import ONE_CPU, STARTS

ACTING = {
    "a choice of the same value twice": """
g: Small = 0
@action
def step() -> None:
    global g
    g = choose((1, 1, g))
""",
    "two invariants with much to read, violated by one state": """
Big = Annotated[int, Range(0, 1 << 40)]
a: Big = 0
b: Big = 0
c: Big = 0
@action
def go() -> None:
    global a, b, c
    require(a == 0)
    a = 1
    b = 1
    c = 1
@action
def on() -> None:
    global a, b, c
    require(a == 1)
    a = 2
    b = 2
    c = 2
@invariant("a-holds", "{a}")
def a_holds() -> bool:
    "Test."
    return a != 1
@invariant("b-holds", "{b}")
def b_holds() -> bool:
    "Test."
    return b != 1
@invariant("c-holds", "{c}")
def c_holds() -> bool:
    "Test."
    return c != 1
""",
    "a require that follows a wild pointer, before one that does not hold": """
@record(count=2)
class Page:
    use: Small = 0
Big = Annotated[int, Range(0, 1 << 40)]
p: Page | None = None
b: Big = 0
@action
def set(k: Small) -> None:
    global p, b
    require(k == 0)
    p = instance(Page, 0)
    p.use = 1
    b = 0
@action
def go() -> None:
    require(p.use == 1)
    require(b == 1)
""",
    "an invariant that asks for the frames of a wild pointer, and of more": ONE_CPU
    + """
p: Cpu | None = None
flag: bool = True
@routine
def main() -> None:
    pass
@action
def set() -> None:
    global p, flag
    p = instance(Cpu, 0)
    flag = False
@invariant("inside-or-flag", "{flag}")
def inside_or_flag() -> bool:
    "Test."
    return in_routine(p, main) or flag
""",
    "a processor whose owner is NULL, tagged, free or outside": """
@record(count=2, frames=2, alignment=2, allocated=True)
class Task:
    own: Small = 0
@record(count=1)
class Cpu:
    current: Task = null(Task)
@executes
def current(cpu: Cpu) -> Task | None:
    return cpu.current
g: Small = 0
@routine
def main() -> None:
    global g
    g = 1
    g = 2
@initial
def start() -> None:
    task = allocate(Task)
    enter(task, main)
@action
def point(address_: Annotated[int, Range(0, 6)]) -> None:
    require(g == 0 or address_ == 2)
    instance(Cpu, 0).current = reference(Task, address_)
@action
def release() -> None:
    require(g == 1)
    free(instance(Task, 0))
""",
    "a halt, a check and a deadlock": ONE_CPU
    + STARTS
    + """
g: Small = 0
@routine
def main() -> None:
    global g
    if g == 0:
        halt("so be it")
    check(g != 2, rule, "g is {g}")
    g = 1
    require(g == 0)
@action
def change(k: Annotated[int, Range(1, 2)]) -> None:
    global g
    require(g == 0)
    g = k
""",
    "what an action chooses last is not possible": """
g: Small = 0
h: Small = 0
@action
def step() -> None:
    global g, h
    g = choose(x for x in range(4) if x != g)
    h = choose(x for x in range(4) if x > g)
""",
    "frames on top of frames": """
@record(count=2, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
g: Small = 0
pending: Per[Cpu, bool] = per(Cpu, True)
@routine
def interrupt(cpu: Cpu, k: Small) -> None:
    global g
    g = k
    cpu.own = g
@routine
def main() -> None:
    global g
    x = g
    g = x + 1
@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)
@action(interrupt=True)
def strike(cpu: Cpu) -> None:
    require(pending[cpu])
    pending[cpu] = False
    enter(cpu, interrupt, cpu, 5)
@invariant("not-inside", "{cpu}")
def not_inside(cpu: Cpu) -> bool:
    "Test."
    return not (in_routine(cpu, interrupt) and in_routine(cpu, main)) or g != 5
""",
    "a result that waits while an interrupt comes": """
@record(count=1, frames=3)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
g: Small = 0
pending: bool = True
@routine
def interrupt() -> None:
    global g
    g = 9
@routine(noinline=True)
def give(k: Small) -> Small:
    global g
    g = k
    return g
@routine
def main() -> None:
    global g
    g = give(4) + give(3)
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
@action(interrupt=True)
def strike() -> None:
    global pending
    require(pending and has_frames(instance(Cpu, 0)))
    pending = False
    enter(instance(Cpu, 0), interrupt)
""",
    "an arena that runs dry, and what allocation resets": """
@record(count=2, alignment=4, allocated=True)
class Page:
    use: Small = 3
    link: "Page | None" = None
p: Page | None = None
@action
def take() -> None:
    global p
    page = allocate(Page)
    check(page.use == 3 and page.link is None, rule, "{page} is {page.use}")
    page.use = 4
    page.link = p
    p = page
@action
def give() -> None:
    global p
    page = p
    p = page.link
    free(page)
""",
    "what is read and written through tagged and freed pointers": """
@record(count=1, alignment=2, allocated=True)
class Page:
    use: Small = 0
p: Page | None = None
@action
def take() -> None:
    global p
    require(p is None)
    p = allocate(Page)
@action
def tag() -> None:
    global p
    p = reference(Page, address(p) | 1)
@action
def untag() -> None:
    global p
    p = reference(Page, address(p) & ~1)
@action
def give() -> None:
    free(p)
@action
def use() -> None:
    p.use = 1
""",
}
