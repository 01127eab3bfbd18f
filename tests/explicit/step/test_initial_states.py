# SPDX-License-Identifier: GPL-2.0-only
"""Several initial states: choices in @initial code, in every engine, and in what is told of a counterexample."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from checker.conformance.specification import Specification
from checker.explicit.compiled.c.generate import generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.resuming import Checkpoints
from checker.explicit.engines import Method
from checker.explicit.liveness.lassos import find_lassos
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.explicit.simulation.simulation import Plan, Simulation
from checker.ir.lowering.lower import lower
from checker.language.errors import UsageError
from checker.language.python.load import load_program
from checker.language.tree import Program
from checker.report.picture.picture import picture
from checker.report.text.check_text import run_text
from checker.report.text.trace_text import text_report
from checker.symbolic.parametric.free_sizes import check_initial
from checker.symbolic.terms.terms import Unsupported
from checker.trace.confirmation.replay import replay
from checker.trace.data import InitialChoice, Trace
from checker.trace.machine import Machine
from checker.trace.state import Kind, Stopped
from checker.trace.store import parse_trace, trace_to_json
from checker.verify.bounded import check_bounded
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.support.judges.brute_force import compare
from tests.support.judges.brute_liveness import violated as violated_runs
from tests.support.judges.confirming import confirm, replayed
from tests.support.judges.in_pieces import pieces
from tests.support.systems.small_programs import HEADER, ONE_PROCESSOR, line_of, model_file, program_of

ROOT = Path(__file__).parents[3]

COUNTER = """
n: Small = 0
limit: Small = 0
@initial
def boot() -> None:
    global n, limit
    n = choose((0, 2))
    limit = choose(range(1, 4))
    require(n <= limit)
@action
def up() -> None:
    global n
    require(n < limit)
    n += 1
@invariant("never", "n is {n}")
def never() -> bool:
    "test"
    return n != 3
"""
"""Five of the six ways to choose make a state; 3 is reached only from those with a limit of 3."""

MANY = """
a: Annotated[int, Range(0, 600)] = 0
done: bool = False
@initial
def boot() -> None:
    global a
    a = choose(range(500))
@action
def finish() -> None:
    global done
    require(not done)
    done = True
@invariant("never", "a is {a}")
def never() -> bool:
    "test"
    return not done or a != 499
"""


def counts(result: Result) -> tuple[int, int, int]:
    return result.statistics.states, result.statistics.transitions, result.statistics.depth


def traced(program: Program, search: Search) -> Trace:
    return replayed(program, search, search.result.findings["never"])


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


# -- reductions --


SYMMETRIC = """
@record(count=3, symmetric=True)
class Task:
    kind: Small = 0
    taken: bool = False
owner: Task | None = None
@initial
def boot() -> None:
    global owner
    owner = choose(every(Task))
    instance(Task, 0).kind = choose((0, 1))
@action
def take(task: Task) -> None:
    require(not task.taken)
    task.taken = True
@invariant("never", "{task}")
def never(task: Task) -> bool:
    "test"
    return not task.taken or task.kind == 0 or task is owner
