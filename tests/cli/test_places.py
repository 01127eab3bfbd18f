# SPDX-License-Identifier: GPL-2.0-only
"""A place in a file is one that an editor opens from where the command ran, in every output; that of a patch is the kernel's."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.project import PROJECT
from tests.support.command import in_a_process, stackproof

OTHERS = ("spec/", "Assumed: ")
"""What begins a file of the kernel's, and a sentence that ends in a file."""
PATCH = PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
TEXT, MANIFEST = "lists/of lists/llist.c", "lists/clients.toml"
CHECK = ("check", TEXT, "--manifest", MANIFEST, "--cpus", "2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the user's, with a C file and its manifest in folders of it."""
    (tmp_path / TEXT).parent.mkdir(parents=True)
    shutil.copyfile(PROJECT / "models" / "llist" / "llist.c", tmp_path / TEXT)
    shutil.copyfile(PROJECT / "models" / "llist" / "two_consumers.toml", tmp_path / MANIFEST)
    return tmp_path


def strings(found: Any) -> Iterator[str]:
    """All texts in what was read from JSON, keys too."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from (name, *strings(value))
    elif isinstance(found, list):
        for value in found:
            yield from strings(value)
    elif isinstance(found, str):
        yield found


def test_places_in_a_c_file_open_from_here(folder: Path) -> None:
    done = stackproof(*CHECK, "--format", "json", "--output", "found.json", "--save", "saved", "--html", "all.html", cwd=folder)
    assert done.returncode == 1, done.stderr
    named = set(re.findall(r"^(\S.*?):\d+: (?:error|note):", done.stdout, re.MULTILINE))
    assert named == {TEXT, MANIFEST}
    found = json.loads((folder / "found.json").read_text())
    files = {text for text in strings(found) if text.endswith((".c", ".toml")) and not text.startswith(OTHERS)}
    assert files == {TEXT, MANIFEST}
    page = (folder / "all.html").read_text()
    assert f"{TEXT}:47" in page
    assert f'"name": "{TEXT}"' in page or f'"name":"{TEXT}"' in page, "the panel of sources"
    trace = json.loads((folder / "saved" / "taken-once.json").read_text())
    assert {text for text in strings(trace) if text.endswith(".c")} == {TEXT}
    replayed = stackproof("replay", "saved/taken-once.json", "--manifest", MANIFEST, cwd=folder)
    assert replayed.returncode == 0, replayed.stderr
    shown = stackproof("show", "saved/taken-once.json", cwd=folder)
    for printed in (replayed.stdout, shown.stdout):
        assert f"{MANIFEST}:24: error: taken-once" in printed
    assert f"{TEXT}:47 is the last line" not in shown.stdout


def test_places_in_each_format_open_from_here(folder: Path) -> None:
    address = TEXT.replace(" ", "%20")
    expected = {
        "sarif": f'"uri": "{address}"',
        "github": f"::error file={MANIFEST},line=24,",
        "checkpatch": f"{MANIFEST}:24: ERROR: taken-once",
        "junit": f'file="{MANIFEST}" line="24"',
        "b4": f"{MANIFEST}:24: taken-once",
        "ktap": f"{MANIFEST}:24: error: taken-once",
    }
    outputs = [word for name in expected for word in ("--format", name, "--output", name)]
    assert stackproof(*CHECK, *outputs, cwd=folder).returncode == 1
    for name, place in expected.items():
        written = (folder / name).read_text()
        assert place in written, name
        assert (address if name == "sarif" else f"{TEXT}:") in written, f"{name}: what led to it"
        assert not re.search(r"(?<![\w/%])llist\.c", written), f"{name} shortens a path"


def test_an_error_in_a_c_file_or_patch_names_what_was_typed(folder: Path) -> None:
    (folder / TEXT).write_text((folder / TEXT).read_text().replace("return !first;", "return first +;"))
    done = stackproof(*CHECK, cwd=folder)
    assert done.returncode == 2
    assert re.match(rf"{re.escape(TEXT)}:\d+:\d+: error: ", done.stderr)
    for name, data in {"lists/a.patch": b"\0", "lists/b.patch": b"--- a/x.c\n+++ b/x.c\n@@ -1,9 +1,9 @@\n x\n"}.items():
        (folder / name).write_bytes(data)
        done = stackproof("check", name, cwd=folder)
        assert done.returncode == 2
        assert re.match(rf"{name}(:\d+)?: error: ", done.stderr), done.stderr


def test_the_places_of_a_patch_are_the_kernels(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    shutil.copyfile(PATCH, tmp_path / "mails" / "stacks.patch")
    text = (tmp_path / "mails" / "stacks.patch").read_text()
    assert "DYNAMIC_STACK_CLAIMED;" in text
    (tmp_path / "mails" / "stacks.patch").write_text(text.replace("DYNAMIC_STACK_CLAIMED;", "DYNAMIC_STACK_CLAIMED +;", 1))
    shutil.copyfile(PATCH.with_name("manifest.toml"), tmp_path / "mails" / "manifest.toml")
    done = stackproof("translate", "mails/stacks.patch", cwd=tmp_path)
    assert done.returncode == 2
    assert re.match(r"(kernel|arch)/[\w/]+\.c:\d+:\d+: error: .* \(stacks\.patch:\d+\)\n", done.stderr), done.stderr


def test_what_a_model_imports_opens_from_here(tmp_path: Path) -> None:
    models = tmp_path / "mine" / "models"
    models.mkdir(parents=True)
    text = (PROJECT / "models" / "rfc_v1_nr_fixed.py").read_text()
    (models / "two.py").write_text(text.replace("from models.rfc_v1 import", "from models.one import"))
    (models / "one.py").write_text((PROJECT / "models" / "rfc_v1.py").read_text() + "\nbad = (\n")
    done = stackproof("check", "mine/models/two.py", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("mine/models/one.py:"), done.stderr


def test_a_file_of_the_project_is_named_as_typed_from_elsewhere(tmp_path: Path) -> None:
    """`models/llist/llist.c` would be a file of the folder that the command runs in."""
    model = PROJECT / "models" / "llist" / "llist.c"
    done = in_a_process(
        "check", str(model), "--manifest", str(model.with_name("one_consumer.toml")), "--set", "X=1", cwd=tmp_path
    )
    assert done.returncode == 2
    assert str(model) in done.stderr
    checked = in_a_process("translate", str(model), "--manifest", str(model.with_name("one_consumer.toml")), cwd=tmp_path)
    assert checked.returncode == 0
    assert f"  {model}:" in checked.stdout
    assert "  models/llist/llist.c" not in checked.stdout


def test_a_folder_of_the_users_called_spec_is_no_kernel(tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    shutil.copyfile(PROJECT / "models" / "llist" / "llist.c", tmp_path / "spec" / "llist.c")
    shutil.copyfile(PROJECT / "models" / "llist" / "two_consumers.toml", tmp_path / "clients.toml")
    done = stackproof("check", "spec/llist.c", "--manifest", "clients.toml", "--cpus", "2", cwd=tmp_path)
    assert done.returncode == 1
    assert "\n./spec/llist.c:47: note: " in done.stdout
