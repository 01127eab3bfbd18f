# SPDX-License-Identifier: GPL-2.0-only
"""Running the command `stackproof` in a test.

`stackproof` runs it in a fork of the test's process, which has loaded the program already: most of a short run is loading. The
fork has its own memory, files 0 to 2, folder and environment, and ends as the command does. `in_a_process` starts Python anew, for
what depends on how a process begins, on the memory that it has, or on the source that it loads. `run` runs it in the test's own
process, for tests that capture what it prints, or replace parts of it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from checker.cli.main import load, main
from checker.cli.main import run as command
from checker.project import PROJECT

LONGEST = 300.0
"""Seconds that a command may take."""


def stackproof(
    *arguments: str, cwd: Path = PROJECT, before: Callable[[], None] = lambda: None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a fork of this process. before: what the fork does first, to itself."""
    assert not any(name.startswith("PYTHON") for name in environment), "Python looks at these as it begins: run in_a_process"
    load(arguments)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            _become(lambda: _command(arguments, cwd, before, environment), out.fileno(), errors.fileno())
        status = _wait(child, arguments)
        out.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(arguments, status, out.read().decode(), errors.read().decode())


def in_a_process(*arguments: str, cwd: Path = PROJECT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-m", "checker", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "COLUMNS": "110", **environment},
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )


def run(*arguments: str) -> int:
    """Run the command in this process; its exit status."""
    return command(list(arguments))


def _command(arguments: tuple[str, ...], cwd: Path, before: Callable[[], None], environment: dict[str, str]) -> None:
    os.environ.update({"PYTHONPATH": str(PROJECT), "COLUMNS": "110", **environment})
    os.chdir(cwd)
    sys.argv = ["stackproof", *arguments]
    before()
    main()


def _become(work: Callable[[], None], out: int, errors: int) -> NoReturn:
    """Do that from here on, in a fork, with files of its own, and end as it ends."""
    status = 70
    try:
        os.setpgid(0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        for descriptor, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, errors)):
            os.dup2(file, descriptor)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        tempfile.tempdir = None
        work()
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _wait(child: int, arguments: tuple[str, ...]) -> int:
    """The exit status of the fork, negative if a signal ended it. TimeoutExpired if it takes too long."""
    end = time.monotonic() + LONGEST
    pause = 0.001
    try:
        while True:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(["stackproof", *arguments], LONGEST)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
    except BaseException:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
