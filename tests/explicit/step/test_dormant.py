# SPDX-License-Identifier: GPL-2.0-only
"""Actions that are never possible are left out of the program, and nothing that happens is left out with them: what an action
requires is looked at in the order of the text, and the first thing that stops it decides."""

from __future__ import annotations

import random

import pytest

from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.python import load
from checker.language.tree import Program
from tests.support.judges.brute.brute_force import BruteForce, TooLarge
from tests.support.judges.brute.comparison import compare
from tests.support.systems.small_programs import program_of

STATE = """
no_wild_pointer = demand("no-wild-pointer", "test")
OFF = 1 == 2
Bit = Annotated[int, Range(0, 1)]
@record(count=2)
class Node:
    use: Bit = 0
    link: "Node | None" = None
@record(count=2, allocated=True)
class Page:
    use: Bit = 0
p: Node | None = None
q: Page | None = None
wide: Small = 5
row: Array[Bit] = array(2)
at: Per[Node, Bit] = per(Node)
@function
def narrow(x: Bit) -> bool:
    return x == 0
@function
def follows(node: Node | None) -> bool:
    return node.use == 0
@function
def plain(node: Node) -> bool:
    return node.use == 0
"""
MAY_STOP = (
    "p.use == 0",
    "q.use == 0",
    "page.use == 0",
    "node.link.use == 0",
    "row[wide] == 0",
    "at[p] == 0",
    "is_allocated(q)",
    "narrow(wide)",
    "follows(p)",
    "any(n.link.use == 0 for n in every(Node))",
    "all(g.use == 0 for g in every(Page))",
    "wide == 5 and p.use == 0",
    "0 == (p.use if wide == 5 else 1)",
)
"""Conditions that stop an action in the first state: a wild pointer or a value out of range."""
CANNOT_STOP = (
    "wide == 3",
    "node.use == 0",
    "node.link is p",
    "at[node] == 0",
    "row[1] == 0",
    "row[at[node]] == 0",
    "is_allocated(page)",
    "plain(node)",
    "any(n.use == 0 for n in every(Node))",
    "all(is_allocated(g) for g in every(Page))",
    "not p",
    "q is page",
)


def action(*conditions: str) -> str:
    lines = ["@action", "def act(node: Node, page: Page) -> None:", "    global wide"]
    return STATE + "\n".join([*lines, *(f"    require({condition})" for condition in conditions), "    wide = 7", ""])


@pytest.mark.parametrize("condition", MAY_STOP)
def test_a_wild_pointer_before_a_false_requirement_is_met(condition: str) -> None:
    program = program_of(action(condition, "OFF"))
    assert program.actions
    space = compare(program)
    assert space.violated.get("no-wild-pointer", ("", 0))[1] == 1 or space.errors


@pytest.mark.parametrize("condition", CANNOT_STOP)
def test_what_cannot_stop_an_action_does_not_keep_it(condition: str) -> None:
    assert not program_of(action(condition, "OFF", "p.use == 0")).actions


@pytest.mark.parametrize("condition", MAY_STOP)
def test_a_false_requirement_comes_first(condition: str) -> None:
    assert not program_of(action("OFF", condition)).actions
    space = compare(program_of(action("wide == 3", condition)))
    assert not space.violated
    assert not space.errors


def whole(program: Program) -> Program:
    """In place of what leaves out what never happens."""
    return program


@pytest.mark.parametrize("seed", range(150))
def test_nothing_that_happens_is_left_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    actions = []
    for number in range(2):
        conditions = [chance.choice((*MAY_STOP, *CANNOT_STOP, "OFF")) for _ in range(chance.randint(1, 3))]
        conditions = [*conditions, "OFF"] if chance.random() < 0.5 else conditions
        body = action(*conditions).removeprefix(STATE).replace("def act", f"def act{number}")
        actions.append(
            body + chance.choice(("", "    row[0] = 1 - row[0]\n", "    global p\n    p = node\n", "    p = node.link\n"))
        )
    text = STATE + "".join(actions).replace("    global wide\n", "    global p, wide\n").replace("    global p\n", "")
    try:
        program = program_of(text)
        lower(program)
    except ModelError:
        pytest.fail(text)
    with monkeypatch.context() as patched:
        patched.setattr(load, "without_dormant", whole)
        everything = program_of(text)
    try:
        found, wanted = compare(program, 300), BruteForce(everything, 300).explore()
    except TooLarge:
        pytest.skip("too large")
    assert found.violated == wanted.violated
    assert found.errors == wanted.errors
    assert found.states == wanted.states


ASSUMED = """
asked: bool = False
@function
def is_asked(node: Node) -> bool:
    return {given}
@fair("who asks is answered", given=is_asked)
def is_answered(node: Node) -> bool:
    return node.use == 1
@action
def ask() -> None:
    global asked
    {asks}
"""


@pytest.mark.parametrize(
    ("given", "asks", "stays"),
    [
        ("asked", "asked = True", True),
        ("asked", "asked = False", False),
        ("asked and node.link.use == 0", "asked = False", False),
        ("node.link.use == 0 and asked", "asked = False", True),
        ("OFF and node.use == 0", "asked = True", False),
        ("not asked", "asked = False", True),
        ("asked or node.use == 0", "asked = False", True),
    ],
)
def test_what_is_assumed_where_nothing_ever_asks_for_it_is_left_out(given: str, asks: str, stays: bool) -> None:
    program = program_of(STATE + ASSUMED.format(given=given, asks=asks))
    assert [assumption.name for assumption in program.assumptions] == (["is_answered"] if stays else [])
