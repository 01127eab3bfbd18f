# SPDX-License-Identifier: GPL-2.0-only
"""Our own contenders: each engine in a process of its own, and the command as a user gives it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.reduction.reductions import PARTIAL_ORDER, REDUCTIONS

from .cases import PROJECT, Case
from .measurement import Measurement, Wrong
from .worker import ON_RUNS

LONGEST = 900
"""Seconds that any one run may take."""


def run(command: list[str], environment: dict[str, str] | None = None) -> tuple[int, str, str, float, int]:
    """Exit status, stdout, stderr, wall seconds, and peak bytes of a command (of itself, not of what it starts)."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begun = time.perf_counter()
        child = subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return child.returncode, out.read(), err.read(), seconds, used.ru_maxrss * 1024


def check_counts(
    who: str,
    case: Case,
    states: int,
    transitions: int,
    violated: dict[str, int],
    reductions: frozenset[str],
    compact: bool,
    of_runs: bool = False,
) -> None:
    """Wrong unless a complete search came to what is known. of_runs: it looked at properties of runs, not at the others."""
    known = case.known_of_runs if of_runs else case.known
    where = f"{case.name}: {who}:"
    if PARTIAL_ORDER in reductions:  # a shortest run may be passed by
        lengths_fit = violated.keys() == known.violated.keys() and all(violated[p] >= known.violated[p] for p in violated)
    else:
        lengths_fit = violated == known.violated
    if not lengths_fit:
        raise Wrong(f"{where} violations and lengths {violated}, known {dict(known.violated)}")
    if compact:
        if not known.states * 0.9999 <= states <= known.states:
            raise Wrong(f"{where} {states} states, known {known.states}")
    elif reductions:
        at_most = case.reduced.get(reductions, known.states)
        if states != at_most and (reductions in case.reduced or states > at_most):
            raise Wrong(f"{where} {states} states, known {at_most}")
    elif (states, transitions) != (known.states, known.transitions):
        raise Wrong(f"{where} {states} states, {transitions} transitions, known {known.states}, {known.transitions}")


@dataclass(frozen=True)
class Engine:
    """One search by one engine."""

    name: str
    engine: str
    threads: int = 1
    compact: bool = False
    reductions: frozenset[str] = frozenset()

    def takes(self, case: Case) -> bool:
        if PARTIAL_ORDER in self.reductions:
            return case.row is not None
        if self.engine.startswith(ON_RUNS) and not case.of_runs:
            return False
        return not self.engine.endswith("portable") or case.with_portable

    def measure(self, case: Case) -> Measurement:
        task = {
            "model": str(case.path),
            "settings": case.settings,
            "events": case.events,
            "engine": self.engine,
            "threads": self.threads,
            "compact": self.compact,
            "reductions": sorted(self.reductions),
            "violated": sorted(case.known.violated),
        }
        status, out, err, _, _ = run([sys.executable, "-m", "tools.bench.worker", json.dumps(task)])
        if status:
            raise Wrong(f"{case.name}: {self.name}: exit status {status}: {err.strip()[-500:]}")
        found = json.loads(out)
        if self.engine == "simulation":
            return Measurement(steps=found["steps"], seconds=found["seconds"], parts=found["parts"])
        if not found["complete"]:
            raise Wrong(f"{case.name}: {self.name}: the search did not end")
        if frozenset(found["reductions"]) != self.reductions:
            return Measurement(failure=f"only {','.join(found['reductions']) or 'no reduction'} is sound here")
        of_runs = self.engine.startswith(ON_RUNS)
        counts = found["states"], found["transitions"], found["violated"]
        check_counts(self.name, case, *counts, self.reductions, self.compact, of_runs)
        return Measurement(
            found["states"], found["transitions"], found["seconds"], None, found["held"], found["peak"], parts=found["parts"]
        )


@dataclass(frozen=True)
class Command:
    """`stackproof check` from command to verdict. cold: with an empty cache of compiled searches, else with a full one.
    reduce: what the option is given, `all` being what it is without options. warm_cache: the folder of the full one."""

    name: str
    cold: bool
    reduce: str
    threads: int
    warm_cache: Path

    def takes(self, case: Case) -> bool:
        return PARTIAL_ORDER not in self.reduce or case.row is not None

    def measure(self, case: Case) -> Measurement:
        with tempfile.TemporaryDirectory() as empty:
            cache = empty if self.cold else str(self.warm_cache)
            command = [sys.executable, "-m", "checker", "check", str(case.path), "--format", "json"]
            command += [word for name, value in case.settings for word in ("--set", f"{name}={value}")]
            command += ["--events", ",".join(case.events) or "none"] if case.events is not None else []
            command += [word for name in case.in_states for word in ("--property", name)] if case.of_runs else []
            command += ["--threads", str(self.threads), "--reduce", self.reduce]
            status, out, err, seconds, peak = run(command, {"STACKPROOF_CACHE": cache})
        if status != (1 if case.known.violated else 0):
            raise Wrong(f"{case.name}: {self.name}: exit status {status}: {err.strip()[-500:]}")
        found = json.loads(out)
        counts = found["statistics"]
        violated = {entry["id"]: entry["length"] for entry in found["properties"] if entry["verdict"] == "VIOLATED"}
        reductions = frozenset(() if found["reduce"] == "none" else found["reduce"].split(","))
        check_counts(self.name, case, counts["states"], counts["transitions"], violated, reductions, False)
        return Measurement(counts["states"], counts["transitions"], counts["seconds"], seconds, None, peak)


def contenders(cache: Path) -> list[Engine | Command]:
    """All of ours. cache: a folder of compiled searches for those that need not start without one."""
    reduced = [
        Engine(",".join(names), "compiled", reductions=frozenset(names))
        for names in (EXCHANGES[:count] for count in range(1, len(EXCHANGES) + 1))
    ]
    return [
        Engine("portable", "portable"),
        Engine("exact, 1 thread", "compiled"),
        Engine("exact, 2 threads", "compiled", threads=2),
        Engine("compact, 1 thread", "compiled", compact=True),
        Engine("compact, 2 threads", "compiled", threads=2, compact=True),
        *reduced,
        Engine(f"{','.join(EXCHANGES)}, 2 threads", "compiled", threads=2, reductions=frozenset(EXCHANGES)),
        Engine(f"{','.join(REDUCTIONS)}, portable", "portable", reductions=frozenset(REDUCTIONS)),
        Engine("runs, portable", f"{ON_RUNS}portable"),
        Engine("runs, compiled", f"{ON_RUNS}compiled"),
        Command("check, no reductions, 1 thread, empty cache", True, "none", 1, cache),
        Command("check, no reductions, 1 thread", False, "none", 1, cache),
        Command("check, 2 threads, empty cache", True, "all", 2, cache),
        Command("check, 2 threads", False, "all", 2, cache),
        Command(f"check, {','.join(REDUCTIONS)}, empty cache", True, ",".join(REDUCTIONS), 1, cache),
        Engine("random walks, portable", "simulation", threads=0),
        Engine("random walks, 1 thread", "simulation"),
        Engine("random walks, 2 threads", "simulation", threads=2),
    ]
