# SPDX-License-Identifier: GPL-2.0-only
"""The stored counterexamples: one for each model and property that it violates, all replayed, each with its picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli.replaying import load_model_of
from checker.language.load import load_program
from checker.trace.replay import replay
from checker.trace.store import load_trace

PROJECT = Path(__file__).resolve().parents[2]
STORED = sorted((PROJECT / "counterexamples").glob("*/*.json"))
MODELS = sorted(file for file in (PROJECT / "models").glob("*.py") if not file.name.startswith("_"))


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_every_recorded_violation_is_stored_with_its_shortest_length(model: Path) -> None:
    shortest: dict[str, int] = {}
    for expected in load_program(model).expectations:
        for name, length in expected.violated or ():
            shortest[name] = min(length, shortest.get(name, length))
    stored = {path.stem: len(load_trace(path).steps) for path in STORED if path.parent.name == model.stem}
    assert stored == shortest


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_stored_counterexample_is_confirmed_and_drawn(path: Path) -> None:
    trace = load_trace(path)
    assert trace.violation.property == path.stem
    result = replay(load_model_of(trace), trace)
    assert result.ok, result.reason
    assert path.with_suffix(".svg").read_text().rstrip().endswith("</svg>")
