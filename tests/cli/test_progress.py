# SPDX-License-Identifier: GPL-2.0-only
"""What a command says while it works: on a terminal, and where there is none."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep

import pytest

from checker.cli.terminal import progress
from checker.cli.terminal.progress import ProgressLine, elapsed
from checker.explicit.search.results import Statistics
from checker.project import PROJECT
from checker.verify.in_order import in_order
from tests.support.command import stackproof

STATISTICS = Statistics(12_345, 20_000, 7, 2.0, 10, 2**20 * 50)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(progress, "time", found)
    return found


def test_without_a_terminal_there_is_a_line_a_minute(clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine("model.py", 2, 7, begun=clock.now - 30)
    for _ in range(170):
        clock.now += 1
        line.show(STATISTICS)
    told = capfd.readouterr().err.splitlines()
    assert [text.rpartition(", ")[2] for text in told] == ["1:00", "2:00", "3:00"]
    assert told[0] == (
        "progress: model.py, configuration 2 of 7: 12,345 states, 6,172 states/s, frontier 10, depth 7, 50 MiB, 1:00"
    )


def test_many_short_configurations_have_one_line_a_minute_together(clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    begun = clock.now
    for number in range(1, 31):
        line = ProgressLine("model.py", number, 30, begun)
        for _ in range(6):
            clock.now += 1
            line.say("searching")
    told = capfd.readouterr().err.splitlines()
    assert [re.findall(r"configuration (\d+) of 30: searching, (\d:\d\d)", text) for text in told] == [
        [("10", "1:00")],
        [("20", "2:00")],
        [("30", "3:00")],
    ]


def test_the_phase_is_told(clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine("model.py")
    clock.now += 61
    line.show(Statistics(5, 5, 0, 1.0, 0, 0, "properties of runs"))
    assert capfd.readouterr().err.startswith("progress: model.py: properties of runs: 5 states, ")


def test_elapsed() -> None:
    assert [elapsed(seconds) for seconds in (0.9, 65, 3599.9, 3600, 36_061)] == ["0:00", "1:05", "59:59", "1:00:00", "10:01:01"]


def test_short_commands_say_nothing_where_there_is_no_terminal() -> None:
    for command in (("check", "dks", "--set", "T=1"), ("gate", "dks", "--timeout", "1"), ("simulate", "dks", "--walks", "5")):
        assert stackproof(*command).stderr == ""


def test_a_terminal_has_the_configuration_and_the_time() -> None:
    """Seen by a terminal: the line changes in its place."""
    master, slave = pty.openpty()
    sizes = ("--cpus", "2", "--tasks", "2", "--stack-pages", "3", "--events", "touch", "--timeout", "3")
    with subprocess.Popen(
        [sys.executable, "-m", "checker", "check", "rfc_v1", *sizes],
        cwd=PROJECT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
        stdout=subprocess.DEVNULL,
        stderr=slave,
    ) as child:
        os.close(slave)
        seen = b""
        try:
            while part := os.read(master, 4096):
                seen += part
        except OSError:  # how a terminal ends
            pass
        child.wait()
    os.close(master)
    assert re.search(rb"models/rfc_v1.py: .*[\d,]+ states, .* MiB, 0:0\d", seen), seen[-500:]


def test_configurations_side_by_side_say_how_many_are_done(clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    def work(item: str) -> str:
        sleep(1.5)
        return item

    @contextmanager
    def waiting(item: str) -> Iterator[Callable[[int], None]]:
        line = ProgressLine(item, 1, 2, clock.now)

        def tell(done: int) -> None:
            clock.now += 61
            line.say(f"{done} of 2 are done")

        yield tell

    assert list(in_order(["a", "b"], work, 2, waiting)) == ["a", "b"]
    told = capfd.readouterr().err.splitlines()
    assert told[0] == "progress: a, configuration 1 of 2: 0 of 2 are done, 1:01"
    assert len(told) >= 2, "it is told while nothing has ended"
