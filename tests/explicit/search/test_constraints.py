# SPDX-License-Identifier: GPL-2.0-only
"""Constraints: states outside are judged and not left, by every engine and the replayer, and every verdict says so."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from checker.cli.main import run
from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.result.verdict import VerdictKind
from checker.trace.confirmation.replay import replay
from checker.trace.machine import Machine
from checker.trace.state import Kind
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.support.judges.brute.brute_force import TooLarge
from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import confirm, replayed
from tests.support.random.random_systems import random_system
from tests.support.systems.small_programs import HEADER, line_of, model_file, program_of

COUNTER = """
no_deadlock = demand("no-deadlock", "test")
n: Annotated[int, Range(0, 100)] = 0
@constraint("n is at most 3")
def low() -> bool:
    return n <= 3
@action
def up() -> None:
    global n
    require(n < 100)
    n += 1
@invariant("never", "n is {n}")
def never() -> bool:
    "test"
    return n != 4
@invariant("beyond", "n is {n}")
def beyond() -> bool:
    "test"
    return n != 5
"""
"""4 is outside the constraint, and 5 is beyond it."""


def test_a_state_outside_is_judged_and_not_left() -> None:
    program = program_of(COUNTER)
    result = confirm(program)
    assert (result.statistics.states, result.statistics.transitions, result.statistics.depth) == (5, 4, 4)
    assert result.findings.keys() == {"never"}, "and it is not a deadlock: a transition is possible there"
    assert result.outside.keys() == {"constraint low"}
    assert not result.cuts
    compare(program)


def test_without_it_more_is_found() -> None:
    program = program_of(COUNTER.replace("n <= 3", "n <= 100"))
    result = confirm(program)
    assert result.findings.keys() == {"never", "beyond", "no-deadlock"}
    assert not result.outside


def test_a_state_outside_where_nothing_is_possible_is_a_deadlock() -> None:
    text = COUNTER.replace("n < 100", "n < 4")
    program = program_of(text)
    search = Search(lower(program))
    assert search.run().findings.keys() == {"never", "no-deadlock"}
    trace = replayed(program, search, search.result.findings["no-deadlock"])
    assert len(trace.steps) == 4
    compare(program)


def test_what_an_action_requires_first_is_judged_outside() -> None:
    """The wild pointer in the guard is met; the one behind it is not."""
    text = """
no_wild_pointer = demand("no-wild-pointer", "test")
@record(count=1)
class Page:
    use: Small = 0
p: Page | None = None
outside: bool = False
@constraint("never left")
def inside() -> bool:
    return not outside
@action
def leave() -> None:
    global outside
    require(not outside)
    outside = True
@action
def follow() -> None:
    require(outside)
    GUARD
    p.use = 1
"""
    for guard, found in (("require(p.use == 0)", {"no-wild-pointer"}), ("pass", set())):
        program = program_of(text.replace("GUARD", guard))
        assert confirm(program).findings.keys() == found
        compare(program)


def test_the_replayer_takes_no_transition_from_outside() -> None:
    program = program_of(COUNTER)
    machine = Machine(program)
    for _ in range(4):
        assert machine.act("up", ()).kind is Kind.DONE
    outcome = machine.act("up", ())
    assert (outcome.kind, outcome.message) == (Kind.CUT, "constraint low")
    free = program_of(COUNTER.replace("n <= 3", "n <= 100"))
    search = Search(lower(free))
    search.run()
    trace = replayed(free, search, search.result.findings["beyond"])
    result = replay(program, trace)
    assert not result.ok and "constraint low" in result.reason


@pytest.mark.parametrize("engine", ["portable", "compiled", "z3", "bitwuzla"])
def test_every_verdict_names_it(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = model_file(HEADER + COUNTER)
    assert run(["check", str(file), "--engine", engine, "--property", "beyond"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "within the constraint low)" in out
    assert "not searched beyond states outside the constraint low" in out
    assert f"constraint low, {file}:{line_of(COUNTER, 'def low')}: n is at most 3" in out


def test_two_of_them() -> None:
    text = COUNTER + '@constraint("n is not 2")\ndef other() -> bool:\n    return n != 2\n'
    program = program_of(text)
    result = confirm(program)
    assert (result.statistics.states, result.outside.keys()) == (3, {"constraint other"})
    compare(program)


SYMMETRIC = """
@record(count=3, symmetric=True)
class Task:
    drawn: Small = 0
