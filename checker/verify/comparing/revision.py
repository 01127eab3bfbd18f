# SPDX-License-Identifier: GPL-2.0-only
"""A file of a git revision, with what it imports, in a folder of our own.

git is asked for objects only: no shell, no hook, no filter and no network has a part in it. What is in a tree is written by
others: nothing but plain files is taken, under names that stay inside the folder, and not too many of them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checker import writing
from checker.language.errors import UsageError
from checker.language.python.source.modules import Roots
from checker.project import PROJECT

MOST_FILES = 4096
MOST_BYTES = 64 * 2**20
SECONDS = 60
PLAIN = ("100644", "100755")
LINK = "120000"
IMPORTED = ("spec", "models")
"""Folders that models import from."""

BESIDE = "manifest.toml"


@dataclass(frozen=True)
class Extracted:
    """A file of a revision. path: where its copy is. roots: where what it imports is looked for. root: of the copies."""

    path: Path
    roots: Roots
    root: Path


class NotThere(UsageError):
    """A revision does not have the file."""


@dataclass(frozen=True)
class _Entry:
    mode: str
    object: str
    size: int
    path: PurePosixPath


@dataclass(frozen=True)
class Repository:
    """A git repository. top: its folder; prefix: from there to the folder in which paths with a leading ./ begin."""

    top: Path
    prefix: str

    def tree(self, revision: str) -> str:
        """The tree of a revision. UsageError if there is none."""
        if revision.startswith("-") or not revision or "\0" in revision or not revision.isprintable():
            raise UsageError(f"{revision!r} is not a git revision; name a commit, a tag or a branch")
        done = _git(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
        found = done.stdout.decode("ascii", "replace").strip()
        if done.returncode != 0 or not set(found) <= set("0123456789abcdef") or not found:
            raise UsageError(f"{self.top} has no revision {revision}; `git log` shows them, and a shallow clone lacks older ones")
        return found

    def files(self, tree: str, folder: str, recursive: bool) -> list[_Entry]:
        """What is in a folder of a tree; nothing if there is no such folder."""
        options = ["-r"] if recursive else []
        where = [] if folder in ("", ".") else ["--", f"{folder}/"]
        done = _git(self.top, "ls-tree", "-z", "-l", "--full-tree", *options, tree, *where)
        if done.returncode != 0:
            raise UsageError(f"git cannot list the revision: {_words(done.stderr)}")
        return [_entry(line) for line in done.stdout.split(b"\0") if line]

    def contents(self, entries: Sequence[_Entry]) -> list[bytes]:
        """What is in these files."""
        asked = "".join(f"{entry.object}\n" for entry in entries).encode()
        done = _git(self.top, "cat-file", "--batch", given=asked)
        found, rest = [], done.stdout
        for entry in entries:
            head, _, rest = rest.partition(b"\n")
            if head != f"{entry.object} blob {entry.size}".encode():
                raise UsageError(
                    f"git does not have {entry.path}: {_words(head) or _words(done.stderr)}; a partial clone lacks it"
                )
            found.append(rest[: entry.size])
            rest = rest[entry.size + 1 :]
        return found


def repository(folder: Path | None = None) -> Repository:
    """The git repository that a folder is in; None: this one. UsageError if it is in none."""
    here = folder or Path.cwd()
    done = _git(here, "rev-parse", "--show-toplevel", "--show-prefix")
    lines = done.stdout.decode(errors="surrogateescape").split("\n")
    if done.returncode != 0 or len(lines) < 2:
        raise UsageError(f"{here} is not in a git repository, so that no revision is known: {_words(done.stderr)}")
    return Repository(Path(lines[0]), lines[1])


@contextmanager
def extracted(of: Repository, revision: str, name: str) -> Iterator[Extracted]:
    """While the context lasts, a file of a revision and what it may import are in a folder that nobody else can write to. name:
    from the top of the repository, or from this folder if it begins with ./"""
    path = _inside(of, name)
    tree = of.tree(revision)
    entries = _needed(of, tree, path)
    named = next((entry for entry in entries if entry.path == path), None)
    if named is None:
        raise NotThere(f"{revision} has no file {path}")
    if named.mode == LINK:
        raise UsageError(f"{path} of {revision} is a symbolic link; name the file that it points to")
    taken = [entry for entry in entries if entry.mode in PLAIN and (entry.path == path or _is_read(entry.path, path))]
    if len(taken) > MOST_FILES or sum(entry.size for entry in taken) > MOST_BYTES:
        raise UsageError(f"{revision} has too much beside {path}; put the model into a folder of its own")
    with tempfile.TemporaryDirectory(prefix="stackproof-") as folder:
        root = Path(folder).resolve()
        for entry, content in zip(taken, of.contents(taken), strict=True):
            target = root.joinpath(*entry.path.parts)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with writing.replacing(target, 0o600, follow=False) as file:
                file.write(content)
        own = of.top.resolve() == PROJECT
        yield Extracted(root.joinpath(*path.parts), (root,) if own else (PROJECT, root), root)


def _inside(of: Repository, name: str) -> PurePosixPath:
    if name.startswith(("./", "../")):
        name = os.path.normpath(f"{of.prefix}{name}")
    path = PurePosixPath(name)
    if not _stays(path):
        raise UsageError(f"{name!r} is not a path from the top of a repository; write REV:models/mine.py, or REV:./mine.py")
    return path


def _stays(path: PurePosixPath) -> bool:
    """Whether a path names something below where it begins, and nothing of git's own."""
    return (
        bool(path.parts)
        and not path.is_absolute()
        and all(
            part not in ("..", ".") and part.lower() != ".git" and part.isprintable() and "\\" not in part for part in path.parts
        )
    )


def _needed(of: Repository, tree: str, path: PurePosixPath) -> list[_Entry]:
    """What stands beside a file, and where it may import from."""
    beside = path.parent
    found = of.files(tree, str(beside), recursive=False)
    if path.suffix == ".py":
        folders = dict.fromkeys(PurePosixPath(base, name) for base in (".", beside, beside.parent) for name in IMPORTED)
        for folder in folders:
            found += of.files(tree, str(folder), recursive=True)
    return list({entry.path: entry for entry in found if _stays(entry.path)}.values())


def _is_read(path: PurePosixPath, model: PurePosixPath) -> bool:
    if model.suffix == ".py":
        return path.suffix in (".py", ".toml")
    return path == model.with_name(BESIDE)


def _entry(line: bytes) -> _Entry:
    head, _, name = line.partition(b"\t")
    mode, _, object_, size = head.decode("ascii").split()
    return _Entry(mode, object_, int(size) if size.isdigit() else 0, PurePosixPath(os.fsdecode(name)))


def _git(folder: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What git says; UsageError if there is no git, or if it does not end."""
    command = ["git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *words]
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(
            command, cwd=folder, input=given, capture_output=True, timeout=SECONDS, env=environment, check=False
        )
    except FileNotFoundError:
        raise UsageError("a revision is asked for, and there is no git; install it, or name files") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git does not answer within {SECONDS} seconds") from None


def _words(text: bytes) -> str:
    """What git says, in one line of plain text."""
    shown = " ".join(text.decode("ascii", "backslashreplace").split())
    return "".join(character if character.isprintable() else "?" for character in shown)[:200]
