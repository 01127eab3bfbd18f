# SPDX-License-Identifier: GPL-2.0-only
"""What `gate` prints of what is as recorded: a line for each model, and with --verbose one for each configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.cli.gating import Comparing
from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.front.load import load_program, load_wording
from checker.verify.configuration import check_configuration
from checker.verify.record.searching import Found
from checker.verify.request import Request
from tests.cli.test_updating import MODEL
from tests.support.command import stackproof


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def test_a_model_has_one_line_and_with_verbose_one_for_each_configuration(model: Path) -> None:
    short = stackproof("gate", "model.py", "--no-cache", cwd=model.parent).stdout
    assert short.splitlines() == ["model.py: as recorded: 3 configurations, 18 states", "all as recorded"]
    lines = [
        "model.py:44: as recorded: LAST = 3; no events: violated: none; 4 states",
        "model.py:53: as recorded: LAST = 8; no events: violated: low 4, small 6; 9 states",
        "model.py:62: as recorded: LAST = 3; jump: violated: low 2; 5 states",
    ]
    for option in ("-v", "--verbose"):
        told = stackproof("gate", "model.py", option, "--no-cache", cwd=model.parent).stdout.splitlines()
        assert told == [*lines, "all as recorded"]
    assert stackproof("gate", "model.py", "-v", "--update", cwd=model.parent).stdout.splitlines()[:-1] == lines
    assert stackproof("gate", "model.py", "-v", "--base", "HEAD", cwd=model.parent).returncode == 2


def test_what_departs_has_its_line_and_is_not_counted(model: Path) -> None:
    model.write_text(MODEL.replace("states=", "states=1"))
    told = stackproof("gate", "model.py", cwd=model.parent).stdout
    assert told.count(": CHANGED ") == 3
    assert ": as recorded: " not in told


def test_an_interrupt_leaves_the_line_of_what_was_as_recorded(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def runs() -> Iterator[Found]:
        yield check_configuration(Request(model, {"LAST": 3}, ()), Method("portable", 1), Limits())
        raise KeyboardInterrupt

    gating = Comparing(None, {model: load_wording(model)})
    assert not gating.model(model, load_program(model), runs())
    assert capsys.readouterr().out == f"{model}: as recorded: 1 of 3 configurations, 4 states\n"
    assert gating.summary() == ("interrupted: the rest was not checked",)
