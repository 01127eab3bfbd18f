# SPDX-License-Identifier: GPL-2.0-only
"""Liveness on small models: what is violated, what is not because the cycle would be unfair, and that two judges agree."""

from __future__ import annotations

import pytest

from tests.support.judges.brute.brute_liveness import violated
from tests.support.judges.lassos import traces_of
from tests.support.systems.small_lassos import (
    ALLOCATOR,
    ANSWER,
    ANSWERED,
    ASKING,
    BACK,
    CUT,
    DROP,
    ENDS,
    HALT,
    HIGH,
    IN_TIME,
    IRQ,
    LATE,
    LOCK,
    NEVER,
    PROPERTIES,
    QUESTION,
    SERVED,
    SET,
    SETTLES,
    STRONG,
    STUCK,
    TWO,
    WAITS,
)
from tests.support.systems.small_programs import ONE_PROCESSOR, program_of

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
    "an allocation may fail forever": (ONE_PROCESSOR + ALLOCATOR, {"is-served"}),
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
    "an action goes on forever": (
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


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_small_models(text: str, expected: set[str]) -> None:
    program = program_of(PROPERTIES + text)
    traces = traces_of(program)
    assert set(traces) == expected
    assert violated(program) == expected
    for trace in traces.values():
        assert trace.cycle is not None
        assert 0 <= trace.cycle.start <= len(trace.steps)
