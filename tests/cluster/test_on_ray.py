# SPDX-License-Identifier: GPL-2.0-only
"""`check --cluster` and `gate --cluster` on Ray: what is refused, two workers, two nodes, a worker that is killed, Ctrl-C."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from checker.cluster.ray_cluster import joined
from checker.project import PROJECT
from tests.support.command import in_a_process, stackproof

WITHOUT = importlib.util.find_spec("ray") is None
on_ray = pytest.mark.skipif(WITHOUT, reason="Ray is not installed: pip install 'stackproof[cluster]'")
DKS = ("check", "models/dks.py", "--reduce", "none")
LARGE = (*DKS, "--set", "C=2", "--set", "T=3", "--set", "S=3")
GATE = ("gate", "models/dks.py", "--no-cache")
START = 120.0
"""Seconds in which Ray starts."""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--workers", "2"), "only a cluster has workers"),
        (("--cluster", "auto", "--threads", "2"), "one thread"),
        (("--cluster", "auto", "--engine", "z3"), "leave out --engine z3"),
        (("--cluster", "auto", "--reduce", "partial-order"), "no partial-order"),
        (("--cluster", "auto", "--checkpoint", "x"), "no checkpoints"),
    ],
)
def test_refused(options: tuple[str, ...], words: str) -> None:
    told = stackproof("check", "models/dks.py", "--set", "C=1", *options)
    assert told.returncode == 2 and words in told.stderr and told.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--workers", "2"), "only a cluster has workers"),
        (("--cluster", "auto", "--jobs", "2"), "leave out --jobs"),
        (("--cluster", "auto", "--base", "HEAD"), "leave out --cluster"),
    ],
)
def test_refused_by_gate(options: tuple[str, ...], words: str) -> None:
    told = stackproof(*GATE, *options)
    assert told.returncode == 2 and words in told.stderr and told.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [DKS, GATE])
def test_without_ray(command: tuple[str, ...]) -> None:
    told = stackproof(*command, "--cluster", "auto", before=lambda: sys.modules.update({"ray": None}))  # type: ignore[dict-item]
    assert told.returncode == 2
    assert told.stderr == "error: a cluster needs Ray, which is not installed: pip install 'stackproof[cluster]'\n"


@on_ray
@pytest.mark.parametrize("command", [DKS, GATE])
@pytest.mark.parametrize("address", ["nonsense", "ray://127.0.0.1:10001", "127.0.0.1:1", "a\x1b[31m:1", "127.0.0.1:99999", ":1"])
def test_no_such_cluster(command: tuple[str, ...], address: str) -> None:
    told = stackproof(*command, "--cluster", address)
    assert told.returncode == 2 and told.stdout == ""
    assert told.stderr.count("\n") == 1 and "\x1b" not in told.stderr


def test_the_cluster_that_a_machine_belongs_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert joined() is None
    (tmp_path / "ray").mkdir()
    left = tmp_path / "ray" / "ray_current_cluster"
    left.write_text("127.0.0.1:1")  # what was killed leaves its address behind
    assert joined() is None
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        left.write_text(address)
        left.chmod(0o644)
        assert joined() == address
        left.chmod(0o666)
        assert joined() is None, "anybody could have written it"
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    assert joined() == "head:6379"


@on_ray
@pytest.mark.slow
def test_two_workers() -> None:
    told = in_a_process(*DKS, "--set", "C=2", "--set", "LATE=1", "--cluster", "auto", "--workers", "2", "--format", "json")
    one = in_a_process(*DKS, "--set", "C=2", "--set", "LATE=1", "--format", "json")
    assert told.returncode == one.returncode == 1, told.stderr
    assert told.stderr == ""
    assert outcome(told.stdout) == outcome(one.stdout)


def outcome(text: str) -> tuple[object, ...]:
    [run] = json.loads(text)["runs"]
    s = run["statistics"]
    verdicts = [(p["id"], p["verdict"], p["length"]) for p in run["properties"]]
    return s["states"], s["transitions"], s["depth"], verdicts


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Two nodes of one CPU each on this machine, as two machines would be: the head's address, and what to have in the
    environment."""
    ray = Path(sys.executable).with_name("ray")
    environment = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
    before = {process.pid for process in psutil.process_iter()}
    folder = tmp_path_factory.mktemp("r")
    address = f"127.0.0.1:{9000 + os.getpid() % 900}"  # below those that Ray gives workers

    def start(*arguments: str) -> None:
        command = [str(ray), "start", "--num-cpus=1", "--disable-usage-stats", *arguments]
        until = time.monotonic() + START
        while True:  # Ray starts no head beside one of the same user, as another test may have at the moment
            done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=START)
            if not done.returncode:
                return
            assert time.monotonic() < until, done.stderr
            time.sleep(2.0)

    try:
        port = address.rpartition(":")[2]
        start("--head", f"--port={port}", "--node-ip-address=127.0.0.1", "--include-dashboard=false", f"--temp-dir={folder}")
        start(f"--address={address}", "--node-ip-address=127.0.0.2")
        yield address, environment
    finally:
        for process in psutil.process_iter():
            if process.pid not in before and str(folder) in words_of(process):
                process.kill()


