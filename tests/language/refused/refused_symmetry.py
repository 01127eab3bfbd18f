# SPDX-License-Identifier: GPL-2.0-only
"""Programs that break the symmetry that they declare."""

from __future__ import annotations

from tests.language.refused.refused import Case, lines

SYMMETRIC = """
@record(count=2, alignment=2, allocated=True, symmetric=True)
class Page:
    use: Small = 0
    row: Array[Small] = array(2)
@record(count=2, symmetric=True)
class Node:
    other: "Node | None" = None
    mark: bool = False
@record(count=2)
class Plain:
    node: Node | None = None
g: Small = 0
p: Page | None = None
n: Node | None = None
at: Per[Page, Small] = per(Page)
"""
NUMBER = (
    "instances of {0} are symmetric, so that their addresses are not numbers: keep the reference, or take symmetric=True from {0}"
)
BITS = (
    "instances of Page are symmetric, so that of their addresses only the tag bits mean anything: & | ^ with a constant below the "
    "alignment 2, or & with ~ of one"
)
COMPARED = "instances of Page are symmetric: compare the references with `is`, their addresses only with 0"
NAMED = (
    "instances of {0} are symmetric, and none is named by a number outside @initial; use every({0}), choose or first, or take "
    "symmetric=True from {0}"
)
LOOP = (
    "instances of Node are symmetric, and this loop takes them in order; use all, any, sum, choose or first (a loop may set fields "
    "of its own instance, in one step, from what it does not write)"
)
WHOLE = "instances of Node are symmetric, and there `first` is the whole value of an assignment to a local, in an @action; assign it first"
EARLY = "instances of Node are symmetric, and there `first` comes before what changes the state, and in no loop"
CLOSED = "instances of Node are symmetric, and there the condition of `first` mentions its own name only"
ALONE = (
    "instances of {0} are symmetric, and there `first` is the action's only way to come by one that nothing refers to: no "
    "parameter, choose, allocate, free or other `first` of {0} beside it"
)


def action(*body: str, parameters: str = "") -> str:
    return SYMMETRIC + lines(
        "@action", f"def step({parameters}) -> None:", "    global g, p, n", *(f"    {line}" for line in body)
    )


