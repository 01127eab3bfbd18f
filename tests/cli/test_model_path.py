# SPDX-License-Identifier: GPL-2.0-only
"""What a command takes for MODEL: a bundled name, or a path; and files of the user's that are called like bundled ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from checker.project import MODELS, PROJECT, bundled_models
from tests.support.command import stackproof

SMALL = ("--set", "T=1", "--set", "S=2", "--format", "json")
COUNTER = """# SPDX-License-Identifier: GPL-2.0-only
from checker.language import action, invariant

count: bool = False


@action
def go() -> None:
    global count
    count = not count


@invariant("fine", "text")
def fine() -> bool:
    "Test."
    return {fine}
"""
"""A model of the user's own, with a property that is its own."""
IMPORTING = """# SPDX-License-Identifier: GPL-2.0-only
from models.rfc_v1 import DynamicStacks
"""


def test_each_bundled_model_is_found_by_name_from_an_empty_folder(tmp_path: Path) -> None:
    listed = stackproof("list", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    names = [line.strip() for line in listed.stdout.split("\n\nof ")[0].splitlines() if line.startswith("  ") and line[2] != " "]
    assert names[names.index(str(MODELS)) + 1 :] == list(bundled_models())
    for name in bundled_models():
        found = stackproof("list", name, cwd=tmp_path)
        assert (found.returncode, found.stdout.splitlines()[:2]) == (0, ["models", f"  {name}"])


def test_what_is_printed_for_a_bundled_model_can_be_typed(tmp_path: Path) -> None:
    by_name = stackproof("check", "dks", *SMALL, cwd=tmp_path)
    assert json.loads(by_name.stdout)["model"] == "models/dks.py"
    assert stackproof("check", "models/dks.py", *SMALL, cwd=tmp_path).returncode == by_name.returncode


@pytest.mark.parametrize("missing", ["models/none.py", "dks.py", "./dks", "models/__init__.py", "nothing"])
def test_no_other_path_is_looked_for_in_the_project(missing: str, tmp_path: Path) -> None:
    done = stackproof("check", missing, cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no such file" in done.stderr


def test_a_name_without_its_suffix_is_answered_with_the_file_that_is_there(tmp_path: Path) -> None:
    own(tmp_path, "pcp.py")
    own(tmp_path, "folder/pcp.py")
    for command in ("check", "list", "prove", "simulate", "gate", "mutate"):
        done = stackproof(command, "pcp", cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr == "pcp: error: no bundled model has this name; to take the file pcp.py, type `pcp.py`\n"
    inside = stackproof("check", "folder/pcp", cwd=tmp_path)
    assert "to take the file folder/pcp.py, type `folder/pcp.py`\n" in inside.stderr


@pytest.mark.parametrize(("typed", "meant"), [("rfc", "rfc_v1"), ("hardend", "hardened"), ("pcb.py", "pcp.py")])
def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(typed: str, meant: str, tmp_path: Path) -> None:
    own(tmp_path, "pcp.py")
    done = stackproof("check", typed, cwd=tmp_path)
    assert done.stderr == (
        f"{typed}: error: there is no such file; did you mean `{meant}`? `stackproof list` names the bundled models\n"
    )


def own(folder: Path, name: str, fine: str = "not count") -> Path:
    """A model called so in the user's folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(COUNTER.format(fine=fine))
    return path


def properties(found: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in found["properties"]]


def test_a_file_and_a_folder_that_are_called_like_a_bundled_model_leave_its_name_alone(tmp_path: Path) -> None:
    own(tmp_path, "dks.py")
    own(tmp_path, "dks/model.py")
    bundled = json.loads(stackproof("check", "dks", *SMALL, cwd=tmp_path).stdout)
    assert bundled["model"] == "models/dks.py"
    assert "fine" not in properties(bundled)
    for path, shown in (("dks.py", "dks.py"), ("./dks.py", "dks.py"), ("dks/model.py", "dks/model.py")):
        found = json.loads(stackproof("check", path, "--format", "json", cwd=tmp_path).stdout)
        assert (found["model"], properties(found)) == (shown, ["fine"])
    listed = stackproof("list", "./dks", cwd=tmp_path)
    assert "\n  dks/model.py\n" in listed.stdout
    assert "\n  dks\n" in stackproof("list", "dks", cwd=tmp_path).stdout


def test_a_path_of_the_users_that_a_bundled_model_has_too_is_the_users_and_reads_otherwise(tmp_path: Path) -> None:
    own(tmp_path, "models/dks.py")
    done = stackproof("check", "models/dks.py", "--format", "json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert (done.returncode, found["model"], properties(found)) == (1, "./models/dks.py", ["fine"])
    text = stackproof("check", "models/dks.py", cwd=tmp_path).stdout
    assert text.startswith("./models/dks.py:")
    assert json.loads(stackproof("check", "dks", *SMALL, cwd=tmp_path).stdout)["model"] == "models/dks.py"


def test_each_counterexample_is_replayed_on_the_model_that_it_was_made_of(tmp_path: Path) -> None:
    own(tmp_path, "models/dks.py")
    stored = PROJECT / "counterexamples" / "dks" / "I2.json"
    assert stackproof("check", "models/dks.py", "--save", "own", cwd=tmp_path).returncode == 1
    for trace in (stored, tmp_path / "own" / "fine.json"):
        done = stackproof("replay", str(trace), cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    own(tmp_path, "models/dks.py", "count or not count")
    changed = stackproof("replay", "own/fine.json", cwd=tmp_path)
    assert changed.returncode == 2
    assert "models/dks.py" in changed.stderr


def test_a_model_imports_the_model_beside_it_rather_than_the_bundled_one(tmp_path: Path) -> None:
    for name in ("rfc_v1.py", "rfc_v1_nr_fixed.py"):
        (tmp_path / "models").mkdir(exist_ok=True)
        shutil.copy(PROJECT / "models" / name, tmp_path / "models" / name)
    text = (tmp_path / "models" / "rfc_v1.py").read_text()
    (tmp_path / "models" / "rfc_v1.py").write_text(text + "\nwrong = ][\n")
    importing = tmp_path / "models" / "own.py"
    importing.write_text(IMPORTING)
    done = stackproof("check", str(importing), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{tmp_path}/models/rfc_v1.py:")


def test_a_model_imports_the_file_beside_it_before_one_a_folder_above(tmp_path: Path) -> None:
    """A folder above is anybody's, as /tmp is."""
    for folder, bound in ((tmp_path, 3), (tmp_path / "work", 1)):
        (folder / "models").mkdir(parents=True)
        (folder / "models" / "lib.py").write_text(f"# SPDX-License-Identifier: GPL-2.0-only\nBOUND = {bound}\n")
    text = COUNTER.replace("\ncount", "from models.lib import BOUND\n\ncount", 1).format(fine="(1 if count else 0) < BOUND")
    (tmp_path / "work" / "mine.py").write_text(text)
    assert stackproof("check", "mine.py", cwd=tmp_path / "work").returncode == 1


def test_a_link_to_nowhere_is_the_users_own_file(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "dks.py").symlink_to(tmp_path / "nowhere.py")
    for path in ("models/dks.py", "./models/dks.py"):
        done = stackproof("check", path, cwd=tmp_path)
        assert (done.returncode, "there is no such file" in done.stderr) == (2, True)
    (tmp_path / "models" / "dks.py").unlink()
    assert stackproof("check", "./models/dks.py", cwd=tmp_path).returncode == 2, "a path of the user's own, and no file"


def test_a_folder_of_the_users_may_be_called_spec(tmp_path: Path) -> None:
    own(tmp_path, "spec/mine.py")
    assert stackproof("check", "spec/mine.py", cwd=tmp_path).returncode == 1
    assert "part of the kernel" in stackproof("check", str(PROJECT / "spec" / "kernel" / "boot.py"), cwd=tmp_path).stderr
