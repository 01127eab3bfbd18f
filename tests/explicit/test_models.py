# SPDX-License-Identifier: GPL-2.0-only
"""Small models, each with one feature that an engine can get wrong, explored by both judges; each was wrong once or nearly so."""

from pathlib import Path

import pytest
from brute_force import compare
from confirming import confirm

from checker.language.python.load import load_program

MODELS = sorted((Path(__file__).parent / "models").glob("*.py"))


# Minutes of brute force.
LONG = ("jumps",)


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=[pytest.mark.slow] if path.stem in LONG else [], id=path.stem) for path in MODELS]
)
def test_both_judges_agree(path: Path) -> None:
    program = load_program(path)
    compare(program, 3000)
    confirm(program)
