# SPDX-License-Identifier: GPL-2.0-only
"""The search itself: what ends a path (cuts, model errors, deadlocks, violations), and what it counts."""

from __future__ import annotations

import pytest

from checker.explicit.search.results import Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import UsageError
from tests.support.judges.confirming import confirm, counts
from tests.support.systems.small_programs import ONE_PROCESSOR, line_of, program_of

PROPERTIES = """
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
"""


def search_of(text: str, properties: frozenset[str] | None = None) -> Search:
    return Search(lower(program_of(text)), properties)


def run(text: str) -> Result:
    """Searches all of a model, and has the replayer confirm what it finds."""
    return confirm(program_of(text))


COUNTER = """
n: Small = 0
@action
def more() -> None:
    global n
    n += 1
"""


def test_a_model_error_stops_the_search() -> None:
    result = run(COUNTER)
    assert result.error is not None
    assert (result.error.kind, len(result.error.path)) == ("model-error", 10)
    assert result.error.position is not None
    assert result.error.position.line == line_of(COUNTER, "n += 1")
    assert "`n`" in result.error.message
    assert "from 0 to 9" in result.error.message
    assert result.statistics.states == 10


BOTH = """
n: Small = 1
@action
def less() -> None:
    global n
    n -= 1
@action
def wrong() -> None:
    check(n > 0, rule, "too little")
@function
def same(k: Small) -> Small:
    return k
@invariant("sums", "{k}")
def sums(k: Annotated[int, Range(0, 1)]) -> bool:
    "Test."
    return same(n - 1 + k) >= 0 and k == 0
"""
"""Where `n` is 0, it underflows, another step raises a violation, and of the invariant one binding cannot be evaluated while the other,
which comes later, is violated."""


def test_a_model_error_hides_no_violation_that_is_as_near() -> None:
    for text, line in ((BOTH.replace("n: Small = 1", "n: Small = 0"), "return k"), (BOTH, "n -= 1")):
        begins = line == "return k"
        result = confirm(program_of(text))
        assert result.error is not None
        assert result.error.position is not None
        assert result.error.position.line == line_of(text, "n - 1 + k" if begins else line)
        assert {name: (len(finding.path), finding.arguments) for name, finding in result.findings.items()} == {
            "sums": (0, (1,)),
            **({} if begins else {"rule": (2, ())}),
        }


def test_a_model_error_in_an_invariant_stops_the_search() -> None:
    text = """
n: Small = 8
table: Array[Small] = array(10)
@action
def more() -> None:
    global n
    require(n < 9)
    n += 1
@function
def twice(k: Small) -> Small:
    return k
@invariant("small", "{n}")
def small() -> bool:
    "Test."
    return twice(n + 1) > 0
"""
    result = run(text)
    assert result.error is not None
    assert len(result.error.path) == 1
    assert "small" not in result.findings


def test_a_model_error_in_an_invariant_of_the_initial_state() -> None:
    text = """
n: Small = 9
@action
def more() -> None:
    global n
    n = 9
@function
def same(k: Small) -> Small:
    return k
@invariant("small", "{n}")
def small() -> bool:
    "Test."
    return same(n + 1) > 0
"""
    result = run(text)
    assert result.error is not None
    assert result.error.path.steps == ()
    assert result.statistics.states == 1


def test_an_arena_that_runs_dry_is_a_cut() -> None:
    text = """
@record(count=2, allocated=True)
class Page:
    use: Small = 0
@action
def take() -> None:
    allocate(Page)
"""
    result = run(PROPERTIES + text)
    assert set(result.cuts) == {"arena"}
    assert "Page" in result.cuts["arena"]
    assert counts(result) == (3, 2, 2)
    assert result.findings == {}, "a cut transition counts as possible"
    assert result.stopped is None


def test_a_frame_too_many_is_a_cut() -> None:
    text = """
@record(count=1, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
g: Small = 0
@routine(noinline=True)
def deeper() -> None:
    deeper()
@action
def begin() -> None:
    global g
    require(g == 0)
    g = 1
    enter(instance(Cpu, 0), deeper)
"""
    result = run(PROPERTIES + text)
    assert set(result.cuts) == {"frames"}
    assert counts(result) == (3, 2, 2)
    assert result.findings == {}


def test_a_deadlock_is_where_only_interrupts_are_possible() -> None:
    text = """
n: Small = 0
@action
def more() -> None:
    global n
    require(n < 3)
    n += 1
@action(interrupt=True)
def back() -> None:
    global n
    require(n == 3)
    n = 0
"""
    result = run(PROPERTIES + text)
    assert {name: (f.kind, len(f.path)) for name, f in result.findings.items()} == {"no-deadlock": ("deadlock", 3)}
    assert counts(result) == (4, 4, 3)
    assert run(text).findings == {}, "deadlocks are no violation in a model that does not declare the property"


