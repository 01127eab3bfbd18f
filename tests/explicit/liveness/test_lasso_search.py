# SPDX-License-Identifier: GPL-2.0-only
"""The search for lassos: what stops it, what it says of a model without fair runs, and what it leaves as it is."""

from __future__ import annotations

import pytest

from checker.explicit.lassos import find_lassos
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.stopping import INTERRUPTED
from tests.support.judges.lassos import lassos_of
from tests.support.systems.small_lassos import ALLOCATOR, BACK, CUT, ENDS, HALT, HIGH, LOCK, PROPERTIES, SERVED, SET, TWO, WAITS
from tests.support.systems.small_programs import ONE_PROCESSOR, program_of

BOTH = pytest.mark.parametrize("engine", ["portable", "compiled"])


@BOTH
def test_limits_stop_it(engine: str) -> None:
    program = program_of(TWO + LOCK)
    assert str(lassos_of(program, Limits(states=5), engine).stopped) == "there are more than 5 states"
    many = program_of(TWO + LOCK + "@action\ndef act(cpu: Cpu, n: Small) -> None:\n    cpu.count = n\n")
    states = lassos_of(many, engine=engine).states
    assert states > 1024
    assert str(lassos_of(many, Limits(states=1000), engine).stopped) == "there are more than 1,000 states"
    assert lassos_of(many, Limits(states=states), engine).stopped is None
    assert str(lassos_of(many, Limits(states=states - 1), engine).stopped) == f"there are more than {states - 1:,} states"
    assert str(lassos_of(program, Limits(seconds=1.0, spent=2.0), engine).stopped) == "the limit of 1 second"
    assert str(lassos_of(program, Limits(memory=1), engine).stopped) == "the limit of 0 MiB of memory"


@BOTH
def test_an_interruption_stops_it(engine: str) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    program = program_of(TWO + LOCK)
    found = find_lassos(lower(program, liveness=True), frozenset({"gets-it"}), progress=interrupt, engine=engine)
    assert found.stopped == INTERRUPTED
    assert found.findings == {}
    # What was found and could not be announced counts as not found.
    found = find_lassos(lower(program, liveness=True), frozenset({"gets-it"}), announce=interrupt, engine=engine)
    assert found.stopped == INTERRUPTED
    assert found.findings == {}


def is_vacuous(text: str, engine: str) -> bool:
    return lassos_of(program_of(text), engine=engine).vacuous


@BOTH
def test_a_model_without_fair_runs_is_told(engine: str) -> None:
    assert not is_vacuous(ENDS + HIGH, engine)
    assert is_vacuous(ENDS + HIGH + BACK, engine)
    assert is_vacuous(ENDS + HIGH + HALT, engine)
    assert is_vacuous(ENDS + HIGH + CUT, engine)
    assert not is_vacuous(TWO + WAITS + SET, engine)
    never = '@fair("nothing is ever so")\ndef never() -> bool:\n    "test"\n    return flag and not flag\n'
    assert is_vacuous(TWO + WAITS + SET + never, engine)


@BOTH
def test_an_assumption_that_cannot_be_evaluated_is_a_model_error(engine: str) -> None:
    wild = '@fair("x")\ndef wild() -> bool:\n    "test"\n    return null(Cpu).count == 1\n'
    with pytest.raises(ModelError, match=r"the assumption `wild` .* cannot be evaluated: a wild pointer"):
        lassos_of(program_of(PROPERTIES + TWO + WAITS + SET + wild), engine=engine)
    far = SET.replace("instance(Cpu, 0).count == 1", "reference(Cpu, instance(Cpu, 1).count).count == 1")
    with pytest.raises(ModelError, match=r"the condition `is_set` .* cannot be evaluated: .* widen its range"):
        lassos_of(program_of(TWO + WAITS.replace("count = 2", "count = 3") + far), engine=engine)


def test_liveness_changes_no_state_and_no_transition() -> None:
    program = program_of(ONE_PROCESSOR + ALLOCATOR + SERVED)
    plain, asking = lower(program), lower(program, liveness=True)
    assert [(x.calls, x.live) for x in plain.locations] == [(x.calls, x.live) for x in asking.locations]
    one, other = Search(plain), Search(asking)
    one.run()
    other.run()
    assert one.states == other.states
