# SPDX-License-Identifier: GPL-2.0-only
"""How files are written, all of them: whole, or not at all.

What is new is written beside the file under a name that nobody has, and takes its place when all of it is on the disk. So a full
disk, a signal or another process never leaves half a file, and never costs what was there before.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a file may be called whose name comes out of a model or a file: it stays in its folder."""

_MOST_LINKS = 40


def digest(content: bytes) -> str:
    """The SHA-256 by which a file is known again."""
    return hashlib.sha256(content).hexdigest()


def write(path: Path, content: str | bytes, *, follow: bool = True) -> None:
    """Make this the content of the file, as `replacing` does."""
    with replacing(path, follow=follow) as file:
        file.write(_bytes(content))


def write_all(folder: Path, contents: Mapping[str, str | bytes], remove: Mapping[str, str], last: str) -> None:
    """Make files of a folder that belong together: where one of them cannot be written, all is as it was. remove: names that give
    way, as `remove_own`. last: the name that comes into being when all the others are there. OSError names the folder's file."""
    made: list[tuple[Path, Path]] = []
    try:
        for name in sorted(contents, key=lambda name: name == last):
            assert SAFE_NAME.fullmatch(name), name
            with _named(folder / name):
                made.append((_temporary(folder), folder / name))
                with _created(made[-1][0]) as file:
                    file.write(_bytes(contents[name]))
        for temporary, path in made:
            if path.name == last:
                remove_own(folder, {name: known for name, known in remove.items() if name not in contents})
            with _named(path):
                temporary.replace(path)
    except BaseException:
        for temporary, _ in made:
            temporary.unlink(missing_ok=True)
        raise


def remove_own(folder: Path, files: Mapping[str, str]) -> None:
    """Remove these files of the folder, each only if it still has this digest: what somebody has changed, or put there since, is
    not ours."""
    for name, known in files.items():
        path = folder / name
        if SAFE_NAME.fullmatch(name) and path.is_file() and not path.is_symlink() and digest(path.read_bytes()) == known:
            path.unlink()


@contextmanager
def replacing(path: Path, mode: int = 0o666, *, follow: bool = True) -> Iterator[BinaryIO]:
    """A file to write to, which becomes the file at that path when the context ends well. mode: of a new file, without what the
    umask takes. follow: write to where a symbolic link points; without it the link itself gives way, for names in a folder that
    somebody else may have prepared. Pipes and devices are written to as they are. OSError names the path."""
    with _named(path):
        target = path
        if follow and _is_special(path):
            with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC), "wb") as file:
                yield file
            return
        if follow:
            target = Path(os.path.realpath(path))
        temporary = _temporary(target.parent)
        try:
            with _created(temporary, mode) as file:
                if target.is_file() and not target.is_symlink():
                    os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode) & 0o777)
                yield file
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def named_twice(paths: Iterable[Path]) -> Path | None:
    """The first of these names that stands for the same file as one before it, however it is spelled; None if there is none."""
    known: set[str] = set()
    for path in paths:
        whole = os.path.realpath(path)
        if whole in known:
            return path
        known.add(whole)
    return None


def check_writable(path: Path) -> None:
    """OSError, which names the path, if `replacing` could not write there."""
    with _named(path):
        if path.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        if not _is_special(path):
            temporary = _temporary(Path(os.path.realpath(path)).parent)
            with contextlib.ExitStack() as stack:
                stack.callback(temporary.unlink, missing_ok=True)
                _opened(temporary, 0o600).close()


def _is_special(path: Path) -> bool:
    """Whether a name is not a name of a plain file: of a device, a pipe, or a file that is open already."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(21, "Is a directory")
    return not stat.S_ISREG(status.st_mode) or _is_open_file(path)


def _is_open_file(path: Path) -> bool:
    """Whether a name stands for a file that is open already, as /dev/stdout does by way of /proc/self/fd/1."""
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(path.parent)
        if folder.startswith("/proc/"):
            return True
        if not path.is_symlink():
            break
        path = Path(folder) / path.readlink()
    return False


def _temporary(folder: Path) -> Path:
    return folder / f".stackproof-{secrets.token_hex(8)}"


def _opened(path: Path, mode: int) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode), "wb")


@contextmanager
def _created(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file, which is on the disk when the context ends."""
    with _opened(path, mode) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """An OSError is about this path, not about a temporary one."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise
    except ValueError as error:  # a NUL in the path
        raise OSError(22, str(error), str(path)) from None


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
