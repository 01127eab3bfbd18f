# SPDX-License-Identifier: GPL-2.0-only
"""Where the compiled engine runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
