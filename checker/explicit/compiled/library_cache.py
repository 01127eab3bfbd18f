# SPDX-License-Identifier: GPL-2.0-only
"""The cache of compiled libraries: files whose code this process runs, so only those that nobody else can have written.

A library is loaded only if its content is what was put there: its digest stands beside it. Files come into the cache
whole, by renaming, so that a compiler that is killed leaves nothing behind that would be used.
"""

from __future__ import annotations

import ctypes
import hashlib
from pathlib import Path

from checker import writing
from checker.caching import Untrusted, cache_folder, check_own, read_own

KEY = "stackproof_key"
"""The name in a library of what says which source it was made from."""


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
        check_own(folder, folder.stat())
        recorded = read_own(folder / f"{key}.sha256").decode("ascii")
        library = folder / f"{key}.so"
        if hashlib.sha256(read_own(library)).hexdigest() == recorded:
            return load(library, key)
    except (OSError, ValueError):
        return None
    return None


def keep(key: str, content: bytes) -> None:
    """Put a library into the cache. A cache that cannot be written, or that is not this user's own, is done without."""
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_own(folder, folder.stat())
        for name, part in ((f"{key}.so", content), (f"{key}.sha256", writing.digest(content).encode())):
            with writing.replacing(folder / name, 0o600, follow=False) as file:
                file.write(part)
    except (OSError, Untrusted):
        return
