# SPDX-License-Identifier: GPL-2.0-only
"""Random histories of files, as git writes them in every form: the result is git's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from checker.language.c.patch.reading import Base, read_c_source

LINES = ("", "{", "}", "int a;", "\tif (a)", "\t\treturn;", "void f(void)", "int g(int a)", "out:", "-EIO;", "+ 1", "é", "  x")
RENAMES = ([], ["-M"], ["-C", "--find-copies-harder"], ["--no-renames"])
CONTEXTS = ([], ["-U0"], ["-U1"], ["-U10"])
FORMS = ([], ["--attach"], ["--inline"], ["--cover-letter"], ["--no-prefix"], ["--full-index"])

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class History:
    """A git repository with random commits."""

    def __init__(self, top: Path, random: Random) -> None:
        self.top = top
        self.random = random
        self.git("init", "-q")
        for number in range(random.randint(1, 4)):
            self.write(f"k/{'a b' if number == 2 else 'f'}{number}.c", self.lines(random.randint(0, 60)))
        self.commit()

    def git(self, *arguments: str) -> bytes:
        nobody = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "HOME": str(self.top),
            "PATH": os.environ["PATH"],
        }
        name = ("-c", "user.name=Ünï", "-c", "user.email=d@example.org")
        return subprocess.run(["git", *name, *arguments], cwd=self.top, check=True, capture_output=True, env=nobody).stdout

    def commit(self) -> None:
        self.write("count.txt", [str(self.random.random())])
        self.git("add", "-A")
        self.git("commit", "-qm", "step\n\nWith a body: é")

    def lines(self, count: int) -> list[str]:
        return [
            self.random.choice(LINES) + (str(self.random.randrange(50)) if self.random.random() < 0.6 else "")
            for _ in range(count)
        ]

    def write(self, path: str, lines: list[str]) -> None:
        file = self.top / path
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(lines) + ("\n" if lines and self.random.random() < 0.8 else ""))

    def step(self, number: int) -> None:
        """Change, move, copy, delete and add files."""
        for file in sorted(self.top.glob("k/*.c")):
            lines = file.read_text().removesuffix("\n").split("\n")
            name = f"k/{number}{self.random.randrange(99)}.c"
            chance = self.random.random()
            if chance < 0.5:
                for _ in range(self.random.randint(1, 3)):
                    at = self.random.randint(0, len(lines))
                    lines[at : at + self.random.randint(0, 3)] = self.lines(self.random.randint(0, 3))
                self.write(str(file.relative_to(self.top)), lines)
            elif chance < 0.6:
                file.unlink()
                self.write(name, lines + self.lines(self.random.randint(0, 1)))
            elif chance < 0.65:
                file.unlink()
            elif chance < 0.75:
                self.write(name, lines)
                self.write(str(file.relative_to(self.top)), [*lines, "changed"])
            elif chance < 0.8:
                file.chmod(0o755)
        if self.random.random() < 0.1:
            (self.top / "logo.bin").write_bytes(b"\0" + self.random.randbytes(50))
        self.commit()


@pytest.mark.parametrize("seed", range(24))
def test_the_result_is_that_of_git(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    (tmp_path / "now").mkdir()
    history = History(tmp_path / "now", random)
    shutil.copytree(history.top, tmp_path / "before", ignore=shutil.ignore_patterns(".git"))
    count = random.randint(1, 4)
    for number in range(count):
        history.step(number)
    options = random.choice(RENAMES) + random.choice(CONTEXTS)
    if seed % 4:
        data = history.git("format-patch", "--stdout", "-n", *options, *FORMS[seed % 6], f"HEAD~{count}")
    else:
        data = history.git("diff", *options, f"HEAD~{count}")
    for base in (None, Base(tmp_path / "before")):
        source = read_c_source(data, "p", base)
        for file in source.files:
            now = history.top / file.path
            if file.deleted:
                assert not now.exists()
                continue
            if file.path == "logo.bin":
                continue
            text = now.read_bytes().decode().split("\n")
            text = text[:-1] if not text[-1] else text
            shown = [line for fragment in file.fragments for line in fragment.lines]
            assert [line.text for line in shown] == [text[line.number - 1] for line in shown]
            assert len(shown) == len(text) or not file.whole
            assert file.whole or base is None
        changed = {
            path
            for path in history.git("diff", "--no-renames", "--name-only", "-z", f"HEAD~{count}").decode().split("\0")
            if path
        }
        assert changed <= {file.path for file in source.files}
