# SPDX-License-Identifier: GPL-2.0-only
"""The cache of outcomes. Whatever is wrong with an entry, the search is run again: an entry never stands in for a doubt.

Each entry carries a code that only this user can make (HMAC-SHA-256, with a secret outside the cache) over its key and
content. So an entry that was cut, changed or exchanged, or that came from elsewhere, as with a cache that a CI system
restores, is none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from checker import writing
from checker.caching import Untrusted, cache_folder, check_own, read_own
from checker.language.tree import Program
from checker.result.verdict import Configuration, Run
from checker.trace.places import Gone
from checker.trace.store import TraceError
from checker.verify.known.outcome import Unfit, can_be_kept, outcome_from_json, outcome_to_json, traces_to_json

MOST_ENTRIES = 4000
MOST_BYTES = 256 * 2**20
CODE = 32
SECRET = 32


class Outcomes:
    """The outcomes that are kept. asked: how many searches were looked for; found: how many of them were there."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self.folder = folder
        self.secret = secret
        self.asked = 0
        self.found = 0

    def find(
        self,
        key: str | None,
        program: Program,
        configuration: Configuration,
        properties: tuple[str, ...] | None,
        options: tuple[str, ...] = (),
        with_traces: bool = True,
    ) -> Run | None:
        """The outcome of a search; None if it has to be run. with_traces: with its counterexamples."""
        self.asked += 1
        if key is None:
            return None
        try:
            check_own(self.folder, self.folder.stat())
            data = read_own(self.folder / key)
            code, body = data[:CODE], data[CODE:]
            if not hmac.compare_digest(code, self._code(key, body)):
                return None
            whole, rest = _unpacked(body)
            traces, _ = _unpacked(rest) if with_traces else (None, b"")
            run = outcome_from_json(whole, traces, program, configuration, properties, options)
        except (
            OSError,
            Untrusted,
            Unfit,
            Gone,
            TraceError,
            zlib.error,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
        ):
            return None
        self.found += 1
        return run

    def keep(self, key: str | None, run: Run, program: Program) -> None:
        """Put an outcome there, if it is one. A cache that cannot be written is done without."""
        if key is None or not can_be_kept(run):
            return
        body = b"".join(_packed(part) for part in (outcome_to_json(run, program), traces_to_json(run)))
        with suppress(OSError, Untrusted):
            check_own(self.folder, self.folder.stat())
            with writing.replacing(self.folder / key, 0o600, follow=False) as file:
                file.write(self._code(key, body) + body)

    def prune(self) -> None:
        """Remove the oldest entries of too many."""
        with suppress(OSError):
            entries = sorted(self.folder.iterdir(), key=lambda path: path.lstat().st_mtime)
            for path in entries[:-MOST_ENTRIES]:
                path.unlink()

    def _code(self, key: str, body: bytes) -> bytes:
        return hmac.new(self.secret, key.encode() + b"\0" + body, hashlib.sha256).digest()


def _packed(part: Mapping[str, object]) -> bytes:
    return zlib.compress(json.dumps(part).encode(), 6)


def _unpacked(body: bytes) -> tuple[dict[str, Any], bytes]:
    """The first part of an entry, and what comes after it. Unfit if there is none."""
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(body, MOST_BYTES)
    if not unpacking.eof:
        raise Unfit("a part that is cut off")
    part: dict[str, Any] = json.loads(text)
    return part, unpacking.unused_data


def open_outcomes() -> Outcomes | str:
    """The user's cache of outcomes; else why there is none, in a line."""
    try:
        folder = cache_folder() / "outcomes"
        for each in (folder.parent, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_own(each, each.lstat())
        return Outcomes(folder, _secret())
    except Untrusted as error:
        return str(error)
    except OSError as error:
        return f"{error.filename or 'the cache'}: {error.strerror or error}"


def _secret() -> bytes:
    """What only this user knows: made at the first use. Untrusted if others can have written it, OSError if it cannot be had."""
    base = os.environ.get("XDG_STATE_HOME")
    try:
        folder = (Path(base) if base else Path.home() / ".local" / "state") / "stackproof"
    except RuntimeError as error:
        raise OSError(str(error)) from None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_own(folder, folder.stat())
    path = folder / "cache-secret"
    with suppress(FileNotFoundError):
        found = read_own(path)
        if len(found) == SECRET:
            return found
    with writing.replacing(path, 0o600, follow=False) as file:
        file.write(secrets.token_bytes(SECRET))
    return read_own(path)
