# SPDX-License-Identifier: GPL-2.0-only
"""What a shell is offered, asked as bash, zsh and fish ask; and the lists of what there is to type."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT, bundled_models
from tests.support.command import stackproof


def offered(line: str, cwd: Path = PROJECT) -> list[str]:
    """The words that bash is offered for the last word of a command line."""
    words = line.split(" ")
    environment = {"_STACKPROOF_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = stackproof(cwd=cwd, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return [word.partition(",")[2] for word in done.stdout.splitlines() if word]


def test_commands_and_options() -> None:
    assert offered("stackproof gr") == ["graph"]
    assert {"check", "gate", "graph", "prove"} <= set(offered("stackproof "))
    assert offered("stackproof check --ev") == ["--events"]
    assert offered("stackproof graph dks --format ") == ["dot", "svg", "graphml"]


def test_models() -> None:
    assert offered("stackproof check rfc") == ["rfc_v1", "rfc_v1_nr_fixed"]
    assert offered("stackproof gate ") == sorted(bundled_models())
    assert offered("stackproof check ./mo") == ["./mo"]  # a file, which the shell finds itself


def test_events_properties_and_parameters_are_those_of_the_model() -> None:
    assert offered("stackproof check rfc_v1 --events to") == ["touch"]
    assert offered("stackproof check rfc_v1 --events touch,ir") == ["touch,irq"]
    assert "touch,touch" not in offered("stackproof check rfc_v1 --events touch,")
    assert "none" in offered("stackproof simulate rfc_v1 --events ")
    assert offered("stackproof prove hardened --property refill-o") == ["refill-owed"]
    assert offered("stackproof graph rfc_v1 --set STACK_P") == ["STACK_PAGES="]
    assert {"I2", "I3"} <= set(offered("stackproof check dks --property I"))
    assert offered("stackproof check dks --events ") == []
    assert offered("stackproof graph rfc_v1 --by properties,p") == ["properties,places"]


def test_of_a_file_and_of_a_patch(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "models" / "dks.py", tmp_path / "mine.py")
    assert "FAIL=" in offered("stackproof check mine.py --set F", cwd=tmp_path)
    patch = "models/hardened/0001-fork-dynamic-kernel-stacks-hardened.patch"
    assert offered(f"stackproof check {patch} --events switch-f") == ["switch-fault"]


@pytest.mark.parametrize("text", ["not python (", "import os\nos.system('touch ran')\n", None])
def test_what_is_no_model_offers_nothing(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "bad.py").write_text(text)
    assert offered("stackproof check bad.py --events ", cwd=tmp_path) == []
    assert offered("stackproof check - --property ", cwd=tmp_path) == []
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how_to_ask(shell: str) -> None:
    done = stackproof(_STACKPROOF_COMPLETE=f"{shell}_source")
    assert done.returncode == 0, done.stderr
    assert "_STACKPROOF_COMPLETE" in done.stdout and f"{shell}_complete" in done.stdout
    if shell != "fish":
        program = shutil.which(shell)
        if program is not None:
            assert subprocess.run([program, "-n"], input=done.stdout, text=True, check=False).returncode == 0
    assert f"_STACKPROOF_COMPLETE={shell}_source" in (PROJECT / "docs" / "reference" / "commands.md").read_text()


def test_bash_completes_a_line_with_it(tmp_path: Path) -> None:
    """In a real bash: what its completion function makes of a line."""
    (tmp_path / "stackproof").write_text(f'#!/bin/sh\nexec {sys.executable} -m checker "$@"\n')
    (tmp_path / "stackproof").chmod(0o755)
    script = """
eval "$(_STACKPROOF_COMPLETE=bash_source stackproof)"
COMP_WORDS=(stackproof check rfc_v1 --events touch,ir); COMP_CWORD=4
compopt() { :; }
_stackproof_completion stackproof
echo "${COMPREPLY[@]}"
"""
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "touch,irq", done.stderr


def test_alone_it_prints_its_help() -> None:
    """`git` alone does the same; click's usual exit status 2 is for a command that lacks something."""
    done = stackproof()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == stackproof("--help").stdout
    assert stackproof("check").returncode == 2


def test_make_help_has_every_target() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    done = subprocess.run(["make", "-s", "help"], cwd=PROJECT, capture_output=True, text=True, check=True)
    told = re.findall(r"^  make ([a-z-]+) +\S", done.stdout, re.MULTILINE)
    assert sorted(told) == sorted(phony[1].split())
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert subprocess.run(["make", "-n"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.count(
        "check models/rfc_v1.py"
    )