@constraint("at most one task has drawn twice")
def few() -> bool:
    return all(a is b or a.drawn < 2 or b.drawn < 2 for a in every(Task) for b in every(Task))
@action
def draw(task: Task) -> None:
    require(task.drawn < 3)
    task.drawn += 1
@invariant("never", "{task}")
def never(task: Task) -> bool:
    "test"
    return True
"""


@pytest.mark.parametrize("reductions", [(), ("pages",), ("symmetry",), ("partial-order",)], ids=str)
def test_reductions(reductions: tuple[str, ...]) -> None:
    program = program_of(SYMMETRIC)
    result = Search(lower(program), reductions=frozenset(reductions)).run()
    assert result.stopped is None and result.outside.keys() == {"constraint few"}
    # By hand: multisets of three numbers from 0 to 3 that steps of 1 lead to, two of them at least 2 only if one is 2.
    if "pages" in reductions:
        reached = {(0, 0, 0)}
        queue = [(0, 0, 0)]
        for state in queue:
            if sum(n >= 2 for n in state) < 2:
                for n in range(3):
                    if state[n] < 3:
                        after = tuple(sorted((*state[:n], state[n] + 1, *state[n + 1 :])))
                        if after not in reached:
                            reached.add(after)
                            queue.append(after)
        assert result.statistics.states == len(reached)


def test_one_that_tells_instances_apart_is_refused() -> None:
    condition = SYMMETRIC.partition("return ")[2].partition("\n")[0]
    with pytest.raises(ModelError, match="symmetric"):
        program_of(SYMMETRIC.replace(condition, "instance(Task, 0).drawn < 2"))


def test_runs_are_not_judged_beyond_it() -> None:
    text = COUNTER + '@eventually("again", "test")\ndef again() -> bool:\n    "test"\n    return n == 0\n'
    request = Request(model_file(HEADER + text), {}, None, properties=("again",))
    found = check_configuration(request, Method(), Limits())
    (verdict,) = found.verdicts
    assert (verdict.kind, verdict.detail) == (VerdictKind.UNKNOWN, "runs are not followed out of the constraint low")


def test_proofs_refuse_it(capsys: pytest.CaptureFixture[str]) -> None:
    file = model_file(HEADER + COUNTER)
    line = line_of(COUNTER, "def low")
    for more in ([], ["--for-all-sizes"]):
        assert run(["prove", str(file), *more]) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"{file}:{line}:1: error: a proof is of all states, and the constraint `low` leaves some out; ")
        assert err.endswith(f"{line:>7} | def low() -> bool:\n        | ^~~\n")


@pytest.mark.parametrize(
    "seeds", [range(0, 100), pytest.param(range(100, 6000), marks=pytest.mark.exhaustive)], ids=["few", "many"]
)
def test_random_systems_with_constraints(seeds: range) -> None:
    """Beside the machine's own search. Enough of them come out of their constraint, else this tests nothing."""
    met: Counter[str] = Counter()
    for seed in seeds:
        text = random_system(random.Random(seed))
        if "@constraint" not in text:
            continue
        try:
            program = program_of(text)
            lower(program)
            space = compare(program)
        except (ModelError, TooLarge):
            continue
        confirm(program)
        met["all"] += 1
        met["outside"] += any(cut.startswith("constraint") for cut in space.cuts)
    assert met["outside"] >= len(seeds) // 40, met