"""


@pytest.mark.parametrize("reductions", [(), ("pages",), ("symmetry",), ("pages", "symmetry"), ("partial-order",)], ids=str)
def test_representatives_of_each_initial_state(reductions: tuple[str, ...]) -> None:
    program = program_of(SYMMETRIC)
    search = Search(lower(program), reductions=frozenset(reductions))
    result = search.run()
    trace = traced(program, search)
    assert len(trace.steps) == 1 or reductions == ("partial-order",)
    # The violation needs task0 to be of kind 1, and the owner to be another.
    assert trace.choices[0].value in ("task1", "task2") and trace.choices[1].value == "1"
    initial = sum(parent < 0 for parent in search.parents)
    assert initial == (3 if "pages" in reductions else 6)  # no frames, so that tasks are data
    assert result.stopped is None


def test_what_initial_states_differ_in_is_exchanged() -> None:
    """As a constant of the system `kind` would keep task0 apart from the others, also where it is 0 in all of them."""
    program = program_of(SYMMETRIC.replace("owner = choose(every(Task))", "owner = None"))
    whole, reduced = (Search(lower(program), reductions=frozenset(some)) for some in ((), ("pages",)))
    assert whole.run().findings.keys() == reduced.run().findings.keys() == {"never"}
    # Tasks that are taken: 0 to 3 of them; or task0 or not, and 0 to 2 of the others.
    assert (len(whole.states), len(reduced.states)) == (16, 4 + 2 * 3)
    compare(program)


# -- the compiled engine --


def compiled(
    program: Program, small: bool, compact: bool = False, checkpoints: Checkpoints | None = None, states: int | None = None
) -> tuple[Search, Result]:
    system = lower(program)
    search = Search(system)
    generated = generate(search.transitions, None, compact)
    build = Build(pieces(generated.source) if small else generated.source)
    build.wait(None)
    engine = CompiledSearch(search, generated, build.library(), frozenset(system.properties), checkpoints=checkpoints)
    result = engine.run(Limits(states=states))
    build.close()
    return search, result


@pytest.mark.parametrize("compact", [False, True])
def test_initial_states_that_fill_the_table(compact: bool) -> None:
    """The table has room for 64 states at first, and 500 are put into it before anything is expanded."""
    program = program_of(MANY)
    search, result = compiled(program, True, compact)
    assert counts(result) == (1000, 500, 1)
    trace = replayed(program, search, result.findings["never"])
    assert [choice.value for choice in trace.choices] == ["499"]


def test_a_checkpoint_has_all_initial_states(tmp_path: Path) -> None:
    program = program_of(MANY)
    file = tmp_path / "checkpoint"
    _, result = compiled(program, False, checkpoints=Checkpoints(file, 600.0, None, print), states=100)
    assert result.stopped is not None
    _, result = compiled(program, False, checkpoints=Checkpoints(None, 600.0, file, print))
    assert counts(result) == (1000, 500, 1)
    assert "never" in result.findings


def test_initial_states_are_counted_without_reductions() -> None:
    """Six initial states are made; a reduction leaves fewer, and what is told is what the model has."""
    request = Request(model_file(HEADER + SYMMETRIC), {}, None)
    plain, reduced = (
        check_configuration(request, Method(threads=1, reductions=frozenset(r)), Limits()) for r in ((), ("pages",))
    )
    assert (plain.initials, reduced.initials) == (6, 6)
    assert reduced.statistics.states < plain.statistics.states
    assert f" {reduced.statistics.states:,} states from 6 initial states, " in run_text(reduced, 0)
    assert " initial states" not in run_text(replace(reduced, initials=1), 0)


# -- other engines --


@pytest.mark.parametrize("solver", ["z3", "bitwuzla"])
def test_solvers(solver: str) -> None:
    run = check_bounded(Request(model_file(HEADER + COUNTER), {}, None), 2, Limits(), solver=solver)
    assert run.violated == {"never": 1}
    assert run.initials == 5
    run = check_bounded(
        Request(model_file(HEADER + COUNTER.replace("n != 3", "n < limit + 1")), {}, None), 3, Limits(), solver=solver
    )
    assert run.violated == {}


def test_walks_begin_in_each_of_them() -> None:
    program = program_of(MANY.replace("a != 499", "a < 600"))
    simulation = Simulation(lower(program))
    begun = set()
    for seed in range(3):
        simulation.run(Plan(100, 1, seed))
        begun.add(simulation.first)
    assert len(begun) > 1
    found = Simulation(lower(program_of(COUNTER))).run(Plan(20, 4, 1))
    assert "never" in found.findings


LIVE = """
stays: bool = False
g: bool = False
@initial
def boot() -> None:
    global stays
    stays = choose((False, True))
@action
def flip() -> None:
    global g
    g = not g and not stays
@eventually("set-again", "test")
def set_again() -> bool:
    "test"
    return g
