# SPDX-License-Identifier: GPL-2.0-only
"""The stored counterexamples: one for each model and property that it violates, all replayed, each with its picture."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checker.cli.replaying import load_model_of
from checker.language.python.load import load_program
from checker.trace.confirmation.replay import replay
from checker.trace.places import changed_files, moved, positions
from checker.trace.store import load_trace

PROJECT = Path(__file__).resolve().parents[2]
STORED = sorted(path for path in (PROJECT / "counterexamples").glob("*/*.json") if not path.name.startswith("bug-"))
"""Those that `make findings` stores besides are for tests/findings."""
MODELS = sorted(file for file in (PROJECT / "models").glob("*.py") if not file.name.startswith("_"))


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_every_recorded_violation_is_stored_with_the_fewest_events_and_steps(model: Path) -> None:
    smallest: dict[str, tuple[int, int]] = {}
    for expected in load_program(model).expectations:
        for name, length in expected.violated or ():
            size = (len(expected.events), length)
            smallest[name] = min(size, smallest.get(name, size))
    traces = {path.stem: load_trace(path) for path in STORED if path.parent.name == model.stem}
    assert {name: (len(trace.events), len(trace.steps)) for name, trace in traces.items()} == smallest


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_stored_counterexample_is_confirmed_and_drawn(path: Path) -> None:
    trace = load_trace(path)
    assert trace.violation.property == path.stem
    result = replay(load_model_of(trace), trace)
    assert result.ok, result.reason
    assert path.with_suffix(".svg").read_text().rstrip().endswith("</svg>")


# -- what a comment does to them --


def commented(text: str) -> str:
    """The same program, with comments and blank lines at the top and before every statement."""
    starts = {min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) for node in statements(text)}
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if number in starts:
            lines += ["# A comment that was not there.", ""]
        lines.append(line)
    return "# A comment at the top.\n\n" + "\n".join(lines) + "\n"


def statements(text: str) -> list[ast.stmt]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]


@pytest.fixture(scope="module")
def with_comments() -> dict[Path, str]:
    files = [file for folder in ("models", "spec") for file in (PROJECT / folder).rglob("*.py")]
    texts = {file.resolve(): commented(file.read_text()) for file in files}
    for file, text in texts.items():
        assert len(text) > len(file.read_text())
    return texts


def of_each_kind() -> list[object]:
    """One of each kind of violation of each model is run always, the others are slow."""
    seen, cases = set(), []
    for path in sorted((PROJECT / "counterexamples").glob("*/*.json")):
        kind = (path.parent.name, load_trace(path).violation.kind)
        marks = [pytest.mark.slow] if kind in seen else []
        cases.append(pytest.param(path, id=f"{path.parent.name}/{path.stem}", marks=marks))
        seen.add(kind)
    return cases


@pytest.mark.parametrize("path", of_each_kind())
def test_comments_in_every_file_leave_it_confirmed(path: Path, with_comments: dict[Path, str]) -> None:
    trace = load_trace(path)
    program = load_program(PROJECT / trace.model, dict(trace.settings), trace.events, with_comments)
    assert program.sources[trace.model] == with_comments[(PROJECT / trace.model).resolve()]
    assert changed_files(trace, program) == ()
    now = moved(trace, program)
    assert all(before.line < after.line for before, after in zip(positions(trace), positions(now), strict=True))
    result = replay(program, trace)
    assert result.ok, result.reason
