# SPDX-License-Identifier: GPL-2.0-only
"""Every error in a C text, and in a manifest, is one line with its place, and says what is wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.language.c.binding.manifest import read_manifest
from checker.language.errors import ModelError, UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from tests.language.c.refused.refused_calls import TABLE
from tests.language.c.refused.refused_expressions import EXPRESSIONS
from tests.language.c.refused.refused_manifests import MANIFESTS, ManifestCase
from tests.language.c.refused.refused_patches import PATCHES
from tests.language.c.refused.refused_places import PLACES
from tests.language.c.refused.refused_statements import STATEMENTS
from tests.language.c.refused.refused_variables import VARIABLES
from tests.language.c.refused.text import Case

TEXTS: list[Case] = [*EXPRESSIONS, *PLACES, *STATEMENTS, *TABLE, *VARIABLES]
WITH_MANIFESTS: list[ManifestCase] = [*MANIFESTS, *PATCHES]


def load_text(folder: Path, text: str) -> None:
    """Load a C text, which is refused."""
    path = folder / "text.c"
    path.write_text(text.replace("«", ""), encoding="utf-8")
    load_program(path)


def load_with_manifest(folder: Path, manifest: str | bytes, text: str) -> None:
    """Load a text with a manifest beside it."""
    path = folder / "text.patch"
    path.write_text(text, encoding="utf-8")
    if manifest:
        (folder / "manifest.toml").write_bytes(manifest if isinstance(manifest, bytes) else manifest.encode())
    load_program(path)


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_c_that_is_refused(text: str, message: str, tmp_path: Path) -> None:
    before = text.partition("«")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    with pytest.raises(ModelError) as caught:
        load_text(tmp_path, text)
    file = str(tmp_path / "text.c")
    assert str(caught.value) == f"{file}:{line}:{column}: error: {message.replace('{file}', file)}"
    assert caught.value.line == text.replace("«", "").split("\n")[line - 1]


@pytest.mark.parametrize(
    ("manifest", "text", "printed"), [case[1:] for case in WITH_MANIFESTS], ids=[case[0] for case in WITH_MANIFESTS]
)
def test_manifests_and_patches_that_are_refused(manifest: str | bytes, text: str, printed: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_with_manifest(tmp_path, manifest, text)
    named = {"{manifest}": str(tmp_path / "manifest.toml"), "{folder}": str(tmp_path)}
    for name, path in named.items():
        printed = printed.replace(name, path)
    printed = re.sub(r"(?<![(/])text\.patch", str(tmp_path / "text.patch"), printed)
    assert str(caught.value) == printed
    assert "\n" not in printed


def missing_manifest(folder: Path) -> None:
    read_manifest(folder / "none.toml", "none.toml")


def model_in_python(folder: Path) -> None:
    (folder / "model.py").write_text("")
    load_program(folder / "model.py", inputs=Inputs(base=folder))


@pytest.mark.parametrize(
    ("load", "printed"),
    [
        (missing_manifest, "{folder}/none.toml: error: cannot be read: No such file or directory"),
        (
            model_in_python,
            "{folder}/model.py: error: --base is for patches and C files, and this is a model in Python; leave it out",
        ),
    ],
)
def test_files_that_do_not_go_together(load: Callable[[Path], None], printed: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path)
    assert str(caught.value) == printed.replace("{folder}", str(tmp_path))


def test_the_cases_have_names_of_their_own() -> None:
    names = [case[0] for case in (*TEXTS, *WITH_MANIFESTS)]
    assert len(set(names)) == len(names)
