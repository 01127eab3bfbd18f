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
