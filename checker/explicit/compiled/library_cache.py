# SPDX-License-Identifier: GPL-2.0-only
"""The cache of compiled libraries: files whose code this process runs, so only those that nobody else can have written.

A library is loaded only if its content is what was put there: its digest stands beside it. Files come into the cache
whole, by renaming, so that a compiler that is killed leaves nothing behind that would be used.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import stat
from pathlib import Path

from checker import writing

KEY = "stackproof_key"
"""The name in a library of what says which source it was made from."""


class Untrusted(Exception):
    """Somebody else may have written to the cache. The text is one line that says what to do."""


def cache_folder() -> Path:
    """Where libraries are kept: $STACKPROOF_CACHE, else stackproof in $XDG_CACHE_HOME or ~/.cache. OSError if there is no
    such place."""
    own = os.environ.get("STACKPROOF_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "stackproof"
    except RuntimeError as error:
        raise OSError(str(error)) from None


def load(path: Path, key: str) -> ctypes.CDLL:
    """The library in a file. OSError if it is none, or that of another source."""
    library = ctypes.CDLL(str(path))
    try:
        found = (ctypes.c_char * len(key)).in_dll(library, KEY).value.decode("ascii", "replace")
    except ValueError:
        found = ""
    if found != key:
        raise OSError("it was made from something else")
    return library


def from_cache(key: str) -> ctypes.CDLL | None:
    """The library with this key, if it is there and whole. Untrusted if others may have written to it or its folder."""
    try:
        folder = cache_folder()
        _own(folder, folder.stat())
        recorded = _content(folder / f"{key}.sha256").decode("ascii")
        library = folder / f"{key}.so"
        if hashlib.sha256(_content(library)).hexdigest() == recorded:
            return load(library, key)
    except (OSError, ValueError):
        return None
    return None


def keep(key: str, content: bytes) -> None:
    """Put a library into the cache. A cache that cannot be written, or that is not this user's own, is done without."""
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _own(folder, folder.stat())
        for name, part in ((f"{key}.so", content), (f"{key}.sha256", writing.digest(content).encode())):
            with writing.replacing(folder / name, 0o600, follow=False) as file:
                file.write(part)
    except (OSError, Untrusted):
        return


def _content(path: Path) -> bytes:
    """What is in a file of the cache. Untrusted if it is not this user's own; OSError if it is not a plain file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("no plain file")
        _own(path, status)
        return file.read()


def _own(path: Path, status: os.stat_result) -> None:
    """Untrusted unless this user owns the file or folder, and nobody else can write to it. With such a folder, nobody else
    can exchange a file between the look at it and its use."""
    if status.st_uid != os.geteuid():
        raise Untrusted(
            f"{path}: it belongs to user {status.st_uid}; remove it, or set $STACKPROOF_CACHE to a folder of your own"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Untrusted(f"{path}: others can write to it; `chmod go-w` it after a look at what is in it, or remove it")
