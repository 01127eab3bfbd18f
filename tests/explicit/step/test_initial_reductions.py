# SPDX-License-Identifier: GPL-2.0-only
"""Several initial states in the portable engine with reductions, and in the compiled engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.explicit.compiled.c.generate import generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.resuming import Checkpoints
from checker.explicit.engines import Method
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from checker.report.text.check_text import run_text
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import counts, replayed, traced
from tests.support.judges.in_pieces import pieces
from tests.support.systems.initial_choices import MANY, SYMMETRIC
from tests.support.systems.small_programs import HEADER, model_file, program_of


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
    assert f" {reduced.statistics.states:,} states from 6 initial states, " in run_text(reduced)
    assert " initial states" not in run_text(replace(reduced, initials=1))
