# SPDX-License-Identifier: GPL-2.0-only
"""Small models, each with one feature that an engine can get wrong, explored by both judges; each was wrong once or nearly so."""

from pathlib import Path

import pytest

from checker.language.front.load import load_program
from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import confirm
from tests.support.sampling import always

MODELS = sorted((Path(__file__).parents[1] / "models").glob("*.py"))


LONG = ("jumps", "symmetric_any", "grids", "deep_branches", "align4")
"""Seconds or minutes of brute force."""


@pytest.mark.parametrize("path", always(MODELS, lambda path: path.stem not in LONG), ids=lambda path: path.stem)
def test_both_judges_agree(path: Path) -> None:
    program = load_program(path)
    compare(program, 3000)
    confirm(program)
