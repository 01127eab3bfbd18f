# SPDX-License-Identifier: GPL-2.0-only
"""What docs/reference/language.md says of the language in passing, held against both readings of a model."""

from __future__ import annotations

import pytest

from checker.explicit.search.results import Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.trace.machine import Machine
from tests.support.systems.small_programs import ONE_PROCESSOR, program_of


def search(text: str) -> Result:
    return Search(lower(program_of(text))).run()


def test_parameters_that_may_be_none_never_are() -> None:
    text = """
@record(count=2, allocated=True)
class Page:
    use: Small = 0
p: Page | None = None
@action
def point(q: Page | None) -> None:
    global p
    check(q is not None, rule, "never")
    p = q
@invariant("given", "{q}")
def given(q: Page | None) -> bool:
    "Test."
    return q is not None
"""
    program = program_of(text)
    machine = Machine(program)
    assert list(machine.bindings(program.actions["point"])) == [(1,), (2,)]
    result = Search(lower(program)).run()
    assert result.findings == {}
    assert result.statistics.states == 3


HOOK = """
g: Small = 0
@hook
def ask() -> None:
    global g
    g = 1
@routine
def main() -> None:
    ask()
@invariant("inside", "{g}")
def inside() -> bool:
    "Test."
    return g == 1 or not in_routine(instance(Cpu, 0), ask)
"""


def test_a_hook_that_nobody_implements_is_inlined() -> None:
    bare = program_of(ONE_PROCESSOR + HOOK)
    implemented = program_of(ONE_PROCESSOR + HOOK + "@implements(ask)\ndef answer() -> None:\n    global g\n    g = 1\n")
    assert set(lower(bare).procedures) == {"main"}
    assert set(lower(implemented).procedures) == {"main", "answer"}


def test_what_nothing_calls_is_translated_and_not_lowered() -> None:
    """The loop would be refused by the lowering, a name that is not defined is refused by the translation."""
    idle = "@routine\ndef idle() -> None:\n    while True:\n        pass\n"
    program = program_of(idle)
    assert [name for name, _ in program.unused] == ["idle"]
    assert lower(program).locations == ()
    with pytest.raises(ModelError, match="is not defined"):
        program_of(idle.replace("pass", "nothing()"))


def test_allocation_gives_all_fields_but_constants_their_declared_values() -> None:
    text = """
@record(count=2, allocated=True)
class Page:
    use: Small = 3
    fixed: Small = 5
@initial
def start() -> None:
    page = allocate(Page)
    page.use = 8
    page.fixed = 7
    free(page)
@action
def take() -> None:
    page = allocate(Page)
    check(page.use == 3, rule, "{page.use}")
    check(page.fixed == (7 if page is instance(Page, 0) else 5), rule, "{page.fixed}")
    page.use = 4
"""
    program = program_of(text)
    assert next(field.constant for field in program.records["Page"].fields if field.name == "fixed")
    result = Search(lower(program)).run()
    assert result.findings == {}
    assert result.statistics.states == 4, "instances whose constants differ are not alike: either may be allocated first"
    assert Search(lower(program_of(text.replace("== 3, rule", "== 8, rule")))).run().findings != {}


def test_in_stops_at_a_match() -> None:
    text = """
no_wild_pointer = demand("no-wild-pointer", "test")
@record(count=1)
class Page:
    use: Small = 0
p: Page | None = None
k: Small = 0
@action
def step() -> None:
    global k, p
    j = k
    require(j in (0, p.use))
    k = 1
    p = None
"""
    result = search(text)
    assert set(result.findings) == {"no-wild-pointer"}
    assert len(result.findings["no-wild-pointer"].path) == 2
