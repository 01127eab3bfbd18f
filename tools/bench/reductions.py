# SPDX-License-Identifier: GPL-2.0-only
"""What each reduction saves, by itself and together with the others, on the hardened protocol.

python -m tools.bench.reductions [ROUNDS]      prints the table of docs/results/performance.md; some minutes

Every search is a process of its own, by the compiled engine in one thread, of the properties of states only. All take turns, and
the least processor time and memory of all rounds counts: from the second round on nothing has to be compiled.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from checker.project import PROJECT
from tools.bench.cases import Case, stacks
from tools.bench.measurement import Wrong

SIX = ("touch", "irq", "softirq", "nmi", "oom", "sleep")
CASES = (
    stacks("hardened", 2, 2, 2, events=("touch",)),
    stacks("hardened", 2, 2, 2, events=("touch", "irq")),
    stacks("hardened", 2, 2, 2, events=("touch", "late-fault")),
    stacks("hardened", 2, 1, 2, events=SIX),
)
REDUCTIONS = ("none", "pages", "symmetry", "partial-order", "pages,symmetry", "pages,symmetry,partial-order")


@dataclass(frozen=True)
class Cost:
    """states: stored. seconds: of processor time, of the whole command. memory: the most bytes that it took."""

    states: int
    seconds: float
    memory: int


def measured(case: Case, reductions: str, cache: str) -> Cost:
    """One run of the command. cache: the folder of compiled searches. Wrong if it comes to another verdict, or uses other reductions
    than it is told."""
    command = [sys.executable, "-m", "checker", "check", str(case.path), "--format", "json", "--threads", "1"]
    command += [word for name, value in case.settings for word in ("--set", f"{name}={value}")]
    command += [word for name in case.in_states for word in ("--property", name)]
    command += ["--events", ",".join(case.events or ()), "--engine", "compiled", "--reduce", reductions]
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, cwd=PROJECT, stdout=out, env={**os.environ, "STACKPROOF_CACHE": cache})
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        found = json.loads(out.read())
    if child.returncode or set(found["reduce"].split(",")) != set(reductions.split(",")):
        raise Wrong(f"{case.name}: --reduce {reductions}: exit status {child.returncode}, reductions {found['reduce']}")
    return Cost(found["statistics"]["states"], used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def least(costs: list[Cost]) -> Cost:
    """What several runs of one search come to. Wrong if they count differently."""
    if len({cost.states for cost in costs}) != 1:
        raise Wrong(f"the same search came to {sorted(cost.states for cost in costs)} states")
    return Cost(costs[0].states, min(cost.seconds for cost in costs), min(cost.memory for cost in costs))


def table(costs: dict[str, dict[str, Cost]]) -> str:
    """As Markdown. costs: by the name of the case, and by reductions."""
    lines = ["| | reductions | states | of all | CPU s | MiB |", "| --- | --- | --: | --: | --: | --: |"]
    for case, found in costs.items():
        for reductions, cost in found.items():
            share = "" if reductions == "none" else f"1/{found['none'].states / cost.states:.1f}"
            figures = f"{cost.states:,} | {share} | {cost.seconds:.1f} | {cost.memory / 2**20:,.0f}"
            lines.append(f"| {case if reductions == 'none' else ''} | {reductions} | {figures} |")
    return "\n".join(lines)


def main(rounds: int) -> None:
    """Measure, and print the table."""
    costs: dict[tuple[str, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="stackproof-bench-") as cache:
        for _ in range(rounds):
            for case in CASES:
                for reductions in REDUCTIONS:
                    costs.setdefault((case.name, reductions), []).append(measured(case, reductions, cache))
    print(table({case.name: {name: least(costs[case.name, name]) for name in REDUCTIONS} for case in CASES}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
