# SPDX-License-Identifier: GPL-2.0-only
"""Liveness on small models: what is violated, what is not because the cycle would be unfair, and that two judges agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explicit.liveness.lassos import Lassos, find_lassos
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.tree import Program
from checker.stopping import INTERRUPTED
from checker.trace.confirmation.build import Claim, Disagreement, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.machine import Transition
from tests.support.judges.brute_liveness import violated
from tests.support.judges.confirming import replayed
from tests.support.systems.small_programs import ONE_PROCESSOR, program_of

TWO = """
flag: bool = False
lock: bool = False
@record(count=2, frames=3)
class Cpu:
    count: Small = 0
@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), one)
    enter(instance(Cpu, 1), other)
"""
"""Two processors, which start in the routines `one` and `other`."""

WAITS = """
@routine
def one() -> None:
    while not flag:
        pass
    while True:
        processor(Cpu).count = 1
@routine
def other() -> None:
    global flag
    flag = True
    while True:
        processor(Cpu).count = 2
"""
SET = """
@eventually("is-set", "never")
def is_set() -> bool:
    "test"
    return instance(Cpu, 0).count == 1
"""
LOCK = """
@routine
def take() -> None:
    global lock
    with atomic("test"):
        require(not lock)
        lock = True
@routine
def one() -> None:
    global lock
    while True:
        take()
        processor(Cpu).count = 1
        processor(Cpu).count = 0
        lock = False
@routine
def other() -> None:
    one_again()
@routine
def one_again() -> None:
    global lock
    while True:
        take()
        processor(Cpu).count = 1
        processor(Cpu).count = 0
        lock = False
@eventually("gets-it", "{cpu} never has the lock")
def gets_it(cpu: Cpu) -> bool:
    "test"
    return cpu.count == 1
"""
STRONG = """
@function
def is_free(cpu: Cpu) -> bool:
    return not lock
@fair("locks are fair", given=is_free)
def gets_lock(cpu: Cpu) -> bool:
    "test"
    return calls(cpu, take) or cpu.count == 1
"""
ALLOCATOR = """
@record(count=2, allocated=True)
class Page:
    used: bool = False
got: bool = False
@routine
def allocation() -> Page | None:
    with atomic("test"):
        if choose((False, True)):
            return None
        return success()
@routine
def success() -> Page:
    return allocate(Page)
@routine
def main() -> None:
    global got
    while True:
        page = allocation()
        if page:
            got = True
            free(page)
            got = False
@eventually("is-served", "never")
def is_served() -> bool:
    "test"
    return got
"""
SERVED = """
@function
def attempts(cpu: Cpu) -> bool:
    return calls(cpu, allocation)
@fair("memory is not short for ever", given=attempts)
def succeeds(cpu: Cpu) -> bool:
    "test"
    return calls(cpu, success)
"""
IRQ = """
done: bool = False
@action(interrupt=True)
def irq() -> None:
    require(not has_frames(instance(Cpu, 0)))
    enter(instance(Cpu, 0), handler)
@record(count=1, frames=2)
class Cpu:
    in_irq: bool = False
@record(count=1, frames=1)
class Task:
    on: bool = True
@executes
def current(cpu: Cpu) -> Task | None:
    return instance(Task, 0)
@initial
def start() -> None:
    enter(instance(Task, 0), work)
@routine
def handler() -> None:
    processor(Cpu).in_irq = True
    processor(Cpu).in_irq = False
@routine
def work() -> None:
    global done
    while True:
        done = True
        done = False
@eventually("works", "never")
def works() -> bool:
    "test"
    return done
"""
STUCK = """
@eventually("comes-back", "{cpu} is in its handler for ever")
def comes_back(cpu: Cpu) -> bool:
    "test"
    return not in_routine(cpu, handler)
@bounded("comes-back-soon", "{cpu} steps in its handler for ever")
def comes_back_soon(cpu: Cpu) -> bool:
    "test"
    return not in_routine(cpu, handler)
"""
ENDS = (
    ONE_PROCESSOR
    + """
n: Small = 0
@routine
def main() -> None:
    global n
    n = 3
    n = 9
    require(n < 9)
"""
)
HIGH = """
@eventually("high", "it is {n}")
def high() -> bool:
    "test"
    return n == 9
