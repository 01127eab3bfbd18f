# SPDX-License-Identifier: GPL-2.0-only
"""What the measurements were made on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import psutil

from checker.explicit.compiled.compiler import CompilerError, find_compiler


def described() -> dict[str, str]:
    """The machine and the programs, each by a name."""
    try:
        compiler = find_compiler().command
        said = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[:1]
    except CompilerError as error:
        said = [str(error)]
    found = {
        "processor": f"{_model()}, {len(os.sched_getaffinity(0))} processors",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": sys.version.split()[0],
        "C compiler": said[0] if said else "unknown",
    }
    if shutil.which("spin"):
        found["SPIN"] = subprocess.run(["spin", "-V"], capture_output=True, text=True, check=False).stdout.strip()
    if shutil.which("rumur"):
        found["rumur"] = subprocess.run(["rumur", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return found


def load() -> str:
    """How much else ran in the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
