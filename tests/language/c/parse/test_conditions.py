# SPDX-License-Identifier: GPL-2.0-only
"""Conditions of #if: the C compiler decides what they are."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.language.c.syntax import VariableDefinition
from tests.language.c.parse.text import parse

COMPILER = shutil.which("cc") or shutil.which("gcc")
OPERATORS = ["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "&&", "||", "<", ">", "<=", ">=", "==", "!="]
NUMBERS = ["0", "1", "2", "3", "7", "63", "0x7fffffffffffffff", "0xffffffffffffffff", "1u", "5ul", "0x8000000000000000", "'a'"]


def condition(made: random.Random, depth: int) -> str:
    choice = made.randrange(10) if depth else 0
    if choice < 2:
        return made.choice(NUMBERS)
    if choice < 4:
        return made.choice("-!~+") + " " + condition(made, depth - 1)
    if choice < 5:
        return f"({condition(made, depth - 1)})"
    if choice < 6:
        return f"{condition(made, depth - 1)} ? {condition(made, depth - 1)} : {condition(made, depth - 1)}"
    return f"{condition(made, depth - 1)} {made.choice(OPERATORS)} {condition(made, depth - 1)}"


@pytest.mark.skipif(COMPILER is None, reason="no C compiler")
def test_conditions_are_decided_as_the_compiler_does(tmp_path: Path) -> None:
    assert COMPILER is not None
    made = random.Random(7)
    asked = [condition(made, 4) for _ in range(1500)]
    text = "".join(f"#if {what}\nint yes_{number};\n#else\nint no_{number};\n#endif\n" for number, what in enumerate(asked))
    (tmp_path / "asked.c").write_text(text)
    run = subprocess.run([COMPILER, "-E", "-P", "-w", "asked.c"], cwd=tmp_path, capture_output=True, text=True, check=False)
    wrong = {int(line) // 5 for line in re.findall(r"asked\.c:(\d+):\d+: error", run.stderr)}  # division by zero
    wrong |= {number for number, what in enumerate(asked) if re.search("<<|>>", what)}  # undefined for shifts that are too wide
    answers = dict(
        re.findall(r"int ((?:yes|no))_(\d+);", run.stdout) and [(n, a) for a, n in re.findall(r"int (yes|no)_(\d+);", run.stdout)]
    )
    compared = 0
    for number, what in enumerate(asked):
        if number in wrong:
            continue
        (node,) = parse(f"#if {what}\nint yes;\n#else\nint no;\n#endif")
        assert isinstance(node, VariableDefinition)
        assert node.name == answers[str(number)], what
        compared += 1
    assert compared > 400