SYMMETRY: list[Case] = [
    ("an address in a variable", action("g = «address(p)"), NUMBER.format("Page")),
    ("an address in a local", action("x = «address(n)", "g = x"), NUMBER.format("Node")),
    ("an address as an index", action("p.row[«address(n)] = 1"), NUMBER.format("Node")),
    ("an address as a bound", action("g = choose(range(«address(p)))"), NUMBER.format("Page")),
    ("an address in a sum", action("g = sum(«address(x) for x in every(Page))"), NUMBER.format("Page")),
    (
        "an address as an argument",
        SYMMETRIC
        + "@function\ndef same(x: Small) -> int:\n    return x\n@action\ndef step() -> None:\n    global g\n    g = same(«address(p))\n",
        NUMBER.format("Page"),
    ),
    (
        "an address that a function returns",
        SYMMETRIC
        + "@function\ndef number(page: Page) -> int:\n    return «address(page)\n@action\ndef step() -> None:\n    global g\n    g = number(p)\n",
        NUMBER.format("Page"),
    ),
    (
        "an address in an invariant",
        SYMMETRIC + '@invariant("i", "")\ndef small(page: Page) -> bool:\n    """Why."""\n    return «address(page) < 4\n',
        COMPARED,
    ),
    ("an address that is chosen", action("g = choose((0, «address(p)))"), NUMBER.format("Page")),
    ("an address that is one of two", action("g = «address(p) if g else 1"), NUMBER.format("Page")),
    ("an address that is negated", action("g = -«address(p)"), NUMBER.format("Page")),
    ("an order of addresses", action("if «address(p) < address(n):", "    g = 1"), COMPARED),
    ("an address and a number", action("if «address(p) == 4:", "    g = 1"), COMPARED),
    ("arithmetic on an address", action("g = «address(p) + 1 & 1"), BITS),
    ("a bit that is not a tag", action("g = «address(p) & 2"), BITS),
    ("a tag that is not a tag", action("p = reference(Page, «address(p) | 2)"), BITS),
    ("a tag that is a variable", action("p = reference(Page, «address(p) ^ g)"), BITS),
    ("a mask that takes more than tags", action("p = reference(Page, «address(p) & ~2)"), BITS),
    ("an instance by number", action("p = «instance(Page, g)"), NAMED.format("Page")),
    ("an instance by a constant number", action("n = «instance(Node, 0)"), NAMED.format("Node")),
    ("a reference from a number", action("p = «reference(Page, g)"), NAMED.format("Page")),
    (
        "an instance of another record",
        action("n = «reference(Node, address(p))"),
        "instances of Page are symmetric, and an address of one means nothing as another type; keep it a reference",
    ),
    (
        "an instance of a record that is not symmetric",
        action("x = «reference(Plain, address(p))", "x.node = None"),
        "instances of Page are symmetric, and an address of one means nothing as another type; keep it a reference",
    ),
    ("a loop that ends early", action("«for x in every(Node):", "    if x.mark:", "        break"), LOOP),
    ("a loop that counts", action("«for x in every(Node):", "    g = 1"), LOOP),
    ("a loop that passes on", action("«for x in every(Node):", "    x.mark = any(y.mark for y in every(Node))"), LOOP),
    ("a loop that follows", action("«for x in every(Node):", "    x.other.mark = True"), LOOP),
    ("a loop that chooses", action("«for x in every(Node):", "    x.mark = choose((False, True))"), LOOP),
    (
        "a loop that passes on through a function",
        SYMMETRIC + "@function\ndef some() -> bool:\n    return any(x.mark for x in every(Node))\n"
        "@action\ndef step() -> None:\n    «for x in every(Node):\n        x.mark = some()\n",
        LOOP,
    ),
    (
        "a loop that calls a routine",
        SYMMETRIC + "@routine\ndef count() -> Small:\n    global g\n    g = 1\n    return g\n"
        "@action\ndef step() -> None:\n    «for x in every(Page):\n        x.use = count()\n",
        LOOP.replace("Node", "Page"),
    ),
    ("a loop inside the loop", action("«for x in every(Node):", "    for i in range(2):", "        x.mark = True"), LOOP),
    ("first as a part", action("n = «first(x for x in every(Node)).other"), WHOLE),
    ("first in a variable", action("n = «first(x for x in every(Node))"), WHOLE),
    (
        "first in a routine",
        SYMMETRIC + "@routine\ndef pick() -> None:\n    f = «first(x for x in every(Node))\n    f.mark = True\n"
        "@action\ndef step() -> None:\n    pick()\n",
        WHOLE,
    ),
    ("first after a store", action("g = 1", "f = «first(x for x in every(Node) if x.mark)", "n = f"), EARLY),
    ("first in a loop", action("for i in range(2):", "    f = «first(x for x in every(Node) if x.mark)", "    n = f"), EARLY),
    (
        "first after a store in a test",
        SYMMETRIC + "@routine\ndef stores() -> bool:\n    global g\n    g = 1\n    return True\n"
        "@action\ndef step() -> None:\n    global n\n    if stores():\n        f = «first(x for x in every(Node))\n        n = f\n",
        EARLY,
    ),
    ("first with a local", action("y = g", "f = «first(x for x in every(Node) if x.mark == (y == 1))", "n = f"), CLOSED),
    (
        "two first",
        action("f = «first(x for x in every(Node))", "h = first(y for y in every(Node))", "n = f"),
        ALONE.format("Node"),
    ),
    ("first beside choose", action("f = «first(x for x in every(Node))", "n = choose(every(Node))"), ALONE.format("Node")),
    (
        "first beside a parameter",
        action("f = «first(x for x in every(Node))", "n = f", parameters="y: Node"),
        ALONE.format("Node"),
    ),
    ("first beside allocate", action("f = «first(x for x in every(Page))", "p = allocate(Page)"), ALONE.format("Page")),
    (
        "first beside free in a routine",
        SYMMETRIC + "@routine\ndef release() -> None:\n    free(p)\n"
        "@action\ndef step() -> None:\n    f = «first(x for x in every(Page))\n    f.use = 1\n    release()\n",
        ALONE.format("Page"),
    ),
    ("first of a range", action("g = «first(x for x in range(3))"), "first takes `x for x in every(Record) if condition`"),
    ("first of no generator", action("n = «first(every(Node))"), "first takes `x for x in every(Record) if condition`"),
]
