# SPDX-License-Identifier: GPL-2.0-only
"""Several initial states in solvers, in random walks and on runs; proofs for all sizes and implementations have one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.conformance.specification import Specification
from checker.explicit.lassos import find_lassos
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.explicit.simulation.simulation import Plan, Simulation
from checker.ir.lowering.lower import lower
from checker.language.errors import UsageError
from checker.symbolic.parametric.free_sizes import check_initial
from checker.symbolic.terms.terms import Unsupported
from checker.trace.confirmation.replay import replay
from checker.verify.bounded import check_bounded
from checker.verify.request import Request
from tests.support.judges.brute.brute_liveness import violated as violated_runs
from tests.support.judges.confirming import replayed
from tests.support.systems.initial_choices import COUNTER, MANY
from tests.support.systems.small_programs import HEADER, model_file, program_of


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
