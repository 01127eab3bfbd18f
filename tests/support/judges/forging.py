# SPDX-License-Identifier: GPL-2.0-only
"""Changed manifests of certificates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from checker.language.python.source.modules import load_modules
from checker.verify.proof.certificates import digest


def changed(folder: Path, **entries: Any) -> None:
    """Make the manifest say something else."""
    file = folder / "certificate.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def of_text(folder: Path, model: Path) -> None:
    """Make the manifest name the model's files as they are."""
    modules = load_modules(model).modules.values()
    changed(folder, model=str(model), sources={module.display: digest(module.text) for module in modules})
