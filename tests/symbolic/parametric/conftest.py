# SPDX-License-Identifier: GPL-2.0-only
"""A model with one of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.systems.one_of_everything import MODEL
from tests.support.systems.small_programs import HEADER


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ground") / "model.py"
    path.write_text(HEADER + MODEL)
    return path
