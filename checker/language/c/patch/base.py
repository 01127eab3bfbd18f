# SPDX-License-Identifier: GPL-2.0-only
"""The source that a patch was made for: a folder with the kernel's tree, or one file of it."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from checker.language.c.patch.diff import FileDiff, holds_c
from checker.language.c.patch.known import KnownFile, KnownLine, has_hash, whole_file
from checker.language.c.patch.paths import checked
from checker.language.c.patch.text import MOST_BYTES, MOST_LINES, PatchError
from checker.language.errors import UsageError


@dataclass(frozen=True)
class Base:
    """What `--base` names: a folder that has files of the patch under their paths, or a file. Nothing outside is opened."""

    path: Path

    def is_folder(self) -> bool:
        """UsageError where nothing is there."""
        try:
            mode = self.path.stat().st_mode
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no file can have this name"
            raise UsageError(f"the base cannot be read: {reason}; name a folder or a file", self.path) from None
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise UsageError("the base is neither a folder nor an ordinary file; name one", self.path)
        return stat.S_ISDIR(mode)


@dataclass(frozen=True)
class BaseFiles:
    """The files of a base as the paths of a patch name them. only: the one path that a base which is a file stands for; None for
    a folder."""

    base: Base
    only: str | None

    def find(self, path: str) -> KnownFile | None:
        """The file at a path of the patch, None where the base has none. PatchError where it cannot be read."""
        if self.only is not None:
            return _read(self.base.path, path) if path == self.only else None
        checked(path, lambda message: PatchError(str(self.base.path), None, message))
        top = self.base.path.resolve()
        place = top / path
        try:
            real = place.resolve(strict=True)
        except FileNotFoundError:
            return None
        except (OSError, RuntimeError, ValueError):  # a loop of links, a file where a folder should be
            return None
        if not real.is_relative_to(top):
            raise PatchError(str(place), None, "a link leads out of the base; name a base that holds the file")
        return _read(real, path)


def base_files(base: Base, diffs: Iterable[FileDiff], name: str) -> BaseFiles:
    """The files of a base for some diffs. A file stands for the path whose `index` line has its hash, else for the one of
    the same name, else for the only C file there is. PatchError where that leaves none or several."""
    if base.is_folder():
        return BaseFiles(base, None)
    blob = _bytes(base.path)
    changed = [diff for diff in diffs if diff.old_path is not None]
    choices = (
        [diff for diff in changed if diff.hash_before is not None and has_hash(blob, diff.hash_before)],
        [diff for diff in changed if (diff.old_path or "").rsplit("/", 1)[-1] == base.path.name],
        [diff for diff in changed if holds_c(diff.old_path or "")],
    )
    for choice in choices:
        paths = {diff.old_path for diff in choice}
        if len(paths) == 1:
            return BaseFiles(base, paths.pop())
    raise PatchError(
        name, None, f"which file of the patch {base.path.name} is the base of is not clear; name the folder of the tree as base"
    )


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise PatchError(str(path), None, "not an ordinary file; name another base")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise PatchError(str(path), None, f"the base cannot be read: {reason}; name another") from None
    if len(data) > MOST_BYTES or data.count(b"\n") > MOST_LINES:
        raise PatchError(str(path), None, f"a base file has at most {MOST_BYTES >> 20} MB and {MOST_LINES:,} lines; name another")
    return data


def _read(path: Path, name: str) -> KnownFile:
    data = _bytes(path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PatchError(str(path), line, "not UTF-8; convert it with `iconv`") from None
    if "\0" in text:
        raise PatchError(str(path), None, "this base file is binary, as it has a NUL; name another base")
    lines = text.split("\n")
    newline = not lines[-1]
    if newline:
        lines.pop()
    return whole_file(name, [KnownLine(line, None, False) for line in lines], newline, of_base=True)
