# SPDX-License-Identifier: GPL-2.0-only
"""Choices of bounded model checking, side by side.

python -m tools.bench.bounded [ROUNDS]      prints the table of docs/results/performance.md; some minutes

Each choice proves the same depths of the same formulas in a process of its own, choices in turns, and the least processor time
of all rounds counts. Only ratios within one run mean anything.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import z3
from bitwuzla import Bitwuzla, Option, Options

import checker.symbolic.bmc.bounded
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.symbolic.bmc.bounded import search
from checker.symbolic.bmc.problem import bounded_problem
from checker.symbolic.bmc.question import Problem
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.solvers.bitwuzla_solver import BitwuzlaSolver
from checker.symbolic.solvers.solvers import Solver
from checker.symbolic.solvers.z3_solver import Z3Solver
from tools.bench.cases import PROJECT

LIMIT = 120.0
"""Seconds for one choice."""

EITHER_ORDER = "independent steps in either order"

CASES: dict[str, tuple[str, dict[str, int], tuple[str, ...], int]] = {
    "dks 2 2 3 0 0, depth 14": ("dks", {"C": 2, "T": 2, "S": 3}, (), 14),
    "hardened 1 1 3 touch, depth 20": ("hardened", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch",), 20),
}


class Forgetful(Z3Solver):
    """What was proved at one depth is not asserted."""

    def add_negation(self, term: Any) -> None:
        pass


class Whole(Z3Solver):
    """Z3's solver for everything."""

    def __init__(self) -> None:
        super().__init__()
        self.solver = z3.Solver()


class Assuming(Z3Solver):
    """A question is a literal that is assumed, in place of an assertion that is taken back."""

    asked = 0

    def ask(self, terms: Sequence[Any]) -> bool | str:
        self.asked += 1
        literal = z3.Bool(f"question {self.asked}")
        self.solver.add(z3.Implies(literal, z3.Or(*terms)))
        answer = self.solver.check(literal)
        self.model = self.solver.model() if answer == z3.sat else None
        return bool(answer == z3.sat)


class Preprocessing(BitwuzlaSolver):
    """Bitwuzla as it comes."""

    def __init__(self) -> None:
        super().__init__(None)
        options = Options()
        options.set(Option.PRODUCE_MODELS, True)
        self.solver = Bitwuzla(self.manager, options)


CHOICES: dict[str, Callable[[], Solver]] = {
    "Z3, SolverFor(QF_BV)": Z3Solver,
    f"Z3, {EITHER_ORDER}": Z3Solver,
    "Z3, proved depths not asserted": Forgetful,
    "Z3, questions as assumptions": Assuming,
    "Z3, default solver": Whole,
    "Bitwuzla": lambda: BitwuzlaSolver(None),
    f"Bitwuzla, {EITHER_ORDER}": lambda: BitwuzlaSolver(None),
    "Bitwuzla with its preprocessing": Preprocessing,
}


def problem_of(case: str) -> Problem:
    """The question of a case."""
    model, settings, events, depth = CASES[case]
    system = lower(load_program(PROJECT / "models" / f"{model}.py", settings, events))
    return bounded_problem(step_relation(system), frozenset(system.properties), depth)


def spent(choice: str, case: str) -> float:
    """Processor time of the search, in seconds."""
    problem = replace(problem_of(case), solver=choice)
    if EITHER_ORDER in choice:
        problem = replace(problem, ordered=False)
    checker.symbolic.bmc.bounded.solver_of = lambda name, memory: CHOICES[name]()
    begun = time.process_time()
    search(problem, lambda message: None)
    return time.process_time() - begun


def measured(choice: str, case: str) -> float | None:
    """The same in a process of its own; None if it takes too long."""
    command = [sys.executable, "-m", "tools.bench.bounded", choice, case]
    try:
        done = subprocess.run(command, cwd=PROJECT, timeout=LIMIT, check=True, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return None
    return float(done.stdout)


def table(rounds: int) -> str:
    """All choices at all cases."""
    times: dict[tuple[str, str], list[float | None]] = {}
    for _ in range(rounds):
        for case in CASES:
            for choice in CHOICES:
                if None not in times.get((choice, case), []):
                    times.setdefault((choice, case), []).append(measured(choice, case))
    lines = ["|  | " + " | ".join(CASES) + " |", "| --- |" + " --: |" * len(CASES)]
    for choice in CHOICES:
        row = []
        for case in CASES:
            first = min(seconds or LIMIT for seconds in times[next(iter(CHOICES)), case])
            here = times[choice, case]
            least = min(seconds or LIMIT for seconds in here)
            row.append(f"{'> ' if None in here else ''}{least / first:.2f}")
        lines.append(f"| {choice} | {' | '.join(row)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(spent(sys.argv[1], sys.argv[2]))
    else:
        print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 2))
