# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark refuses to measure wrong results, compares within a round, and prints what it measured."""

from __future__ import annotations

import dataclasses
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bench.__main__ import main
from tools.bench.cases import CASES, PROJECT, dks
from tools.bench.measurement import Measurement, Results, Wrong, rate, seconds
from tools.bench.ours import Command, Engine, check_counts
from tools.bench.peers import Peer
from tools.bench.report import BEGIN, END, in_markdown, in_text
from tools.bench.table import case_rows, failures, text
from tools.bench.targets import LARGE, TARGETS, Target, target_rows
from tools.markers import between_markers

SMALL = dks(1, 2, 3, 0, 0)


def results(*runs: tuple[str, int, Measurement]) -> Results:
    found = Results()
    for name, number, run in runs:
        found.add(SMALL, name, number, run)
    return found


def test_every_case_has_its_counts_on_record() -> None:
    assert all(case.known.states > 0 for case in CASES)
    assert LARGE in [case.name for case in CASES]
    with pytest.raises(LookupError):
        dataclasses.replace(SMALL, settings=(("C", 4),)).known  # noqa: B018


def test_engines_measure_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKPROOF_CACHE", str(tmp_path))
    for engine in (
        Engine("portable", "portable"),
        Engine("compact", "compiled", threads=2, compact=True),
        Engine("all", "compiled", reductions=frozenset({"pages", "symmetry"})),
        Engine("walks", "simulation"),
        Command("check", True, "none", 1, tmp_path),
    ):
        found = engine.measure(SMALL)
        assert found.failure is None and found.seconds is not None
        assert found.states is None if engine.name == "walks" else 0 < found.states <= 997
        assert (found.held is not None) == (engine.name in ("compact", "all"))
        assert (found.total is not None) == (engine.name == "check")


@pytest.mark.parametrize(
    ("states", "transitions", "violated", "reductions", "compact"),
    [
        (998, 1_098, {"I2": 9, "I3": 9}, (), False),
        (997, 1_099, {"I2": 9, "I3": 9}, (), False),
        (997, 1_098, {"I2": 9}, (), False),
        (997, 1_098, {"I2": 9, "I3": 10}, ("pages",), False),
        (998, 1_098, {"I2": 9, "I3": 9}, ("pages",), False),
        (998, 1_098, {"I2": 9, "I3": 9}, (), True),
        (900, 1_098, {"I2": 9, "I3": 9}, (), True),
    ],
)
def test_wrong_counts_are_refused(
    states: int, transitions: int, violated: dict[str, int], reductions: tuple[str, ...], compact: bool
) -> None:
    check_counts("x", SMALL, 997, 1_098, {"I2": 9, "I3": 9}, frozenset(), compact)
    with pytest.raises(Wrong):
        check_counts("x", SMALL, states, transitions, violated, frozenset(reductions), compact)


def test_a_reduction_has_to_leave_what_is_known() -> None:
    case = dks(1, 2, 3, 0, 0, reduced=266)
    full = frozenset({"pages", "symmetry"})
    check_counts("x", case, 266, 292, {"I2": 9, "I3": 9}, full, False)
    with pytest.raises(Wrong):
        check_counts("x", case, 265, 292, {"I2": 9, "I3": 9}, full, False)


def test_rounds_have_to_agree() -> None:
    with pytest.raises(Wrong):
        results(("a", 0, Measurement(10, 20, 1.0)), ("a", 1, Measurement(11, 20, 1.0)))


def test_ratios_are_taken_within_a_round() -> None:
    found = results(
        ("fast", 0, Measurement(10, 20, 1.0)), ("fast", 1, Measurement(10, 20, 10.0)), ("fast", 2, Measurement(10, 20, 1.0)),
        ("slow", 0, Measurement(10, 20, 4.0)), ("slow", 1, Measurement(10, 20, 40.0)),
    )  # fmt: skip
    assert found.ratio(SMALL.name, ("fast", rate), ("slow", rate)) == 4.0
    assert found.ratio(SMALL.name, ("slow", seconds), ("fast", seconds)) == 4.0
    assert found.ratio(SMALL.name, ("fast", rate), ("none", rate)) is None


PEER = """#!/usr/bin/env python3
import json, sys
print(json.dumps({"spin:dfs-full": {"states": 999, "transitions": 1100, "build": 1.5, "wall": 0.5, "peak_mb": 10.0},
 "spin:dfs-por": {"states": 2000, "transitions": 1100, "build": 1.5, "wall": 0.5, "peak_mb": 10.0},
 "tlc:full-1": {"missing": "java"}, "murphi:full-1": {"error": "no such\\nfile"}}[sys.argv[1]]))
"""


