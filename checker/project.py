# SPDX-License-Identifier: GPL-2.0-only
"""Where this program stands on the disk, what it is, and the models that come with it."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""The folder that holds `checker`, `spec` and `models`: a checkout, or the site-packages of an installation."""

MODELS = PROJECT / "models"
OWN_CODE = (".py", ".c", ".h")


def bundled_models() -> dict[str, Path]:
    """The models that come with stackproof, by name."""
    return {file.stem: file for file in sorted(MODELS.glob("*.py")) if not file.name.startswith("_")}


@functools.lru_cache(maxsize=1)
def own_code() -> str:
    """The digest of this program."""
    whole = hashlib.sha256()
    for path in sorted((*(PROJECT / "checker").rglob("*"), *(PROJECT / "spec" / "c").rglob("*"))):
        if path.suffix in OWN_CODE:
            whole.update(f"{path.relative_to(PROJECT).as_posix()}\0".encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