@on_ray
@pytest.mark.slow
def test_two_nodes(cluster: tuple[str, dict[str, str]]) -> None:
    address, environment = cluster
    told = in_a_process(*LARGE, "--cluster", address, "--format", "json", **environment)
    assert told.returncode == 1, told.stderr
    states, transitions, depth, _ = outcome(told.stdout)
    assert (states, transitions, depth) == (5_099_515, 11_364_666, 90)
    told = in_a_process(*DKS, "--set", "C=1", "--cluster", address, "--workers", "3", **environment)
    assert (told.returncode, told.stderr) == (2, "error: the cluster has 2 CPUs, one for each worker; --workers asks for 3\n")


@on_ray
@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "interrupt"])
def test_ended_in_the_middle(cluster: tuple[str, dict[str, str]], how: str) -> None:
    address, environment = cluster
    command = [sys.executable, "-m", "checker", *LARGE, "--property", "I4", "--set", "FAIL=1", "--set", "LATE=1"]
    before = {process.pid for process in psutil.process_iter()}
    process = subprocess.Popen(
        [*command, "--cluster", address, "--format", "json"],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    victim = _worker(before, "ray::Member")
    time.sleep(2.0)
    (victim if how == "kill" else psutil.Process(process.pid)).send_signal(signal.SIGKILL if how == "kill" else signal.SIGINT)
    out, errors = process.communicate(timeout=START)
    assert process.returncode == 3 and errors == ""
    [run] = json.loads(out)["runs"]
    assert run["stopped"] == ("a worker of the cluster died" if how == "kill" else "interrupted")
    assert [p["verdict"] for p in run["properties"]] == ["UNKNOWN"]


WRONG_RECORD = """
EXPECTED = (
    Expected(settings={"C": 1}, events=(), violated={}, states=1),
    Expected(settings={"C": 2, "T": 2, "S": 4}, events=(), violated={"I1": 14}, states=1),
    Expected(settings={"C": 9}, events=(), violated={}, states=1),
    Expected(settings={"C": 1, "T": 1}, events=(), violated={}, states=1),
)
"""


@on_ray
@pytest.mark.slow
def test_gate_tells_what_it_tells_here(cluster: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    """The model is no file of the other machine, and each kind of result is there: as recorded, differs, refused."""
    address, environment = cluster
    text = (PROJECT / "models" / "dks.py").read_text()
    (tmp_path / "mine.py").write_text(text[: text.index("EXPECTED = (")] + WRONG_RECORD)
    (tmp_path / "dks.py").write_text(text)
    for words in (("dks.py", "-v"), ("mine.py", "-v"), ("dks.py", "--format", "junit"), ("--update", "mine.py")):
        here, there = tmp_path / "here", tmp_path / "there"
        for folder in (here, there):
            folder.mkdir(exist_ok=True)
            for file in tmp_path.glob("*.py"):
                (folder / file.name).write_text(file.read_text())
        one = in_a_process("gate", "--no-cache", *words, cwd=here)
        far = in_a_process("gate", "--no-cache", *words, "--cluster", address, cwd=there, **environment)
        assert (far.returncode, far.stdout, far.stderr) == (one.returncode, one.stdout, one.stderr)
        assert (there / "mine.py").read_text() == (here / "mine.py").read_text()


@on_ray
@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "interrupt"])
def test_gate_ended_in_the_middle(cluster: tuple[str, dict[str, str]], how: str) -> None:
    """A worker that is killed costs nothing; Ctrl-C leaves what was found."""
    address, environment = cluster
    before = {process.pid for process in psutil.process_iter()}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "checker", *GATE, "-v", "--cluster", address],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    victim = _worker(before, "ray::Doer")
    first = process.stdout.readline()
    (victim if how == "kill" else psutil.Process(process.pid)).send_signal(signal.SIGKILL if how == "kill" else signal.SIGINT)
    out, errors = process.communicate(timeout=START)
    lines = (first + out).splitlines()
    whole = in_a_process(*GATE, "-v").stdout.splitlines()
    assert errors == ""
    if how == "kill":
        assert (process.returncode, lines) == (0, whole)
    else:
        assert process.returncode == 3 and lines[:-1] == whole[: len(lines) - 1]
        assert lines[-1] == "interrupted: the rest was not checked"
    until = time.monotonic() + START
    while any("ray::Doer" in words_of(each) for each in psutil.process_iter() if each.pid not in before):
        assert time.monotonic() < until, "a worker is left"
        time.sleep(0.1)


def words_of(process: psutil.Process) -> str:
    """The command of a process; empty where it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _worker(before: set[int], name: str) -> psutil.Process:
    """A worker of that name that was not there before."""
    until = time.monotonic() + START
    while time.monotonic() < until:
        for process in psutil.process_iter():
            if process.pid not in before and name in words_of(process):
                return process
        time.sleep(0.1)
    raise AssertionError("no worker was started")
