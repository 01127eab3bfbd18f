# SPDX-License-Identifier: GPL-2.0-only
"""What `stackproof diff` prints of a mended version of the RFC, and the other way round from the cache, to the letter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.command import stackproof

SIZES = ("--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch,nmi")


def test_a_mended_loop(golden: Callable[[str, str], None], tmp_path: Path) -> None:
    places = {"STACKPROOF_CACHE": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")}
    done = stackproof("diff", "rfc_v1", "rfc_v1_nr_fixed", *SIZES, **places)
    assert done.returncode == 0, done.stdout + done.stderr
    golden("diff_mended.txt", done.stdout)
    back = stackproof("diff", "rfc_v1_nr_fixed", "rfc_v1", *SIZES, **places)
    assert back.returncode == 1, back.stdout + back.stderr
    golden("diff_broken.txt", back.stdout)
    assert back.stdout.endswith("; 2 of 2 searches from the cache\n")