"""


def test_runs_begin_in_each_of_them() -> None:
    program = program_of(LIVE)
    system = lower(program, liveness=True)
    found = find_lassos(system, frozenset({"set-again"}))
    search = Search(system)
    trace = replayed(program, search, found.findings["set-again"])
    assert [choice.value for choice in trace.choices] == ["True"]
    assert trace.cycle is not None and replay(program, trace).ok
    assert violated_runs(program) == {"set-again"}
    other = replace(trace, choices=(replace(trace.choices[0], value="False"),))
    assert not replay(program, other).ok


def test_proofs_for_all_sizes_refuse_choices() -> None:
    with pytest.raises(Unsupported, match=r"`@initial` code that chooses; prove at fixed sizes"):
        check_initial(program_of(COUNTER))


def test_an_implementation_begins_in_one_state() -> None:
    with pytest.raises(UsageError, match="the model has 5 initial states, and an implementation begins in one"):
        Specification(program_of(COUNTER))


# -- the replayer, and what is told --


def test_the_replayer_makes_no_choice_by_itself() -> None:
    program = program_of(COUNTER)
    for choices, kind in (
        ((), Kind.OPEN_CHOICE),
        ((2,), Kind.OPEN_CHOICE),
        ((2, 1), Kind.NOT_POSSIBLE),
        ((1, 1), Kind.NOT_POSSIBLE),
    ):
        with pytest.raises(Stopped) as stopped:
            Machine(program, choices)
        assert stopped.value.kind is kind
    assert Machine(program, (2, 3)).initial == (2, 3)


def test_a_trace_with_other_choices_is_refused() -> None:
    program = program_of(COUNTER)
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    first, second = trace.choices
    assert replay(program, trace).ok
    for wrong in (
        (),
        (first,),
        (replace(first, value="0"), second),
        (first, replace(second, value="1")),
        (first, second, second),
        (first, replace(second, at=first.at)),
        (first, replace(second, value="many")),
    ):
        assert not replay(program, replace(trace, choices=wrong)).ok, wrong


def test_a_trace_of_a_model_without_choices_is_as_it_was() -> None:
    program = program_of(COUNTER.replace("choose((0, 2))", "2").replace("choose(range(1, 4))", "3"))
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    assert trace.choices == ()
    assert "choices" not in trace_to_json(trace)


def test_the_choices_are_told() -> None:
    program = program_of(COUNTER)
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    stored = trace_to_json(trace)
    Draft202012Validator(json.loads((ROOT / "docs/reference/schema/stackproof-trace.json").read_text())).validate(stored)
    assert parse_trace(json.dumps(stored)) == trace
    text = text_report(trace, sources=program.sources)
    line = line_of(COUNTER, "choose(range")
    assert "    0 | @initial\n" in text
    assert f"  model.py:{line}  limit = choose(range(1, 4))\n      |       choice: 3\n" in text
    assert "The initial state, chosen: 2 (model.py:" in picture(trace)


def test_the_choices_are_told_where_there_is_no_step() -> None:
    program = program_of(COUNTER.replace("n != 3", "limit != 2"))
    search = Search(lower(program))
    search.run()
    text = text_report(traced(program, search), sources=program.sources)
    assert "choice: 2\n" in text


def test_a_model_of_the_kernel_can_choose_too(tmp_path: Path) -> None:
    """In an @initial of its own, after the kernel's."""
    model = tmp_path / "model.py"
    text = (ROOT / "models/rfc_v1_nr_fixed.py").read_text()
    text = text.replace("import Expected, Recorded, implements", "import Expected, Recorded, choose, every, implements, initial")
    model.write_text(
        text.partition("EXPECTED =")[0]
        + "@initial\ndef marked() -> None:\n    task = choose(t for t in every(Task) if not t.idle)\n"
        + "    task.flags = choose((TaskFlags(0), TaskFlags.PF_DYNAMIC_STACK))\n"
    )
    program = load_program(model, {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}, ["touch"])
    assert [initial.choices for initial in lower(program).initials] == [(1, 0), (1, 1)]
    assert confirm(program).statistics.states > 100
