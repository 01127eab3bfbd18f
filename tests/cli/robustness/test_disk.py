# SPDX-License-Identifier: GPL-2.0-only
"""`check --disk`: what is left when it ends early, and what it says when the disk is full."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.project import PROJECT

LARGE = ("models/dks.py", "--set", "C=2", "--set", "T=3", "--set", "S=3", "--reduce", "none", "--max-memory", "80M")


def started(folder: Path, most: int | None = None) -> subprocess.Popen[str]:
    def limit() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.Popen(
        [sys.executable, "-m", "checker", "check", *LARGE, "--disk", str(folder)],
        cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit,
    )  # fmt: skip


def test_a_full_disk_leaves_what_was_found(tmp_path: Path) -> None:
    search = started(tmp_path, 16 * 2**20)
    out, err = search.communicate(timeout=600)
    assert search.returncode == 1
    assert f"stopped by {tmp_path}: File too large" in out
    assert "UNKNOWN" in out
    assert "I2  VIOLATED in 9 steps" in out
    assert "--disk DIR with another folder" in out
    assert "Traceback" not in out + err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left(number: signal.Signals, tmp_path: Path) -> None:
    search = started(tmp_path)
    before = time.monotonic()
    while not any(os.path.realpath(file).startswith(str(tmp_path)) for file in Path(f"/proc/{search.pid}/fd").iterdir()):
        assert search.poll() is None and time.monotonic() < before + 600
        time.sleep(0.01)
    time.sleep(0.5)
    search.send_signal(number)
    out, err = search.communicate(timeout=600)
    assert not list(tmp_path.iterdir())
    if number == signal.SIGINT:
        assert search.returncode in (1, 130)
        assert "interrupted" in out
        assert "Traceback" not in out + err
