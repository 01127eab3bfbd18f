# SPDX-License-Identifier: GPL-2.0-only
"""Comments that move lines: stored counterexamples still replay, and records stay true."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.trace.confirmation.replay import replay
from checker.trace.store import load_trace
from tests.support.command import stackproof

STORED = sorted(path for path in (PROJECT / "counterexamples").rglob("*.json") if path.parent.name != "made")


def with_comments(text: str) -> str:
    """The text with a comment at its top, and one inside of each function."""
    lines = text.splitlines(keepends=True)
    inside = {node.body[-1].lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    for line in sorted(inside, reverse=True):
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        lines.insert(line - 1, f"{indent}# a comment\n")
    return "# a comment\n# and one more\n" + "".join(lines)


def test_there_are_stored_counterexamples() -> None:
    assert len(STORED) > 20


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.relative_to(PROJECT / "counterexamples").as_posix())
def test_a_stored_counterexample_replays_when_comments_move_lines(path: Path) -> None:
    trace = load_trace(path)
    model = PROJECT / trace.model
    texts = {file: with_comments(file.read_text()) for file in (PROJECT / "models").glob("*.py")}
    program = load_program(model, dict(trace.settings), trace.events, Inputs(texts))
    assert program.sources[program.model].startswith("# a comment")
    result = replay(program, trace)
    assert result.ok, result.reason


def test_gate_passes_when_a_comment_moves_lines(tmp_path: Path) -> None:
    (tmp_path / "dks.py").write_text(with_comments((PROJECT / "models" / "dks.py").read_text()))
    done = stackproof("gate", "dks.py", "--no-cache", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "all as recorded"
