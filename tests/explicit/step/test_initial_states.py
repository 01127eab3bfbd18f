# SPDX-License-Identifier: GPL-2.0-only
"""Several initial states in the portable engine: choices in @initial code."""

from __future__ import annotations

from dataclasses import replace

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.trace.data import InitialChoice
from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import confirm, counts, traced
from tests.support.systems.initial_choices import COUNTER
from tests.support.systems.small_programs import ONE_PROCESSOR, line_of, program_of


def test_each_way_to_choose_is_a_state_of_depth_0() -> None:
    program = program_of(COUNTER)
    result = confirm(program)
    assert counts(result) == (9, 6, 1)
    assert len(result.findings["never"].path) == 1
    compare(program)


def test_a_state_that_is_made_twice_counts_once() -> None:
    program = program_of("n: Small = 0\n@initial\ndef boot() -> None:\n    global n\n    n = choose((1, 2)) + choose((1, 2))\n")
    assert [(i.cells["n"], i.choices) for i in lower(program).initials] == [((2,), (1, 1)), ((3,), (1, 2)), ((4,), (2, 2))]
    assert counts(confirm(program)) == (3, 0, 0)
    compare(program)


def test_a_counterexample_may_need_a_later_initial_state() -> None:
    """And a shorter one from there counts, where a longer one begins in the first."""
    program = program_of(COUNTER)
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    assert [choice.value for choice in trace.choices] == ["2", "3"]
    assert [choice.at.line for choice in trace.choices] == [line_of(COUNTER, "choose((0"), line_of(COUNTER, "choose(range")]
    assert len(trace.steps) == 1


def test_frames_that_are_chosen() -> None:
    text = ONE_PROCESSOR.replace("main)", "main, choose((1, 2)))") + (
        "g: Small = 0\n@routine\ndef main(k: Small) -> None:\n    global g\n    g = k\n"
        '@invariant("never", "test")\ndef never() -> bool:\n    "test"\n    return g != 2\n'
    )
    program = program_of(text)
    search = Search(lower(program))
    search.run()
    assert traced(program, search).choices == (
        InitialChoice("2", replace(program.properties["rule"].position, line=line_of(text, "choose((1"), column=35)),
    )
    compare(program)


def test_a_variable_that_only_initial_code_writes_is_no_constant_if_states_differ_in_it() -> None:
    text = """
@record(count=2, allocated=True)
class Page:
    colour: Small = 0
same: Small = 0
kept: Page | None = None
g: Small = 0
@initial
def boot() -> None:
    global same
    same = 4
    p = allocate(Page)
    p.colour = choose((1, 2))
    free(p)
@action
def take() -> None:
    global kept
    require(kept is None)
    kept = allocate(Page)
@action
def look() -> None:
    global g
    g = kept.colour
@invariant("never", "g is {g}")
def never() -> bool:
    "test"
    return g != 2
"""
    program = program_of(
        text.replace("    free(p)\n", "").replace("count=2", "count=1").replace("require(kept is None)", "require(g == 9)")
    )
    assert [v.name for v in lower(program).variables.values() if v.constant] == ["same"]
    program = program_of(text.replace("    free(p)\n", ""))
    assert "Page.colour" not in [v.name for v in lower(program).variables.values() if v.constant]
    compare(program)
    result = confirm(program)
    assert "never" not in result.findings  # the second page is taken, whose colour is as declared


def test_reading_such_a_variable_is_no_step() -> None:
    text = ONE_PROCESSOR.replace("    enter", "    global kind\n    kind = choose((1, 2))\n    enter").replace(
        "@initial", "kind: Small = 0\ng: Small = 0\n@initial"
    ) + ("@routine\ndef main() -> None:\n    global g\n    if kind == 1:\n        g = 1\n    else:\n        g = kind + 1\n")
    program = program_of(text)
    assert counts(confirm(program)) == (4, 2, 1)
    compare(program)


def test_a_model_error_in_one_initial_state_hides_no_violation_in_another() -> None:
    text = """
n: Small = 0
@initial
def boot() -> None:
    global n
    n = choose((0, 5, 7))
@function
def twice(k: Small) -> Small:
    return k
@invariant("errs", "test")
def errs() -> bool:
    "test"
    return n == 7 or twice(n * 2) < 9
@invariant("never", "test")
def never() -> bool:
    "test"
    return n != 7
"""
    program = program_of(text)
    result = confirm(program)
    assert result.error is not None and len(result.error.path) == 0
    assert result.findings.keys() == {"never"}
    compare(program)
