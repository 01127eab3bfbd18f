# SPDX-License-Identifier: GPL-2.0-only
"""The commands that take what `check` has recorded, from outside: list, show, replay, gate."""

from __future__ import annotations

import json
from pathlib import Path

from checker.project import PROJECT
from tests.support.command import stackproof


def test_list_names_models_parameters_properties_events() -> None:
    done = stackproof("list")
    assert done.returncode == 0
    for text in (
        "  rfc_v1\n",
        "of dks\n",
        "CPUS = 1 (1 to 4)",
        "late-fault",
        "refill-owed  spec/properties/refill_owed.py:",
    ):
        assert text in done.stdout


def test_show_prints_and_draws(tmp_path: Path) -> None:
    trace = PROJECT / "counterexamples" / "rfc_v1" / "single-hole.json"
    done = stackproof("show", str(trace))
    assert done.returncode == 0
    assert done.stdout.startswith("models/rfc_v1.py:")
    assert f"stackproof replay {trace}" in done.stdout
    drawn = stackproof("show", str(trace), "--svg", str(tmp_path / "a.svg"), "--dot", str(tmp_path / "a.dot"))
    assert drawn.returncode == 0
    assert drawn.stdout == drawn.stderr == ""
    assert (tmp_path / "a.dot").read_text().startswith("digraph")
    assert "<svg" in (tmp_path / "a.svg").read_text()


def test_replay_refuses_what_is_no_run_of_the_model(tmp_path: Path) -> None:
    stored = json.loads((PROJECT / "counterexamples" / "rfc_v1" / "single-hole.json").read_text())
    stored["steps"][12]["changes"] = []
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(stored))
    done = stackproof("replay", str(changed))
    assert done.returncode == 1
    assert "not confirmed: step 13" in done.stdout


def test_gate_passes_as_recorded_and_fails_on_any_change(tmp_path: Path) -> None:
    model = tmp_path / "dks.py"
    text = (PROJECT / "models" / "dks.py").read_text()
    first = text.index("    Expected(")
    second = text.index("    Expected(", first + 1)
    end = text.rindex(")")
    small = text[:second] + text[end:]
    model.write_text(small)
    assert stackproof("gate", str(model)).returncode == 0
    for changed in (
        small.replace("states=997", "states=998"),
        small.replace("depth=59", "depth=58"),
        small.replace('"I3": 9', '"I3": 8'),
        small.replace('"I3": 9', ""),
        small.replace("        states=997,\n", ""),
        small.replace("thread.nr = thread.n + 1", "thread.nr = thread.a + 1"),
        small.replace("    thread.flag = True\n", "    thread.flag = False\n"),
    ):
        assert changed != small
        model.write_text(changed)
        done = stackproof("gate", str(model))
        assert done.returncode == 1, done.stdout
        assert "recorded" in done.stdout
        assert "if this is as it should be, record:" in done.stdout
