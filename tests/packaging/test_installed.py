# SPDX-License-Identifier: GPL-2.0-only
"""A wheel, built from the project and installed into an environment of its own, does its work from an empty folder.

It is what `pipx install .` makes. pip fetches what a user's would: setuptools to build, and the packages that are required.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT, bundled_models

pytestmark = pytest.mark.slow

SIZES = ("--cpus", "1", "--tasks", "1", "--stack-pages", "2")
SMALL = (*SIZES, "--events", "switch-fault")
TOUCH = (*SIZES, "--events", "touch")


class Installed:
    """An environment with the wheel in it, and an empty folder in a home of its own to run it from."""

    def __init__(self, place: Path) -> None:
        source = place / "source"
        for folder in ("checker", "spec", "models"):
            shutil.copytree(PROJECT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(PROJECT / file, source / file)
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STACKPROOF", "XDG"))
        }
        self._do(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(place / "wheel"), str(source))
        (self.wheel,) = (place / "wheel").iterdir()
        self._do(sys.executable, "-m", "venv", str(place / "venv"))
        self._do(str(place / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", str(self.wheel))
        shutil.rmtree(source)
        self.command = place / "venv" / "bin" / "stackproof"
        (self.packages,) = (place / "venv").glob("lib/*/site-packages")
        self.home = place / "home"
        self.folder = self.home / "empty"
        self.folder.mkdir(parents=True)

    def _do(self, *words: str) -> None:
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, done.stderr

    def files(self) -> dict[str, tuple[int, int]]:
        """What the installation holds: the size of each file, and when it was written."""
        return {
            str(file): (file.stat().st_size, file.stat().st_mtime_ns)
            for package in ("checker", "spec", "models")
            for file in (self.packages / package).rglob("*")
        }

    def run(self, *arguments: str, status: int = 0) -> str:
        """What a command prints, run from the empty folder; it ends with that exit status, and writes to stderr only if that
        is 2."""
        done = subprocess.run(
            [str(self.command), *arguments],
            cwd=self.folder,
            env={**self.environment, "HOME": str(self.home), "COLUMNS": "110"},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert (done.returncode, bool(done.stderr)) == (status, status == 2), f"{arguments}\n{done.stdout[-2000:]}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"))


def test_every_file_that_is_read_at_run_time_is_in_the_wheel(installed: Installed) -> None:
    def of(root: Path) -> set[str]:
        every = {
            f.relative_to(root).as_posix() for p in ("checker", "spec", "models") for f in (root / p).rglob("*") if f.is_file()
        }
        return {name for name in every if "__pycache__" not in name and not name.endswith(".findings.toml")}

    assert of(installed.packages) == of(PROJECT)


def test_each_command_works_from_an_empty_folder_and_writes_nothing_into_the_installation(installed: Installed) -> None:
    before = installed.files()
    run = installed.run
    assert "stackproof, version 0" in run("--version")
    listed = run("list")
    assert str(installed.packages / "models") in listed
    assert all(f"\n  {name}\n" in listed for name in bundled_models())

    assert "error: fault-resolved: " in run("check", "rfc_v1", *SMALL, "--save", "found", status=1)
    run("check", "hardened", *SMALL)
    run("check", "nothing", status=2)
    assert "confirmed" in run("replay", "found/fault-resolved.json")
    run("replay", "--on", "reference", "found/fault-resolved.json")
    run("show", "found/fault-resolved.json", "--svg", "picture.svg")
    assert (installed.folder / "picture.svg").read_text().rstrip().endswith("</svg>")

    assert not (installed.home / ".cache").exists()
    run("check", "rfc_v1", *SMALL, "--engine", "compiled", status=1)
    assert list((installed.home / ".cache" / "stackproof").glob("*.so"))
    run("check", "rfc_v1", *SMALL, "--engine", "z3", "--depth", "9", status=1)
    run("check", "rfc_v1", *SMALL, "--engine", "bitwuzla", "--depth", "9", status=1)

    run("simulate", "rfc_v1", *SMALL, "--walks", "200", status=1)
    run("conform", "hardened", *TOUCH)
    run("mutate", "dks", "--set", "T=1", "--set", "S=2", "--only", "used: drop*", status=1)
    run("prove", "hardened", *TOUCH, "--property", "tag-live", "--certificates", "proof")
    assert "accepted" in run("certify", "proof", "--model", "hardened")
    run("workload", "--cpus", "2", "--tasks", "20", "--plot", "memory.svg")
    run("gate", "dks")
    assert installed.files() == before
