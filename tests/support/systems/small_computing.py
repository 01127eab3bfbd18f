# SPDX-License-Identifier: GPL-2.0-only
"""Small systems that compute: with ranges, divisions, shifts and comparisons, arguments and results."""

from __future__ import annotations

from tests.support.systems.one_cpu import ONE_CPU, STARTS

COMPUTING = {
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
}
