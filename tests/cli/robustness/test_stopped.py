# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine where signals and limits stop it: what it says is right, and nothing is left behind."""

from __future__ import annotations

import json
import random
import shutil
import signal
import time

import pytest

from tests.support.place import COMPILED, LARGE, SMALL, Place, at_work_in, found_in, is_partial, is_right, wait_for
from tests.support.sampling import always

ENGINES = (("--engine", "portable"), ("--engine", "compiled", "--threads", "1"), ("--engine", "compiled", "--threads", "2"), ())


@pytest.mark.parametrize("after", always((0.5, 0.9, 1.6, 2.5), lambda after: after == 1.6))
@pytest.mark.parametrize("engine", always([(engine,) for engine in ENGINES], lambda case: case[0] in ENGINES[2:]), ids=str)
@pytest.mark.parametrize("number", always((signal.SIGINT, signal.SIGTERM), lambda number: number is signal.SIGINT))
def test_interrupted_at_any_moment(place: Place, engine: tuple[str, ...], number: signal.Signals, after: float) -> None:
    child = place.start(*LARGE, *engine, "--format", "json")
    time.sleep(after)
    child.send_signal(number)
    output, errors = child.communicate(timeout=60)
    assert "Traceback" not in errors or "checker/" not in errors  # Python itself may be interrupted before it is there
    if child.returncode == -number or "Traceback" in errors:
        assert output == ""
    elif output:
        is_partial(json.loads(output), "interrupted")
    else:
        assert child.returncode == 3
        assert len(errors.strip().splitlines()) == 1
    place.left_nothing()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_reports(place: Place, number: signal.Signals) -> None:
    child = place.start(*SMALL, "--format", "json")
    assert child.stdout is not None
    begin = child.stdout.read(1)  # more is to come than a pipe holds
    child.send_signal(number)
    time.sleep(0.3)
    found = json.loads(begin + child.stdout.read())
    assert found["stopped"] is None
    assert child.wait(timeout=60) == found["exit_status"] == 1
    child.communicate()


@pytest.mark.parametrize("rounds", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_killed_at_any_moment(place: Place, rounds: int) -> None:
    """What a killed run leaves behind makes no later run wrong."""
    chance = random.Random(1)
    checkpoint = place.folder / "checkpoint"
    arguments = ("--engine", "compiled", "--format", "json")
    for _ in range(rounds):
        how = ("--resume", str(checkpoint)) if checkpoint.exists() else ("--checkpoint", str(checkpoint))
        child = place.start(*SMALL, *arguments, "--checkpoint-every", "0", *how)
        time.sleep(chance.uniform(0.4, 1.6))
        child.kill()
        child.communicate()
    wait_for(lambda: not at_work_in(place.temporary))  # a compiler that was at work ends by itself
    shutil.rmtree(place.temporary)
    place.temporary.mkdir()
    is_right(place.run(*SMALL, *arguments))
    if checkpoint.exists():
        is_right(place.run(*SMALL, *arguments, "--resume", str(checkpoint)))


# -- limits --


@pytest.mark.parametrize("threads", always(("1", "2"), lambda threads: threads == "2"))
def test_limits(place: Place, threads: str) -> None:
    for limit, stopped in (
        (("--max-states", "100000"), "the limit of 100,000 states"),
        (("--timeout", "1"), "the limit of 1 second"),
        (("--max-memory", "90M"), "the limit of 90 MiB of memory"),
    ):
        done = place.run(*LARGE, "--engine", "compiled", "--threads", threads, "--format", "json", *limit)
        is_partial(found_in(done), stopped)


@pytest.mark.slow
def test_an_address_space_that_is_too_small(place: Place) -> None:
    """mmap, malloc, threads and compilers fail somewhere: what is said is right, or that there is no memory."""
    is_right(place.run(*COMPILED))
    place.run(*LARGE, "--engine", "compiled", "--max-states", "1")
    outcomes = set()
    for megabytes in (90, 130, 180, 240, 320):
        done = place.run(
            *LARGE,
            "--engine",
            "compiled",
            "--threads",
            "2",
            "--format",
            "json",
            "--max-states",
            "3000000",
            address_space=megabytes << 20,
        )
        assert done.returncode in (1, 2, 3), (megabytes, done.stderr)
        if done.stdout:
            found = found_in(done)
            is_partial(found, "")
            outcomes.add(found["stopped"])
    assert "out of memory" in outcomes
