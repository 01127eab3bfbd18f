# SPDX-License-Identifier: GPL-2.0-only
"""A folder for everything that a run of the compiled engine leaves behind, and what such a run may say."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from checker.project import PROJECT
from tests.support.command import stackproof

SMALL = ("check", "models/dks.py", "--set", "C=2", "--set", "T=2", "--set", "S=3", "--reduce", "none")
LARGE = ("check", "models/dks.py", "--set", "C=3", "--set", "T=3", "--set", "S=3", "--reduce", "none")
STATES = 42_483
VIOLATED = {"I2": 9, "I3": 9}
COMPILED = (*SMALL, "--engine", "compiled", "--format", "json")


class Place:
    """A folder for everything that a run leaves behind: cache, temporary files, checkpoints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def own(self, **changes: str) -> dict[str, str]:
        return {"STACKPROOF_CACHE": str(self.cache), "TMPDIR": str(self.temporary), "COLUMNS": "110", **changes}

    def environment(self, **changes: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(PROJECT), **self.own(**changes)}

    def run(self, *arguments: str, address_space: int | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; nothing may be left in the folder for temporary files, and no traceback printed."""

        def limit() -> None:
            if address_space is not None:
                resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))

        if address_space is None and "--max-memory" not in arguments:
            done = stackproof(*arguments, **self.own(**changes))
        else:
            done = subprocess.run(
                [sys.executable, "-m", "checker", *arguments],
                cwd=PROJECT,
                env=self.environment(**changes),
                capture_output=True,
                text=True,
                timeout=120,
                preexec_fn=limit,
            )
        assert "Traceback" not in done.stderr
        self.left_nothing()
        return done

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "checker", *arguments],
            cwd=PROJECT,
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def left_nothing(self) -> None:
        assert list(self.temporary.iterdir()) == []

    def compiler(self, text: str) -> str:
        """A program that is called as a compiler."""
        path = self.folder / "compiler"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)


def found_in(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_status"] == done.returncode
    return found


def is_right(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The outcome of SMALL, searched to its end."""
    found = found_in(done)
    assert done.returncode == 1
    assert found["statistics"]["states"] == STATES
    assert {p["id"]: p["length"] for p in found["properties"] if p["verdict"] == "VIOLATED"} == VIOLATED
    return found


def is_partial(found: dict[str, Any], stopped: str) -> None:
    """A search that was stopped claims nothing that it did not see."""
    assert stopped in found["stopped"]
    if not found["runs"]:
        assert found["exit_status"] == 3
        return  # it was stopped before anything was known
    assert {p["verdict"] for p in found["properties"]} <= {"UNKNOWN", "VIOLATED"}
    assert found["exit_status"] == (1 if any(p["verdict"] == "VIOLATED" for p in found["properties"]) else 3)


def at_work_in(folder: Path) -> bool:
    """Whether a process has a file of that folder among its arguments."""
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            if any(word.startswith(f"{folder}/") for word in process.info["cmdline"] or ()):
                return True
    return False


def wait_for(condition: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
