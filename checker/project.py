# SPDX-License-Identifier: GPL-2.0-only
"""Where this program stands on the disk, and the models that come with it."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""The folder that holds `checker`, `spec` and `models`: a checkout, or the site-packages of an installation."""

MODELS = PROJECT / "models"


def bundled_models() -> dict[str, Path]:
    """The models that come with stackproof, by name."""
    return {file.stem: file for file in sorted(MODELS.glob("*.py")) if not file.name.startswith("_")}
