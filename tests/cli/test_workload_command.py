# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof workload`: its output, its picture, its exit status, and one line for each thing that cannot be done."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from checker.cli.main import run
from spec.reference.real import system_calls
from spec.reference.real.userfaultfd import Unavailable, Userfault, open_userfault

SMALL = ("workload", "--machine", "haswell", "--scale", "100")


def test_it_prints_both_figures_and_draws_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = tmp_path / "plot.svg"
    assert run([*SMALL, "--plot", str(plot)]) == 0
    shown = capsys.readouterr()
    assert "42,304   10,624  25.1 %" in shown.out
    assert "one run from the top" in shown.out
    assert shown.err == ""
    assert plot.read_text().startswith("<svg")
    assert run(list(SMALL)) == 0
    assert capsys.readouterr().out == shown.out


def test_real_and_simulated_stacks_give_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        open_userfault().close()
    except Unavailable as reason:
        pytest.skip(str(reason))
    own = ("workload", "--cpus", "2", "--tasks", "20", "--depths", "deep", "--replaced", "50")
    outputs = []
    for memory in ("simulated", "real"):
        assert run([*own, "--memory", memory]) == 0
        outputs.append(capsys.readouterr().out.splitlines())
    assert "userfaultfd" in outputs[1][0] and "userfaultfd" not in outputs[0][0]
    assert outputs[0][1:] == outputs[1][1:]


def test_where_real_faults_are_not_permitted_it_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(flags: int) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    real_open = os.open

    def no_device(path: str, *arguments: int, **more: int) -> int:
        if path == "/dev/userfaultfd":
            raise FileNotFoundError(errno.ENOENT, "no such device")
        return real_open(path, *arguments, **more)

    monkeypatch.setattr(system_calls, "userfaultfd", refused)
    monkeypatch.setattr(os, "open", no_device)
    assert run([*SMALL, "--memory", "real"]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("note: no real page faults, simulated ones serve: userfaultfd is not there")
    assert "simulated page tables" in shown.out


def test_real_faults_that_stop_in_the_middle_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        open_userfault().close()
    except Unavailable as reason:
        pytest.skip(str(reason))

    def refused(*_: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(Userfault, "wake", refused)
    assert run([*SMALL, "--memory", "real", "--depths", "deep"]) == 2
    shown = capsys.readouterr()
    assert shown.err == ("error: no more real page faults ([Errno 12] Cannot allocate memory); --memory simulated does without\n")
    assert shown.out == ""


def test_a_protocol_that_fails_is_exit_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SMALL, "--protocol", "rfc_v1", "--depths", "deep", "--jumps", "50"]) == 1
    assert "Intel Haswell: error: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--depths", "steep"), "neither one of shallow, mixed, deep nor numbers"),
        (("--depths", "1,2,3,4,5"), "at most one for each page"),
        (("--cpus", "2"), "--cpus and --tasks go together"),
        (("--cpus", "2", "--tasks", "9", "--scale", "3"), "without --machine and --scale"),
        (("--cpus", "0", "--tasks", "9"), "'--cpus'"),
        (("--machine", "cray"), "'cray' is not one of"),
        (("--failing", "101"), "'--failing'"),
        (("--failing", "nan"), "'--failing'"),
        (("--seed", "-1"), "'--seed'"),
        (("--plot", "/no/such/folder/plot.svg", *SMALL[1:]), "there is no folder /no/such/folder"),
    ],
)
def test_errors_are_one_line(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["workload", *arguments]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
