# SPDX-License-Identifier: GPL-2.0-only
"""The mail of the RFC, which is not a part of the project: STACKPROOF_RFC_MAIL names its file, or a folder with no other one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "STACKPROOF_RFC_MAIL"

WITH_MAIL = pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name the mail of the RFC")
"""Of a test that needs the mail."""


def rfc_mail() -> Path:
    """The file. Fails the test where the variable names neither a file nor a folder with one file."""
    named = Path(os.environ[VARIABLE]).resolve()
    files = [path for path in named.iterdir() if path.is_file()] if named.is_dir() else [named]
    if len(files) != 1 or not files[0].is_file():
        pytest.fail(f"{VARIABLE} names neither a file nor a folder with one file: {named}")
    return files[0]