STOPS = """
n: Small = 0
@action
def more() -> None:
    global n
    require(n < 3)
    n += 1
"""


@pytest.mark.parametrize(
    ("text", "leads_away"),
    [
        ("    require(n == 3)\n    n = 3", False),
        ("    n = choose((n, 3))", False),
        ("    n = choose((n, 2))", True),
        ("    require(n == 3)\n    halt('test')", True),
        ("    require(n == 3)\n    check(n < 3, no_wild_pointer, 'test')", True),
        ("    require(n == 3)\n    n += 9", True),
    ],
)
def test_a_transition_to_the_same_state_leads_out_of_no_deadlock(text: str, leads_away: bool) -> None:
    body = f"@action\ndef other() -> None:\n    global n\n{text}\n"
    found = run(PROPERTIES + STOPS + body).findings
    assert ("no-deadlock" in found) == (not leads_away)


def test_an_invariant_violated_in_the_initial_state() -> None:
    text = """
n: Small = 3
@action
def less() -> None:
    global n
    require(n > 0)
    n -= 1
@invariant("low", "n is {n}")
def low() -> bool:
    "Test."
    return n < 2
@invariant("lower", "n is {n}")
def lower() -> bool:
    "Test."
    return n != 2
"""
    result = run(text)
    assert {name: len(f.path) for name, f in result.findings.items()} == {"low": 0, "lower": 1}
    assert counts(result) == (4, 3, 3), "the search goes on past violations"


def test_terminal_states_are_counted_and_nothing_more() -> None:
    text = """
n: Small = 0
@action
def stop() -> None:
    halt("enough")
@action
def fail(k: Annotated[int, Range(0, 1)]) -> None:
    global n
    n = 9
    check(k == 0, rule, "n is {n}")
    require(False)
@action
def more() -> None:
    global n
    require(n < 1)
    n += 1
@invariant("low", "n is {n}")
def low() -> bool:
    "Test."
    return n < 9
"""
    result = run(PROPERTIES + text)
    # Two running states, and for each of them one that has stopped and one in which the rule is violated.
    assert counts(result) == (6, 5, 2)
    assert {name: (f.kind, len(f.path)) for name, f in result.findings.items()} == {"rule": ("check", 1)}


def test_a_wild_pointer_is_a_violation_or_else_a_model_error() -> None:
    text = """
@record(count=1)
class Page:
    use: Small = 0
p: Page | None = None
@action
def point() -> None:
    global p
    p = None
@action
def use() -> None:
    p.use = 1
"""
    result = run(PROPERTIES + text)
    assert {name: (f.kind, len(f.path)) for name, f in result.findings.items()} == {"no-wild-pointer": ("wild-pointer", 1)}
    error = run(text).error
    assert error is not None
    assert error.position is not None
    assert error.position.line == line_of(text, "p.use = 1")


def test_what_the_search_did_not_reach_is_named() -> None:
    text = (
        ONE_PROCESSOR
        + """
g: Small = 0
@routine
def main() -> None:
    global g
    g = 1
    if g == 2:
        g = 3
    else:
        g = 4
@action
def never() -> None:
    global g
    require(g == 9)
    g = 0
"""
    )
    result = run(text)
    lines = {position.line for position in result.unreached}
    assert line_of(text, "g = 3") in lines
    assert line_of(text, "g = 4") not in lines
    assert line_of(text, "g = 1") not in lines


def test_a_state_that_is_too_large_is_refused_and_the_largest_is_searched() -> None:
    text = """
@record(count={count})
class Page:
    use: Annotated[int, Range(0, 99)] = 0
@action
def step(page: Page) -> None:
    require(page is instance(Page, {count} - 1))
    page.use = 99
"""
    assert counts(search_of(text.replace("{count}", "1999")).run())[0] == 2
    with pytest.raises(UsageError, match=r"a state of this model has 14,00. bits, and the engine can have 14,000"):
        search_of(text.replace("{count}", "2000"))


# -- where it went wrong --


def test_an_index_outside_an_array_names_the_array() -> None:
    text = """
slots: Array[Small] = array(2)
k: Small = 0
@action
def step() -> None:
    global k
    slots[k] = 1
    k += 1
"""
    error = confirm(program_of(text)).error
    assert error is not None
    assert error.message == "an index outside slots[2], in a model without the property no-wild-pointer"
    assert len(error.path) == 3
