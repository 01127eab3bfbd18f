# SPDX-License-Identifier: GPL-2.0-only
"""Options that would be without effect are refused, lengths of time have units, and the command alone prints its help."""

from __future__ import annotations

import pytest

from checker.cli.main import run

DKS = ("check", "models/dks.py", "--set", "T=1", "--set", "S=2", "--property", "I1")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--engine portable --threads 2", "the portable engine has one thread; leave out --engine or --threads"),
        ("--engine z3 --threads 4", "the engine z3 stores no states; leave out --threads"),
        ("--engine z3 --reduce none --max-states 9", "the engine z3 stores no states; leave out --reduce and --max-states"),
        ("--engine bitwuzla --liveness-states 9", "the engine bitwuzla stores no states; leave out --liveness-states"),
        ("--engine bitwuzla --resume x.ckpt", "the engine bitwuzla stores no states; leave out --resume"),
        ("--depth 3", "only a solver takes a depth; add --engine bitwuzla or --engine z3, or leave out --depth"),
        ("--engine portable --hash-compaction", "the portable engine has no hash compaction"),
        ("--engine z3 --disk /tmp", "the engine z3 stores no states; leave out --disk"),
        ("--engine portable --disk /tmp", "the portable engine has no states on disk; leave out --engine portable, or --disk"),
        ("--disk /tmp --hash-compaction", "a search on disk has no hash compaction; leave it out, or leave out --disk"),
        ("--disk /tmp --checkpoint x.ckpt", "a search on disk has no checkpoints; leave it out, or leave out --disk"),
        ("--disk /tmp --reduce pages,symmetry,partial-order", "a search on disk has no partial-order reduction"),
        (
            "--disk /no/such/folder",
            "/no/such/folder: No such file or directory; give a folder that can be written to with --disk",
        ),
        ("--checkpoint-every 3", "nothing is written every so often; add --checkpoint FILE, or leave out --checkpoint-every"),
        ("--timeout 5x", "'5x' is not a length of time above 0; write it as 90, 90s, 5m or 2h"),
        ("--timeout 0m", "'0m' is not a length of time above 0"),
    ],
)
def test_an_option_without_effect_is_refused(options: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*DKS, *options.split()]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert not printed.out


@pytest.mark.parametrize("timeout", ["300", "300s", "5m", "0.5h", "5 M"])
def test_lengths_of_time(timeout: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*DKS, "--timeout", timeout]) == 0
    assert "I1  BOUNDED" in capsys.readouterr().out


def test_the_command_alone_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("Usage: stackproof")
    assert "  check " in printed.out
    assert not printed.err
