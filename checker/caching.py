# SPDX-License-Identifier: GPL-2.0-only
"""The user's cache folder: what is read from it was written by this user, and nobody else can have changed it."""

from __future__ import annotations

import os
import stat
from pathlib import Path


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


def read_own(path: Path) -> bytes:
    """What is in a file of the cache. Untrusted if it is not this user's own; OSError if it is not a plain file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("no plain file")
        check_own(path, status)
        return file.read()


def check_own(path: Path, status: os.stat_result) -> None:
    """Untrusted unless this user owns the file or folder, and nobody else can write to it. With such a folder, nobody else
    can exchange a file between the look at it and its use."""
    if status.st_uid != os.geteuid():
        raise Untrusted(
            f"{path}: it belongs to user {status.st_uid}; remove it, or set $STACKPROOF_CACHE to a folder of your own"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Untrusted(f"{path}: others can write to it; `chmod go-w` it after a look at what is in it, or remove it")
