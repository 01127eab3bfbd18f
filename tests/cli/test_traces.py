# SPDX-License-Identifier: GPL-2.0-only
"""The commands that take what `check` has recorded, from outside: list, show, replay, gate."""

from __future__ import annotations

import json
import re
from pathlib import Path

from checker.project import MODELS, PROJECT
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


def test_list_is_80_columns_wide_and_has_each_thing_once() -> None:
    """Models of one kernel stand together, and what only some of them have says of which."""
    lines = stackproof("list").stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and line.strip() != str(MODELS)] == []
    groups = [line for line in lines if line.startswith("of ")]
    assert groups == ["of arm64_7_0, arm64_global_pool, hardened, rfc_v1, rfc_v1_nr_fixed", "of dks"]
    named = [line.split()[0] for line in lines if re.match(r"    \S", line)]
    assert len(named) == len(set(named)) > 50
    assert "    GLOBAL_POOL_PAGES = 8 (1 to 8)  (only arm64_7_0, arm64_global_pool)" in lines
    assert "    ARCH = generic (generic, x86, x86-fred, arm64, riscv); arm64 in arm64_7_0," in lines
    alone = stackproof("list", "arm64_7_0").stdout
    assert "\n    ARCH = arm64 (generic, x86, x86-fred, arm64, riscv)\n" in alone
    assert "\n    GLOBAL_POOL_PAGES = 8 (1 to 8)\n" in alone
    assert "(only" not in alone


def test_list_tells_liveness_from_safety_and_models_that_share_nothing_apart(tmp_path: Path) -> None:
    for name, default in (("one", 1), ("two", 2)):
        text = (PROJECT / "models" / "dks.py").read_text()
        (tmp_path / f"{name}.py").write_text(text.replace("C = parameter(2, 1, 4", f"C = parameter({default}, 1, 4"))
    done = stackproof("list", str(tmp_path))
    # A long path stands on a line of its own.
    assert re.findall(r"^of\s+(\S+)$", done.stdout, re.MULTILINE) == [f"{tmp_path / 'one.py'}", f"{tmp_path / 'two.py'}"]
    both = stackproof("list", "rfc_v1").stdout
    states, _, runs = both.partition("  properties of whole runs, under fairness (--property ID)\n")
    assert "\n    refill-owed  " in states and "\n    refill-eventually  " in runs
    assert "    refill-eventually" not in states and "    refill-owed" not in runs


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
        assert f"if this is as it should be, `stackproof gate --update {model}` writes it" in done.stdout
