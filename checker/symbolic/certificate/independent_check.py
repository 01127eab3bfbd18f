# SPDX-License-Identifier: GPL-2.0-only
"""What a solver says of a file in SMT-LIB 2: Bitwuzla, or Z3 where Bitwuzla refuses. In a process of its own, with limits.

python -m checker.symbolic.certificate.independent_check SOLVER FILE    prints sat, unsat, unknown
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from checker.symbolic.solvers.isolated import isolated
from checker.symbolic.solvers.solvers import BITWUZLA, Z3

SELF = "checker.symbolic.certificate.independent_check"
LINE = re.compile(r"\((declare-const|define-fun|assert) ")


class Answer(Enum):
    """NONE: a limit, or the solver's process failed."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"
    NONE = "no answer"


@dataclass(frozen=True)
class Reply:
    """why: of NONE, why there is no answer."""

    answer: Answer
    why: str = ""

    def __str__(self) -> str:
        return f"{self.answer.value}: {self.why}" if self.why else self.answer.value


class Malformed(Exception):
    """A file is not a question as certificates have it. The text says why."""


def well_formed(text: str) -> None:
    """Raises Malformed unless the text is declarations, definitions and assertions, a line each, and then one question. (An
    answer to anything else would say nothing.)"""
    lines = text.splitlines()
    if len(lines) < 2 or lines[0] != "(set-logic QF_BV)" or lines[-1] != "(check-sat)":
        raise Malformed("it does not begin with (set-logic QF_BV) and end with (check-sat)")
    for number, line in enumerate(lines[1:-1], 2):
        if not LINE.match(line) or not _balanced(line):
            raise Malformed(f"line {number} is not a declaration, definition or assertion")


def _balanced(line: str) -> bool:
    """Whether the line is one expression."""
    depth = 0
    plain = re.sub(r"\|[^|]*\|", "x", line)
    if "|" in plain or '"' in plain or ";" in plain:
        return False
    for position, character in enumerate(plain):
        depth += (character == "(") - (character == ")")
        if depth == 0 and position < len(plain) - 1:
            return False
    return depth == 0


def independent_check(file: Path, seconds: float | None, solver: str = BITWUZLA) -> Reply:
    """What the solver says of a well-formed file. seconds: None for no limit. solver: one of SOLVERS."""
    try:
        done = subprocess.run(
            isolated(SELF, solver, file.name),
            cwd=file.parent,  # the parser takes no folder whose name is not UTF-8
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            start_new_session=True,  # Ctrl-C is for us, and does not look like an answer of the solver
        )
    except subprocess.TimeoutExpired:
        return Reply(Answer.NONE, f"the limit of {seconds:g} seconds")
    answer = done.stdout.strip()
    if done.returncode == 0 and answer in (Answer.SAT.value, Answer.UNSAT.value, Answer.UNKNOWN.value):
        return Reply(Answer(answer))
    return Reply(Answer.NONE, (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1])


def _main(solver: str, file: str) -> None:
    if solver == Z3:
        import z3

        asked = z3.SolverFor("QF_BV")
        asked.from_file(file)
        print(asked.check())
    else:
        import bitwuzla

        parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options())
        parser.parse(file)


if __name__ == "__main__":
    _main(*sys.argv[1:3])
