# SPDX-License-Identifier: GPL-2.0-only
"""Long text on a terminal goes through a pager, nothing else does, and what becomes of the pager changes nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT

SHOW = ("show", "counterexamples/rfc_v1/charge-once.json", "--all")


def on_a_terminal(*arguments: str, **environment: str) -> tuple[int, str]:
    """The exit status and what stands on the terminal."""
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "checker", *arguments],
        cwd=PROJECT,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "TERM": "xterm",
            "NO_COLOR": "1",
            "LINES": "20",
            "COLUMNS": "100",
            **environment,
        },
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(master)
    return child.wait(timeout=60), text.decode()


def pager(folder: Path, body: str) -> str:
    program = folder / "pager"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o700)
    return str(program)


def test_a_long_text_goes_through_the_pager(tmp_path: Path) -> None:
    status, text = on_a_terminal(*SHOW, STACKPROOF_PAGER=pager(tmp_path, 'echo "paged $LESS"; cat'), PAGER="false")
    assert status == 0
    assert text.startswith("paged FRX")
    assert "error: charge-once: " in text


@pytest.mark.parametrize("body", ["kill -9 $$", "read line; exit 0"])
def test_a_pager_that_ends_early_is_no_error(tmp_path: Path, body: str) -> None:
    status, text = on_a_terminal(*SHOW, STACKPROOF_PAGER=pager(tmp_path, body))
    assert (status, text) == (0, "")


@pytest.mark.parametrize("body", ["exit 3", "cat >/dev/null; exit 1", "exit 127"])
def test_what_a_pager_that_fails_may_not_have_shown_is_printed(tmp_path: Path, body: str) -> None:
    status, text = on_a_terminal(*SHOW, STACKPROOF_PAGER=pager(tmp_path, body))
    assert status == 0
    assert text.count("error: charge-once: ") == 1


@pytest.mark.parametrize("name", ["", "cat", "false", "/nowhere/pager", "'"])
def test_without_a_pager_the_text_is_printed(name: str) -> None:
    status, text = on_a_terminal(*SHOW, STACKPROOF_PAGER=name)
    assert status == 0
    assert "error: charge-once: " in text


def test_no_pager_where_it_is_not_wanted_or_not_needed(tmp_path: Path) -> None:
    named = {"STACKPROOF_PAGER": pager(tmp_path, "echo paged")}
    assert "paged" not in on_a_terminal(*SHOW, "--no-pager", **named)[1]
    assert "paged" not in on_a_terminal(*SHOW, **named, LINES="4000")[1]
    assert "paged" not in on_a_terminal(*SHOW, **named, TERM="dumb")[1]
    done = subprocess.run(
        [sys.executable, "-m", "checker", *SHOW],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **named},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "paged" not in done.stdout
