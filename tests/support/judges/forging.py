# SPDX-License-Identifier: GPL-2.0-only
"""Certificates that are changed afterwards."""

from __future__ import annotations

import hashlib
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


def rehashed(folder: Path) -> None:
    """Make the manifest name the files as they are."""
    manifest = json.loads((folder / "certificate.json").read_text())
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "certificate.json").write_text(json.dumps(manifest))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
