# SPDX-License-Identifier: GPL-2.0-only
"""A small system for each way to name a free instance: it is violated only if an allocation may return that one."""

from __future__ import annotations

NODE = """
failed = demand("failed", "test")
no_wild_pointer = demand("no-wild-pointer", "test")
@record(count=3, alignment=2, allocated=True)
class Node:
    link: "Node | None" = None
    kind: Small = 0
    fixed: Small = 0
last: Node | None = None
"""
CPU = """
@record(count=1, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None
"""
BOOT = """
@initial
def start() -> None:
    global known
    spare = allocate(Node)
    known = allocate(Node)
    free(spare)
"""
"""The known node is the middle one, with a free one below."""

NAMED = {
    "a cell": """
known: Node | None = None
@action
def drop() -> None:
    require(known is not None and is_allocated(known))
    free(known)
@action
def take() -> None:
    global last
    require(last is None and known is not None and not is_allocated(known))
    last = allocate(Node)
    check(last is not known, failed, "again")
@action
def forget() -> None:
    global known
    known = None
""",
    "a tagged reference": """
known: Node | None = None
tagged: Node | None = None
@action
def drop() -> None:
    global known, tagged
    require(known is not None)
    tagged = reference(Node, address(known) | 1)
    free(known)
    known = None
@action
def take() -> None:
    global last
    require(tagged is not None and last is None)
    last = allocate(Node)
    check(last is not reference(Node, address(tagged) & ~1), failed, "again")
""",
    "a field of an allocated instance": """
known: Node | None = None
@action
def drop() -> None:
    global known, last
    require(known is not None)
    last = allocate(Node)
    last.link = known
    free(known)
    known = None
@action
def take() -> None:
    require(last is not None and last.link is not None)
    check(allocate(Node) is not last.link, failed, "again")
""",
    "a local of the step itself": """
known: Node | None = None
@action
def renew() -> None:
    global known
    require(known is not None)
    old = known
    known = None
    free(old)
    check(allocate(Node) is not old, failed, "again")
""",
    "an argument of the action": """
known: Node | None = None
@action
def renew(node: Node) -> None:
    require(not is_allocated(node))
    check(allocate(Node) is not node or node is instance(Node, 0), failed, "again")
""",
    "what was first in the statement": """
known: Node | None = None
@routine
def renew() -> Node:
    global known
    old = known
    known = None
    free(old)
    return allocate(Node)
@action
def same() -> None:
    require(known is not None)
    check(known is not renew(), failed, "again")
""",
    "what an instance was known by": """
known: Node | None = None
@routine
def renew() -> Small:
    global known, last
    old = known
    known = None
    free(old)
    last = allocate(Node)
    return 1
@action
def counted() -> None:
    require(known is not None)
    known.kind += renew()
@invariant("fresh", "test")
def fresh() -> bool:
    '''Test.'''
    return last is None or last.kind == 0
""",
    "a local of a frame": """
known: Node | None = None
@routine
def main() -> None:
    global last
    old = known
    with atomic("test"):
        free(old)
        forget()
    last = allocate(Node)
    check(last is not old, failed, "again")
@routine
def forget() -> None:
    global known
    known = None
""",
    "a local of a frame below": """
known: Node | None = None
@routine
def main() -> None:
    old = known
    new = renew()
    check(new is not old, failed, "again")
@routine(noinline=True)
def renew() -> Node:
    global known
    free(known)
    known = None
    return allocate(Node)
""",
    "what a call gave back": """
known: Node | None = None
@routine
def main() -> None:
    old = dropped()
    check(last is not old, failed, "again")
@routine(noinline=True)
def dropped() -> Node | None:
    global known
    old = known
    with atomic("test"):
        free(old)
        known = None
    return old
@action
def take() -> None:
    global last
    require(known is None and last is None)
    last = allocate(Node)
""",
    "a constant": """
known: Node | None = None
home: Node | None = None
@action
def drop() -> None:
    global known
    require(known is not None)
    known = None
    free(home)
@action
def take() -> None:
    global last
    require(known is None and last is None)
    last = allocate(Node)
    check(last is not home, failed, "again")
""",
    "a constant of its own": """
known: Node | None = None
@action
def drop() -> None:
    global known
    require(known is not None)
    free(known)
    known = None
@action
def take() -> None:
    global last
    require(known is None and last is None)
    last = allocate(Node)
    check(last.fixed == 0, failed, "again")
""",
    "what belongs to it and outlasts it": """
known: Node | None = None
marks: Per[Node, bool] = per(Node, False)
@action
def drop() -> None:
    global known
    require(known is not None)
    marks[known] = True
    free(known)
    known = None
@action
def take() -> None:
    global last
    require(known is None and last is None)
    last = allocate(Node)
    check(not marks[last], failed, "again")
""",
}


def naming_system(what: str) -> str:
    """The text of one of NAMED, without its imports."""
    text, boot = NODE + NAMED[what], BOOT
    if "def main(" in text:
        text, boot = text + CPU, boot + "    enter(instance(Cpu, 0), main)\n"
    if "home" in NAMED[what]:
        boot = boot.replace("global known", "global known, home") + "    home = known\n"
    if "fixed" in NAMED[what]:
        boot += "    known.fixed = 1\n"
    return text + boot


def violated_by(what: str) -> str:
    """The property that is violated."""
    return "fresh" if "fresh" in NAMED[what] else "failed"
