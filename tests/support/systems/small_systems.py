# SPDX-License-Identifier: GPL-2.0-only
"""Small systems on which engines could differ: each was, or could easily be, a place where they do."""

from __future__ import annotations

PROPERTIES = """
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
"""
ONE_CPU = """
@record(count=1, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
"""
STARTS = """
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
"""
SYSTEMS = {
    "an operand out of range, of a store that is a step of its own": ONE_CPU
    + STARTS
    + """
class Bits(IntFlag):
    A = 1
    B = 4
g: Small = 8
bits: Bits = Bits.A
@routine
def main() -> None:
    global bits
    bits |= Bits(g)
@action
def change() -> None:
    global g
    g = 4
""",
    "a statement that can never run and never fits": """
left: Annotated[int, Range(0, 0)] = 0
bits: Annotated[int, Range(0, 3)] = 0
@function
def more(x: Small) -> Small:
    return x + 1
@action
def spend() -> None:
    global left
    require(left > 0)
    left -= 1
@action
def turn() -> None:
    global bits
    bits = (bits + 1) % 4
    if bits > 3:
        bits = 7
        bits = more(12)
        bits = 5 // left
""",
    "a value that never fits": """
n: Small = 0
@action
def count() -> None:
    global n
    n += 1
    if n == 3:
        n = 12
""",
    "an argument that never fits": """
n: Small = 0
@function
def twice(x: Small) -> bool:
    return x * 2 < 7
@action
def count() -> None:
    global n
    n += 1
    require(n < 3 or twice(12))
""",
    "a result that never fits": ONE_CPU
    + STARTS
    + """
n: Small = 0
@routine(noinline=True)
def give() -> Small:
    return 12
@routine
def main() -> None:
    global n
    n = 1
    n = give()
""",
    "a division by what may be 0, and is not": """
n: Small = 9
@action
def count() -> None:
    global n
    require(n > 0)
    n -= n // n
@action
def halve() -> None:
    global n
    require(n in (2, 4))
    n %= n - 1
""",
    "a division by what may be 0, and is": """
n: Small = 9
m: Small = 9
@action
def count() -> None:
    global n, m
    require(n > 3 or 9 // n >= 3)
    n -= 1
""",
    "a shift by too much": """
n: Annotated[int, Range(62, 70)] = 62
m: Annotated[int, Range(0, 1)] = 1
@action
def count() -> None:
    global n, m
    m = 1 >> n
    n += 1
""",
    "a shift by less than 0": """
n: Annotated[int, Range(-5, 3)] = 2
m: Annotated[int, Range(0, 16)] = 1
@action
def count() -> None:
    global n, m
    m = 1 << n
    n -= 1
""",
    "flags that there are not": """
class Bits(IntFlag):
    A = 1
    B = 4
n: Small = 0
bits: Bits = Bits.A
@action
def count() -> None:
    global n, bits
    n += 1
    if n > 2:
        bits = Bits(8)
""",
    "a field that is compared with several values in an action": """
class Phase(Enum):
    NEW = 1
    OLD = 2
    GONE = 3
@record(count=2)
class Node:
    phase: Phase = Phase.NEW
    age: Small = 0
    link: "Node | None" = None
@action
def grow(node: Node) -> None:
    if node.phase in (Phase.NEW, Phase.OLD) and 0 <= node.age < 2:
        node.age += 1
    elif node.link.phase not in (Phase.GONE,):
        node.phase = Phase.OLD
@action
def link(node: Node, other: Node) -> None:
    node.link = other
""",
    "a loop that reads and writes nothing in some of its turns": ONE_CPU
    + STARTS
    + """
g: Small = 0
@routine
def main() -> None:
    global g
    for i in range(4):
        if i == 3:
            g = 1
        for k in range(i):
            if k == 1:
                g = k
""",
    "a function whose result is outside its range": ONE_CPU
    + STARTS
    + """
g: Small = 9
h: Small = 3
@function
def more(x: Small) -> Small:
    return x + 9
@routine
def main() -> None:
    global g, h
    g = more(h)
    h = 0
""",
    "a function whose result, outside its range, would be stored beside another cell": """
g: Small = 9
h: Small = 0
@function
def more(x: Small) -> Small:
    return x * 2
@action
def step() -> None:
    global g
    g = more(g)
@action
def other() -> None:
    global h
    h = 9 - h
""",
    "a result that is outside its range": ONE_CPU
    + STARTS
    + """
g: Small = 9
@routine
def give() -> Small:
    return g + 9
@routine
def main() -> None:
    global g
    g = give()
""",
    "an argument that the routine does not read, outside its range": ONE_CPU
    + STARTS
    + """
n: Small = 3
@routine(noinline=True)
def ignore(x: Annotated[int, Range(0, 3)]) -> None:
    pass
@routine
def main() -> None:
    y = n
    ignore(y)
@action
def bump() -> None:
    global n
    require(n < 5)
    n += 1
""",
    "an argument that the routine does not read, from a wild pointer": ONE_CPU
    + """
p: Cpu | None = None
@routine
def main(x: Small) -> None:
    pass
@action
def go() -> None:
    require(not has_frames(instance(Cpu, 0)))
    enter(instance(Cpu, 0), main, p.own)
@action
def change() -> None:
    global p
    instance(Cpu, 0).own = 1
    p = null(Cpu)
""",
    "a constant read through a wild pointer, for a parameter that is not read": ONE_CPU
    + STARTS
    + """
@record(count=1)
class Page:
    size: Small = 3
p: Page | None = None
@routine(noinline=True)
def ignore(x: Small) -> None:
    pass
@routine
def main() -> None:
    q = p
    ignore(q.size)
@action
def change() -> None:
    global p
    p = None
""",
    "an argument outside its range, of a call for which there is no frame": """
@record(count=1, frames=1)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
g: Small = 9
@routine(noinline=True)
def ignore(x: Small) -> None:
    pass
@routine
def main() -> None:
    x = g
    ignore(x + 9)
@action
def change() -> None:
    global g
    g = 9
""",
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
