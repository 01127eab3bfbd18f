# SPDX-License-Identifier: GPL-2.0-only
"""A few of the runs that `make signals` has: commands that are ended at random moments; and that a wrong one is seen."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tools.signals import NOTHING, PROJECT, WORK, Ended, Kind, Outcome, Work, duration, judge, moments, run

CHECK, PROVE = WORK[0], WORK[1]


@pytest.mark.parametrize("kind", [Kind.CTRL_C, Kind.CLOSED], ids=lambda kind: kind.value)
def test_a_simulation_that_is_ended(kind: Kind) -> None:
    ended = run(WORK[-1], kind, 1.0)
    outcome, why = judge(ended)
    assert outcome is not Outcome.WRONG, why


@pytest.mark.slow
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
@pytest.mark.parametrize("work", WORK, ids=lambda work: work.name)
def test_commands_that_are_ended_at_random_moments(work: Work, kind: Kind) -> None:
    for delay in moments(work, kind, 3, duration(work), seed=1):
        outcome, why = judge(run(work, kind, delay))
        assert outcome is not Outcome.WRONG, f"after {delay:.3f} s: {why}"


# -- what is wrong is seen --

PART = Ended(PROVE, Kind.INTERRUPT, 1.0, 0.1, 3, "I4  UNKNOWN(interrupted)", "", ())


def test_an_interrupted_run_may_be_told_in_part_or_in_one_line() -> None:
    assert judge(PART) == (Outcome.PART, "")
    assert judge(dataclasses.replace(PART, output="", errors=NOTHING)) == (Outcome.NOTHING, "")
    assert judge(dataclasses.replace(PART, output="", status=-2)) == (Outcome.EARLY, "")
    starting = f'Traceback:\n  File "{PROJECT}/checker/__main__.py", line 5, in <module>\n    import signal\nKeyboardInterrupt\n'
    assert judge(dataclasses.replace(PART, output="", errors=starting, status=-2)) == (Outcome.EARLY, "")
    started = starting.replace("<module>", "start")
    assert judge(dataclasses.replace(PART, output="", errors=started, status=-2))[0] is Outcome.WRONG
    assert judge(dataclasses.replace(PART, output="I4  PROVED(x)", status=0)) == (Outcome.WHOLE, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 0},
        {"status": 1},
        {"status": -2},
        {"output": ""},
        {"output": "I4  PROVED(x)"},
        {"output": "", "errors": "\n" + NOTHING},
        {"errors": "Traceback (most recent call last):"},
        {"errors": "Exception ignored in: <x>"},
        {"left": ("stackproof-abc",)},
        {"seconds": 60.0},
    ],
    ids=str,
)
def test_a_wrong_run_is_seen(changes: dict[str, object]) -> None:
    assert judge(dataclasses.replace(PART, **changes))[0] is Outcome.WRONG  # type: ignore[arg-type]


@pytest.mark.parametrize("told", ['{"exit_status": 3', json.dumps({"exit_status": 3})])
def test_json_that_is_torn_or_not_as_documented_is_seen(told: str) -> None:
    assert judge(dataclasses.replace(PART, work=CHECK, output=told))[0] is Outcome.WRONG
