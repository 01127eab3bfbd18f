# SPDX-License-Identifier: GPL-2.0-only
"""Waiting for a process to have worked for a while, however busy the machine is."""

from __future__ import annotations

import subprocess
import time

import psutil


def wait_until_it_has_worked(child: subprocess.Popen[str], seconds: float) -> None:
    """Return when the process has used so many seconds of processor time, or has ended."""
    process = psutil.Process(child.pid)
    while child.poll() is None and process.cpu_times().user < seconds:
        time.sleep(0.05)
