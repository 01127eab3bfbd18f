# SPDX-License-Identifier: GPL-2.0-only
"""What the replayer refuses: lassos that are not, and ends and answers that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from checker.trace.confirmation.build import Claim, Disagreement, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.machine import Transition
from tests.support.judges.lassos import traces_of
from tests.support.systems.small_lassos import BACK, ENDS, HALT, HIGH, LOCK, QUESTION, SET, STRONG, TWO, WAITS
from tests.support.systems.small_programs import program_of


def lock_trace() -> tuple[Program, Trace]:
    program = program_of(TWO + LOCK)
    return program, traces_of(program)["gets-it"]


def refused(program: Program, trace: Trace) -> str:
    result = replay(program, trace)
    assert not result.ok
    return result.reason


def test_a_cycle_that_starts_elsewhere_is_refused() -> None:
    program, trace = lock_trace()
    assert trace.cycle is not None
    length = len(trace.steps) - trace.cycle.start
    assert length > 2
    for start in range(len(trace.steps) + 1):
        other = replace(trace, cycle=replace(trace.cycle, start=start))
        if start != trace.cycle.start:
            assert refused(program, other)
    assert "where its cycle starts" in refused(program, replace(trace, cycle=None))
    assert "where its cycle starts" in refused(program, replace(trace, cycle=replace(trace.cycle, start=len(trace.steps) + 1)))


def test_other_assumptions_than_the_model_has_are_refused() -> None:
    program, trace = lock_trace()
    assert trace.cycle is not None
    assert "fairness" in refused(program, replace(trace, cycle=replace(trace.cycle, fairness=("anything",))))
    assert "not fair" in refused(
        program_of(TWO + LOCK + STRONG),
        replace(
            trace,
            cycle=replace(trace.cycle, fairness=(*trace.cycle.fairness, "locks are fair")),
        ),
    )


def test_an_unfair_cycle_is_refused() -> None:
    """The processor that waits could step, as the lock is free once in the cycle; here nothing of it is asked for."""
    program = program_of(TWO + WAITS + SET)
    search = Search(lower(program))
    search.run()
    steps = [step for step in search.transitions.possible(search.states[0]) if step.processor == 0]
    assert len(steps) == 1
    schedule = [_step(0), _step(0)]
    (demand,) = program.eventualities
    claim = Claim("lasso", "is-set", demand.position, cycle=1)
    with pytest.raises(Disagreement, match="cpu1 could take a step in the cycle, and never does"):
        build_trace(program, schedule, claim)
    with pytest.raises(Disagreement, match="the state after the cycle is not that at its start"):
        build_trace(program, [_step(0), _step(1)], claim)
    with pytest.raises(Disagreement, match="no such condition"):
        build_trace(program, schedule, replace(claim, cycle=None))
    with pytest.raises(Disagreement, match="the run does not end there: a step of processor 0 is possible"):
        build_trace(program, schedule, replace(claim, cycle=2))


def test_an_end_that_is_none_is_refused() -> None:
    program = program_of(ENDS + HIGH.replace("9", "3"))
    trace = traces_of(program)["high"]
    assert trace.ends
    assert trace.cycle is not None
    assert len(trace.steps) == 2
    early = replace(trace, steps=trace.steps[:1], cycle=replace(trace.cycle, start=1))
    assert "is 9 in the last state" in refused(program, early) or "true" in refused(program, early)
    unfair = program_of(ENDS + HIGH.replace("9", "3") + BACK)
    fairness = (*trace.cycle.fairness, "what is high comes down")
    assert "not fair" in refused(unfair, replace(trace, cycle=replace(trace.cycle, fairness=fairness)))
    goes_on = program_of(ENDS + HIGH.replace("9", "3") + HALT)
    assert "the run does not end there: off is possible" in refused(goes_on, trace)
    calling = program_of(ENDS + HIGH.replace("n == 9", "n == 3 or not calls(instance(Cpu, 0), main)"))
    assert "the replay finds" in refused(calling, trace)
    soon = ENDS + '@bounded("high", "{n}")\ndef high(cpu: Cpu) -> bool:\n    "test"\n    return n == 3\n'
    claim = Claim("lasso", "high", program_of(soon).eventualities[0].position, {"cpu": 1}, cycle=2)
    with pytest.raises(Disagreement, match="there is no step in the cycle"):
        build_trace(program_of(soon), [_step(0), _step(0)], claim)


def test_an_answer_that_nothing_asks_for_is_refused() -> None:
    program = program_of(ENDS + QUESTION.format("n == 3", "n == 5"))
    trace = traces_of(program)["answered"]
    assert trace.cycle is not None
    assert trace.cycle.since == 1
    unasked = program_of(ENDS + QUESTION.format("n == 7", "n == 5"))
    answered = program_of(ENDS + QUESTION.format("n == 0", "n == 3"))
    assert "steps before it is asked: the trace says 1, the replay finds None" in refused(unasked, trace)
    assert "steps before it is asked" in refused(program, replace(trace, cycle=replace(trace.cycle, since=0)))
    for other in (unasked, answered):
        claim = Claim("lasso", "answered", other.eventualities[0].position, {}, cycle=2)
        with pytest.raises(Disagreement, match="nothing that is_answered would have to answer is left"):
            build_trace(other, [_step(0), _step(0)], claim)


def test_a_cycle_on_which_the_condition_holds_is_refused() -> None:
    program = program_of(TWO + WAITS + SET.replace("count == 1", "count == 0"))
    trace = traces_of(program)["is-set"]
    other = program_of(TWO + WAITS + SET)
    assert "is false" in refused(other, trace) or "reads" in refused(other, trace)


def _step(processor: int) -> Transition:
    return Transition(processor)