"""
BACK = """
@function
def is_high(cpu: Cpu) -> bool:
    return n == 9
@fair("what is high comes down", given=is_high)
def low(cpu: Cpu) -> bool:
    "test"
    return n < 9
"""
HALT = """
@action
def off() -> None:
    require(n == 9)
    halt("off")
"""
CUT = """
@record(count=1, allocated=True)
class Page:
    used: bool = False
@action
def more() -> None:
    require(n == 9)
    allocate(Page)
    allocate(Page)
"""
NEVER = """
@function
def never() -> bool:
    return asked and answered
"""
IN_TIME = """
@fair("what is asked again and again is answered", given=is_asked)
def in_time() -> bool:
    "test"
    return answered
"""
QUESTION = """
@function
def is_asked() -> bool:
    return {}
@leads_to("answered", "asked, never answered", given=is_asked)
def is_answered() -> bool:
    "test"
    return {}
"""
ASKING = """
asked: bool = False
answered: bool = False
@action
def ask() -> None:
    global asked
    require(not asked)
    asked = True
@action
def forget() -> None:
    global asked
    require(asked)
    asked = False
@function
def is_asked() -> bool:
    return asked
"""
ANSWERED = """
@leads_to("answered", "asked, never answered", given=is_asked)
def is_answered() -> bool:
    "test"
    return answered
"""
ANSWER = """
@action
def answer() -> None:
    global answered
    require(asked and not answered)
    answered = True
"""
DROP = """
@action
def drop() -> None:
    global answered
    require(answered)
    answered = False
"""
LATE = (
    ONE_PROCESSOR
    + """
late: bool = False
@routine
def main() -> None:
    global late
    late = True
    late = False
    late = choose((False, True))
    while late:
        pass
"""
)
SETTLES = """
@eventually_always("settles", "on and off for ever")
def settled() -> bool:
    "test"
    return {}
