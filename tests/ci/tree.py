# SPDX-License-Identifier: GPL-2.0-only
"""A small git repository with a patch that stackproof checks as its last commit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from checker.project import PROJECT

CI = PROJECT / "examples" / "ci"
HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


BETWEEN = {
    "include/linux/sched/task_stack.h": {1: "#ifndef _LINUX_SCHED_TASK_STACK_H", 2: "#define _LINUX_SCHED_TASK_STACK_H"},
    "kernel/fork.c": {12: "\treturn 0;", 13: "}", 14: "#endif", 15: "void __init fork_init(void)"},
    "kernel/sched/core.c": {7: "static void __sched notrace __schedule(unsigned int sched_mode)", 8: "{"},
}
"""Lines of the files that the patch is for, by number, which no hunk shows; all others are empty."""

AFTER = {"kernel/sched/core.c": ["}"]}
"""What stands in them after the last hunk."""


def environment(home: Path, **others: str) -> dict[str, str]:
    """Where `stackproof` and the files of examples/ci are in the path, and git has its own settings."""
    (home / ".gitconfig").write_text("[user]\n\tname = A Developer\n\temail = a@example.org\n[init]\n\tdefaultBranch = master\n")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
    path = f"{Path(sys.executable).parent}:{CI}:{os.environ['PATH']}"
    return clean | {"HOME": str(home), "PATH": path, "PYTHONPATH": str(PROJECT), **others}


def git(folder: Path, env: dict[str, str], *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True, text=True).stdout


def before(patch: str) -> dict[str, str]:
    """The files that a patch is for, as far as it shows them, and what stands between."""
    files: dict[str, str] = {}
    for part in re.split(r"^diff --git .*\n", patch, flags=re.MULTILINE)[1:]:
        name = re.search(r"^--- a/(\S+)", part, re.MULTILINE)
        assert name is not None
        lines: list[str] = []
        for line in part.splitlines():
            if hunk := HUNK.match(line):
                between = BETWEEN.get(name[1], {})
                lines += [between.get(number, "") for number in range(len(lines) + 1, int(hunk[1]))]
            elif lines and line[:1] in (" ", "-") and line != "-- ":
                lines.append(line[1:])
        files[name[1]] = "".join(f"{line}\n" for line in [*lines, *AFTER.get(name[1], [])])
    return files


def commit(folder: Path, env: dict[str, str], message: str) -> None:
    git(folder, env, "add", "--all")
    git(folder, env, "commit", "--quiet", "--message", message)


def tree_with(folder: Path, patch: Path, env: dict[str, str]) -> None:
    """Make the repository: a first commit with the files that the patch is for, and the patch on top."""
    folder.mkdir()
    git(folder, env, "init", "--quiet")
    for name, text in {"README": "a tree\n", **before(patch.read_text())}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    commit(folder, env, "base")
    git(folder, env, "apply", "--index", str(patch))
    git(folder, env, "commit", "--quiet", "--message", "fork: grow stacks\n\nA page at a time.\n")
