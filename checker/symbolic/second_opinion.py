# SPDX-License-Identifier: GPL-2.0-only
"""What another solver, Bitwuzla, says of a file in SMT-LIB 2. In a process of its own, with limits.

python -m checker.symbolic.second_opinion FILE    prints sat, unsat, unknown
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from checker.symbolic.isolated import isolated

SELF = "checker.symbolic.second_opinion"
LINE = re.compile(r"\((declare-const|define-fun|assert) ")


class Malformed(Exception):
    """A file is no question as certificates have it. The text says why."""


def well_formed(text: str) -> None:
    """Raises Malformed unless the text is declarations, definitions and assertions, a line each, and then one question. (An
    answer to anything else would say nothing.)"""
    lines = text.splitlines()
    if len(lines) < 2 or lines[0] != "(set-logic QF_BV)" or lines[-1] != "(check-sat)":
        raise Malformed("it does not begin with (set-logic QF_BV) and end with (check-sat)")
    for number, line in enumerate(lines[1:-1], 2):
        if not LINE.match(line) or not _balanced(line):
            raise Malformed(f"line {number} is no declaration, definition or assertion")


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


def opinion(file: Path, seconds: float | None) -> str:
    """`unsat`, or what else the solver says of a well-formed file, or why it says nothing. seconds: None for no limit."""
    try:
        done = subprocess.run(
            isolated(SELF, str(file)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {seconds:.0f} seconds"
    answer = done.stdout.strip()
    if done.returncode == 0 and answer in ("sat", "unsat", "unknown"):
        return answer
    why = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    return f"no answer: {why}"


def _main(file: str) -> None:
    import bitwuzla

    parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options())
    parser.parse(file)


if __name__ == "__main__":
    _main(sys.argv[1])