"""
CASES = {
    "asked, and never answered": (ASKING + ANSWERED, {"answered"}),
    "nothing is ever asked": (ASKING + ANSWERED.replace("given=is_asked", "given=never") + NEVER, set()),
    "the answer was there before": (ASKING.replace("answered: bool = False", "answered: bool = True") + ANSWERED, set()),
    "asked again and again, it need not be answered": (ASKING + ANSWER + ANSWERED, {"answered"}),
    "fair to what answers": (ASKING + ANSWER + ANSWERED + IN_TIME, set()),
    "an answer that was taken back before it is asked": (ASKING + ANSWER + DROP + ANSWERED + IN_TIME, set()),
    "a run that ends with a question": (ENDS + QUESTION.format("n == 3", "n == 5"), {"answered"}),
    "a run that ends with the answer": (ENDS + QUESTION.format("n == 3", "n == 9"), set()),
    "an answer at once is one": (ENDS + QUESTION.format("n == 9", "n == 9"), set()),
    "answered before it ends without": (
        ENDS.replace("    n = 9\n", "    n = 5\n    n = 9\n") + QUESTION.format("n == 3", "n == 5"),
        set(),
    ),
    "an answer before the question is none": (ENDS + QUESTION.format("n == 9", "n == 3"), {"answered"}),
    "settles in the end": (LATE.replace("choose((False, True))", "True") + SETTLES.format("late"), set()),
    "settles in one of two ways": (LATE + SETTLES.format("late"), {"settles"}),
    "again and again is not for good": (ASKING + SETTLES.format("asked"), {"settles"}),
    "what is never so": (ASKING + SETTLES.format("answered"), {"settles"}),
    "what stops": (ENDS + SETTLES.format("n == 9"), set()),
    "what stops elsewhere": (ENDS + SETTLES.format("n == 3"), {"settles"}),
    "a wait that fairness ends": (TWO + WAITS + SET, set()),
    "a wait without a bound of its own steps": (
        TWO
        + WAITS
        + SET
        + '@bounded("soon", "never")\ndef soon(cpu: Cpu) -> bool:\n    "test"\n    return flag or cpu.count == 2\n',
        {"soon"},
    ),
    "a condition that ends": (TWO + WAITS + SET.replace("count == 1", "count == 0"), {"is-set"}),
    "a condition that comes again and again": (TWO + WAITS + SET.replace("== 1", "== 1 or not flag"), set()),
    "a lock is not a queue": (TWO + LOCK, {"gets-it"}),
    "a fair lock is one": (TWO + LOCK + STRONG, set()),
    "a lock that is assumed to be taken when it is not free": (
        TWO + LOCK + STRONG.replace("return not lock", "return lock and cpu.count == 9"),
        {"gets-it"},
    ),
    "an allocation may fail for ever": (ONE_PROCESSOR + ALLOCATOR, {"is-served"}),
    "unless that is assumed away": (ONE_PROCESSOR + ALLOCATOR + SERVED, set()),
    "attempts of another kind do not count": (
        ONE_PROCESSOR + ALLOCATOR + SERVED.replace("calls(cpu, allocation)", "calls(cpu, main)"),
        {"is-served"},
    ),
    "interrupts end": (IRQ, set()),
    "an interrupt handler that ends": (IRQ + STUCK, set()),
    "an interrupt handler that goes round": (
        IRQ.replace("    processor(Cpu).in_irq = True\n", "    while True:\n        processor(Cpu).in_irq = True\n") + STUCK,
        {"works", "comes-back", "comes-back-soon"},
    ),
    "an interrupt handler that stands still": (
        # The machine has to go on for there to be a run at all: an action does.
        IRQ.replace("    processor(Cpu).in_irq = True\n", "    require(not instance(Task, 0).on)\n")
        + STUCK
        + "@action\ndef tick() -> None:\n    instance(Task, 0).on = True\n",
        {"works", "comes-back"},
    ),
    "interrupts of a machine that stands still": (
        ONE_PROCESSOR
        + "@action(interrupt=True)\ndef irq() -> None:\n    pass\n@routine\ndef main() -> None:\n    require(instance(Cpu, 0).own == 1)\n"
        + '@eventually("runs", "never")\ndef runs() -> bool:\n    "test"\n    return instance(Cpu, 0).own == 1\n'
        + '@bounded("soon", "never")\ndef soon(cpu: Cpu) -> bool:\n    "test"\n    return cpu.own == 1\n',
        {"runs"},
    ),
    "a run that ends where the condition does not hold": (ENDS + HIGH.replace("9", "3"), {"high"}),
    "a run that ends where it holds": (ENDS + HIGH, set()),
    "an end that a model assumes away": (ENDS + HIGH.replace("9", "3") + BACK, set()),
    "an assumption that is not given where the run ends": (
        ENDS + HIGH.replace("9", "3") + BACK.replace("n == 9", "n == 0 and not calls(cpu, main)"),
        {"high"},
    ),
    "an assumption that is met where the run ends": (ENDS + HIGH.replace("9", "3") + BACK.replace("n < 9", "n == 9"), {"high"}),
    "what a run calls where it has ended": (ENDS + HIGH.replace("n == 9", "n == 9 and calls(instance(Cpu, 0), main)"), {"high"}),
    "a machine that halts has no run to judge": (ENDS + HIGH.replace("9", "3") + HALT, set()),
    "nor has one that runs out of room": (ENDS + HIGH.replace("9", "3") + CUT, set()),
    "what is not taken goes on being possible": (
        ENDS + HIGH.replace("9", "3") + "@action\ndef rest() -> None:\n    require(n == 9)\n",
        {"high"},
    ),
    "an action goes on for ever": (
        ONE_PROCESSOR
        + "@action\ndef tick() -> None:\n    pass\n@routine\ndef main() -> None:\n    require(instance(Cpu, 0).own == 1)\n"
        + '@eventually("runs", "never")\ndef runs() -> bool:\n    "test"\n    return instance(Cpu, 0).own == 1\n',
        {"runs"},
    ),
    "a wild pointer does not hold": (
        TWO + WAITS + SET.replace("instance(Cpu, 0).count == 1", "null(Cpu).count == 1"),
        {"is-set"},
    ),
    "of two conditions one is false, and each comes again": (
        TWO
        + WAITS
        + '@eventually("each", "{cpu}")\ndef each(cpu: Cpu, value: Small) -> bool:\n    "test"\n'
        + "    return value not in (1, 2) or cpu.count == value or cpu.count + value == 3\n",
        set(),
    ),
}
PROPERTIES = 'no_wild_pointer = demand("no-wild-pointer", "test")\n'


def lassos_of(program: Program, limits: Limits | None = None) -> Lassos:
    return find_lassos(lower(program, liveness=True), frozenset(e.property for e in program.eventualities), limits)


def traces_of(program: Program) -> dict[str, Trace]:
    """The traces of all lassos, as the replayer makes and confirms them."""
    search = Search(lower(program))
    counts = search.run().statistics
    found = lassos_of(program)
    assert found.stopped is None
    assert (found.states, found.transitions) == (counts.states, counts.transitions)
    return {name: replayed(program, search, finding) for name, finding in found.findings.items()}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_small_models(text: str, expected: set[str]) -> None:
    program = program_of(PROPERTIES + text)
    traces = traces_of(program)
    assert set(traces) == expected
    assert violated(program) == expected
    for trace in traces.values():
        assert trace.cycle is not None
        assert 0 <= trace.cycle.start <= len(trace.steps)


# -- what the replayer refuses --


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


# -- the search --


def test_limits_stop_it() -> None:
    program = program_of(TWO + LOCK)
    assert str(lassos_of(program, Limits(states=5)).stopped) == "there are more than 5 states"
    many = program_of(TWO + LOCK + "@action\ndef act(cpu: Cpu, n: Small) -> None:\n    cpu.count = n\n")
    assert lassos_of(many).states > 1024
    assert str(lassos_of(many, Limits(states=1000)).stopped) == "there are more than 1,000 states"
    assert str(lassos_of(program, Limits(seconds=1.0, spent=2.0)).stopped) == "the limit of 1 seconds"
    assert str(lassos_of(program, Limits(memory=1)).stopped) == "the limit of 0 MiB of memory"


def test_an_interruption_stops_it() -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    program = program_of(TWO + LOCK)
    found = find_lassos(lower(program, liveness=True), frozenset({"gets-it"}), progress=interrupt)
    assert found.stopped == INTERRUPTED
    assert found.findings == {}
    # What was found and could not be announced counts as not found.
    found = find_lassos(lower(program, liveness=True), frozenset({"gets-it"}), announce=interrupt)
    assert found.stopped == INTERRUPTED
    assert found.findings == {}


def test_a_model_without_fair_runs_is_told() -> None:
    assert not lassos_of(program_of(ENDS + HIGH)).vacuous
    assert lassos_of(program_of(ENDS + HIGH + BACK)).vacuous
    assert lassos_of(program_of(ENDS + HIGH + HALT)).vacuous
    assert lassos_of(program_of(ENDS + HIGH + CUT)).vacuous
    assert not lassos_of(program_of(TWO + WAITS + SET)).vacuous
    never = '@fair("nothing is ever so")\ndef never() -> bool:\n    "test"\n    return flag and not flag\n'
    assert lassos_of(program_of(TWO + WAITS + SET + never)).vacuous


def test_an_assumption_that_cannot_be_evaluated_is_a_model_error() -> None:
    wild = '@fair("x")\ndef wild() -> bool:\n    "test"\n    return null(Cpu).count == 1\n'
    with pytest.raises(ModelError, match=r"the assumption `wild` .* cannot be evaluated: a wild pointer"):
        lassos_of(program_of(PROPERTIES + TWO + WAITS + SET + wild))
    far = SET.replace("instance(Cpu, 0).count == 1", "reference(Cpu, instance(Cpu, 1).count).count == 1")
    with pytest.raises(ModelError, match=r"the condition `is_set` .* cannot be evaluated: .* widen its range"):
        lassos_of(program_of(TWO + WAITS.replace("count = 2", "count = 3") + far))


def test_liveness_changes_no_state_and_no_transition() -> None:
    program = program_of(ONE_PROCESSOR + ALLOCATOR + SERVED)
    plain, asking = lower(program), lower(program, liveness=True)
    assert [(x.calls, x.live) for x in plain.locations] == [(x.calls, x.live) for x in asking.locations]
    one, other = Search(plain), Search(asking)
    one.run()
    other.run()
    assert one.states == other.states