def test_peers_are_measured_or_said_to_be_missing(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(PEER)
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    spin = Peer("spin:dfs-full", tmp_path).measure(SMALL)
    assert (spin.states, spin.seconds, spin.total) == (999, 0.5, 2.0)
    with pytest.raises(Wrong):
        Peer("spin:dfs-por", tmp_path).measure(SMALL)
    found = results(
        ("exact, 1 thread", 0, Measurement(997, 1_098, 0.125)),
        ("spin:dfs-full", 0, spin),
        ("tlc:full-1", 0, Peer("tlc:full-1", tmp_path).measure(SMALL)),
        ("murphi:full-1", 0, Peer("murphi:full-1", tmp_path).measure(SMALL)),
        ("spin:other", 0, Peer("spin:other", tmp_path).measure(SMALL)),
    )
    assert failures(found, SMALL) == [
        "tlc:full-1: not measured: java is not installed",
        "murphi:full-1: not measured: no such file",
        "spin:other: not measured: run.py failed with status 1: KeyError: 'spin:other'",
    ]
    shown = text(case_rows(found, SMALL)).splitlines()
    assert shown[0].split()[:4] == ["states", "transitions", "search", "s"]
    assert shown[1].split() == ["exact,", "1", "thread", "997", "1,098", "0.125", "0.125", "7,976", "4.00", "1"]
    assert len(shown) == 3


def test_a_target_is_met_or_not() -> None:
    at_least, at_most = Target("", 4, True, lambda _: None), Target("", 40, False, lambda _: None)
    assert at_least.is_met(4) and not at_least.is_met(3.99)
    assert at_most.is_met(40) and not at_most.is_met(40.01)
    large = next(case for case in CASES if case.name == LARGE)
    found = Results()
    found.add(large, "exact, 1 thread", 0, Measurement(100, 20, 1.0, None, 4_100))
    found.add(large, "exact, 2 threads", 0, Measurement(100, 20, 0.5, None, 4_000))
    rows = {row[0]: row[2:] for row in target_rows(found)}
    assert rows["bytes a state, exact, 1 thread"] == ["41", "NOT MET"]
    assert rows["states/s, exact, 2 threads to 1"] == ["2", "met"]
    assert rows["states/s, exact, 1 thread, to TLC's"] == ["", "not measured"]
    assert len(rows) == len(TARGETS) + 1


def test_the_document_has_a_place_for_the_tables() -> None:
    document = (PROJECT / "docs" / "results" / "performance.md").read_text(encoding="utf-8")
    found = results(("exact, 1 thread", 0, Measurement(997, 1_098, 0.125)))
    content = in_markdown(found, [SMALL], {"processor": "some"})
    assert "| exact, 1 thread | 997 | 1,098 |" in content and "| processor | some |" in content
    changed = between_markers(document, content, BEGIN, END)
    assert content in changed and between_markers(changed, content, BEGIN, END) == changed
    assert changed.partition(BEGIN)[0] == document.partition(BEGIN)[0]
    assert changed.partition(END)[2] == document.partition(END)[2]
    assert "processor: some" in in_text(found, [SMALL], {"processor": "some"})
    with pytest.raises(ValueError, match="has no"):
        between_markers("nothing", content, BEGIN, END)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    document, runs = tmp_path / "performance.md", tmp_path / "runs.json"
    shutil.copy(PROJECT / "docs" / "results" / "performance.md", document)
    monkeypatch.setenv("STACKPROOF_CACHE", str(tmp_path))
    arguments = ["--case", "dks 2 2 3", "--only", "exact, 1", "--rounds", "2", "--json", str(runs), "--markdown", str(document)]
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    assert main() == 0
    assert "exact, 1 thread  42,483       88,640" in capsys.readouterr().out
    found = json.loads(runs.read_text())
    assert [run["states"] for run in found["runs"]["dks 2 2 3 0 0"]["exact, 1 thread"].values()] == [42_483, 42_483]
    assert "| exact, 1 thread | 42,483 | 88,640 |" in document.read_text()


def test_make_bench_passes_on_what_it_is_given(tmp_path: Path) -> None:
    command = ["make", "-n", "bench", "PEERS=some/where", "ARGS=--json runs.json"]
    shown = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert "/python -m tools.bench --peers 'some/where' --json runs.json" in shown
