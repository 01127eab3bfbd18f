# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof certify` on C text: a certificate is of the text, its manifest and its configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.support.command import run

LLIST = PROJECT / "models" / "llist"


def test_a_certificate_of_c_text_is_compared_with_the_same_manifest_and_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in LLIST.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    (tmp_path / ".config").write_text("CONFIG_SMP=y\n")
    monkeypatch.chdir(tmp_path)
    options = ("--manifest", "one_consumer.toml", "--config", ".config")
    assert run("prove", "llist.c", *options, "--cpus", "1", "--property", "listed-once", "--certificates", "proof") == 0
    assert f"(stackproof certify proof --model llist.c {' '.join(options)})" in capsys.readouterr().out

    def certify(*words: str) -> tuple[int, str]:
        status = run("certify", "proof", *words)
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    status, text = certify("--model", "llist.c", *options)
    assert status == 0, text
    assert "accepted: proof shows of llist.c" in text
    status, text = certify(*options)
    assert status == 3
    assert f"Compare it with the model: stackproof certify proof --model llist.c {' '.join(options)}\n" in text
    status, text = certify("--model", "llist.c", "--manifest", "two_consumers.toml")
    assert (status, text) == (1, "refused: proof: two_consumers.toml: not the text that was proved (SHA-256 differs)\n")
    status, text = certify("--model", "llist.c")
    assert status == 2
    assert "this does not define dynamic_stack_fault, so that nothing says what it is to the kernel" in text
    status, text = certify("--model", "dks", *options)
    assert status != 0
    (tmp_path / "llist.c").write_text(
        (LLIST / "llist.c").read_text().replace("while (!try_cmpxchg(&head->first, &entry", "while (!cmpxchg(&head->first, entry")
    )
    assert certify("--model", "llist.c", *options)[0] == 1
