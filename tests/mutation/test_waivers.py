# SPDX-License-Identifier: GPL-2.0-only
"""The list of mutants that may survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.errors import UsageError
from checker.mutation.waivers import Waiver, load_waivers, waivers_path


def test_names_with_reasons(tmp_path: Path) -> None:
    path = tmp_path / "model.waivers"
    path.write_text(
        "# a list\n\nf: drop: a = 1\n    It is read\n\n    by nobody.\n# in between\nf: swap: a[i] = 1 <-> if x:   \n\tNever both.\n"
    )
    waivers = load_waivers(path)
    assert waivers.entries == (
        Waiver("f: drop: a = 1", "It is read by nobody.", 3),
        Waiver("f: swap: a[i] = 1 <-> if x:", "Never both.", 8),
    )
    assert waivers.reason("f: drop: a = 1") == "It is read by nobody."
    assert waivers.reason("f: drop: a = 2") is None


def test_no_file_is_an_empty_list(tmp_path: Path) -> None:
    assert waivers_path(tmp_path / "model.py") == tmp_path / "model.waivers"
    assert load_waivers(tmp_path / "model.waivers").entries == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("f: drop: a\n", 1, "why may `f: drop: a` survive?"),
        ("# x\nf: drop: a\nf: drop: b\n  Why.\n", 2, "why may `f: drop: a` survive?"),
        ("\n  Why.\n", 2, "a reason stands below the name"),
        ("f: drop: a\n  Why.\nf: drop: a\n  Why.\n", 3, "waived in line 1 already"),
    ],
)
def test_a_list_that_makes_no_sense(text: str, line: int, message: str, tmp_path: Path) -> None:
    path = tmp_path / "model.waivers"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        load_waivers(path)
    assert str(error.value).startswith(f"{path}:{line}:1: error: ")
    assert message in str(error.value)
