# SPDX-License-Identifier: GPL-2.0-only
"""A model with two counters, and a certificate of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import run
from tests.support.systems.counters import COUNTER


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    file = tmp_path / "counter.py"
    file.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + COUNTER)
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model with a certificate that `prove` wrote."""
    folder = tmp_path_factory.mktemp("made")
    model = folder / "counter.py"
    model.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + COUNTER)
    assert run("prove", str(model), "--certificates", str(folder / "c")) == 0
    return model, folder / "c"
