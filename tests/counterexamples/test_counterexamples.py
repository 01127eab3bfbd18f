# SPDX-License-Identifier: GPL-2.0-only
"""One counterexample for each model and property that it violates: those that are kept are replayed, the others are made anew,
saved, and replayed from what was saved."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checker.cli.replaying import load_model_of
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.language.tree import Expectation
from checker.project import PROJECT
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.places import changed_files, moved, positions
from checker.trace.store import load_trace
from tests.support.command import stackproof
from tests.support.recorded import expectations

STORED = sorted(path for path in (PROJECT / "counterexamples").glob("*/*.json") if not path.name.startswith("bug-"))
"""Those that `make findings` stores besides are for tools/findings."""
KEPT = ("dks", "rfc_v1")
"""The models whose counterexamples are kept: counterexamples/README.md."""
MODELS = sorted(file for file in (PROJECT / "models").glob("*.py") if not file.name.startswith("_"))


def smallest(model: str) -> dict[str, tuple[int, int]]:
    """Of each property that is violated in a recorded configuration: the fewest events and steps of a counterexample."""
    sizes: dict[str, tuple[int, int]] = {}
    for expected in expectations(model):
        for name, length in expected.violated or ():
            size = (len(expected.events), length)
            sizes[name] = min(size, sizes.get(name, size))
    return sizes


def test_the_kept_are_of_these_models() -> None:
    assert {path.parent.name for path in STORED} == set(KEPT)


@pytest.mark.parametrize("model", KEPT)
def test_every_recorded_violation_is_stored_with_the_fewest_events_and_steps(model: str) -> None:
    traces = {path.stem: load_trace(path) for path in STORED if path.parent.name == model}
    found = {name: (len(trace.events), len(trace.steps)) for name, trace in traces.items()}
    assert found == smallest(model)


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_stored_counterexample_is_confirmed(path: Path) -> None:
    trace = load_trace(path)
    assert trace.violation.property == path.stem
    result = replay(load_model_of(trace), trace)
    assert result.ok, result.reason


def to_make() -> list[object]:
    """Of the models whose counterexamples are not kept, the recorded configurations that have one of the smallest."""
    cases: list[object] = []
    for model in MODELS:
        if model.stem in KEPT:
            continue
        wanted = smallest(model.stem)
        for number, expected in enumerate(expectations(model.stem)):
            here = {name for name, length in expected.violated or () if wanted[name] == (len(expected.events), length)}
            if here:
                cases.append(pytest.param(model, expected, id=f"{model.stem}/{number}"))
    return cases


@pytest.mark.slow
@pytest.mark.parametrize(("model", "expected"), to_make())
def test_a_counterexample_that_is_not_kept_is_made_confirmed_and_drawn(
    model: Path, expected: Expectation, tmp_path: Path, with_comments: dict[Path, str]
) -> None:
    """It is the one that `make counterexamples` makes, if this configuration has the smallest."""
    sizes = [word for name, value in expected.settings for word in ("--set", f"{name}={value}")]
    events = ",".join(expected.events) or "none"
    once = ("--reduce", "none", "--threads", "1", "--save", str(tmp_path))
    done = stackproof("check", str(model), *sizes, "--events", events, *once)
    assert done.returncode == 1, done.stderr
    made = {load_trace(path).violation.property: path for path in tmp_path.rglob("*.json")}
    assert {name: len(load_trace(path).steps) for name, path in made.items()} == dict(expected.violated or ())
    for path in made.values():
        trace = load_trace(path)
        result = replay(load_model_of(trace), trace)
        assert result.ok, result.reason
        assert path.with_suffix(".svg").read_text().rstrip().endswith("</svg>")
        confirmed_with_comments(trace, with_comments)


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
    confirmed_with_comments(load_trace(path), with_comments)


def confirmed_with_comments(trace: Trace, with_comments: dict[Path, str]) -> None:
    """It is confirmed, with each of its places some lines further down."""
    program = load_program(PROJECT / trace.model, dict(trace.settings), trace.events, inputs=Inputs(with_comments))
    assert program.sources[trace.model] == with_comments[(PROJECT / trace.model).resolve()]
    assert changed_files(trace, program) == ()
    now = moved(trace, program)
    assert all(before.line < after.line for before, after in zip(positions(trace), positions(now), strict=True))
    result = replay(program, trace)
    assert result.ok, result.reason
