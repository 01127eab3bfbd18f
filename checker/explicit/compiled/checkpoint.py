# SPDX-License-Identifier: GPL-2.0-only
"""The file format of checkpoints: a header and a body, each with a digest, so that a damaged file is never used.

    MAGIC, version (4 bytes), length of the header (8 bytes), header (JSON), SHA-256 of all that, body, SHA-256 of the body

Numbers are little-endian. The header says how long each part of the body is. A file comes into being whole, by renaming.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from checker import writing
from checker.explicit.compiled.checkpoint_check import Header, Wrong, header_from_json
from checker.language.errors import UsageError

MAGIC = b"stackproof checkpoint\n"
VERSION = 1
DIGEST = 32
LONGEST_HEADER = 2**24


class CheckpointError(UsageError):
    """A checkpoint that cannot be used or written. The text is one line for the user."""


class Writer:
    """Writes a checkpoint to a file; `writer_to` makes one."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.body = hashlib.sha256()

    def header(self, header: Header) -> None:
        """Write the header; before anything else."""
        text = json.dumps(dataclasses.asdict(header)).encode()
        head = MAGIC + VERSION.to_bytes(4, "little") + len(text).to_bytes(8, "little") + text
        self.file.write(head + hashlib.sha256(head).digest())

    def part(self, content: bytes | memoryview) -> None:
        """Write the next part of the body."""
        self.body.update(content)
        self.file.write(content)

    def finish(self) -> None:
        """Write what the reader needs to see that nothing is missing; after everything else."""
        self.file.write(self.body.digest())


@contextmanager
def writer_to(path: Path) -> Iterator[Writer]:
    """What writes a checkpoint beside the file that it shall replace. The file is replaced if the context ends well."""
    with writing.replacing(path) as file:
        writer = Writer(file)
        yield writer
        writer.finish()


def check_place(path: Path) -> None:
    """CheckpointError if no checkpoint can be written there, or something else is there already."""
    try:
        if path.exists():
            if not path.is_file():
                raise CheckpointError(f"{path} is there already and is not a plain file; name another file")
            with path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    raise CheckpointError(f"{path} is there already and is not a checkpoint; name another file")
        writing.check_writable(path)
    except OSError as error:
        raise CheckpointError(f"{path}: no checkpoint can be written there: {error.strerror}") from None
    except ValueError as error:
        raise CheckpointError(f"{path}: no checkpoint can be written there: {error}") from None


class Reader:
    """Reads a checkpoint. A context. CheckpointError where the file is damaged or is none; what was read of the body may be used
    only after `finish`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Reader:
        try:
            # A pipe that nobody writes to would keep us waiting.
            self.file: BinaryIO = open(os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb")
        except OSError as error:
            raise CheckpointError(f"{self.path}: the checkpoint cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(os.fstat(self.file.fileno()).st_mode):
            self.file.close()
            raise CheckpointError(f"{self.path} is not a plain file, and so no checkpoint; name another file")
        self.body = hashlib.sha256()
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def header(self) -> Header:
        """The header; to be read first."""
        head = self._take(len(MAGIC), "is not a checkpoint")
        if head != MAGIC:
            raise CheckpointError(f"{self.path} is not a checkpoint")
        head += self._take(12)
        version, length = int.from_bytes(head[-12:-8], "little"), int.from_bytes(head[-8:], "little")
        if version != VERSION:
            raise CheckpointError(f"{self.path} is a checkpoint in version {version} of the format, not {VERSION}")
        if length > LONGEST_HEADER:
            raise self._damaged()
        head += self._take(length)
        if self._take(DIGEST) != hashlib.sha256(head).digest():
            raise self._damaged()
        try:
            return header_from_json(json.loads(head[len(MAGIC) + 12 :]))
        except (ValueError, RecursionError):
            raise self.forged("its header is not JSON") from None
        except Wrong as wrong:
            raise self.forged(str(wrong)) from None

    def body_size(self) -> int:
        """Bytes of the body; after the header."""
        return max(0, os.fstat(self.file.fileno()).st_size - self.file.tell() - DIGEST)

    def part(self, content: memoryview) -> None:
        """Fill in the next part of the body."""
        left = content
        while left:
            try:
                count = self.file.readinto(left)  # type: ignore[attr-defined]
            except OSError as error:
                raise CheckpointError(f"{self.path}: the checkpoint cannot be read: {error.strerror}") from None
            if not count:
                raise self._truncated()
            left = left[count:]
        self.body.update(content)

    def finish(self) -> None:
        """Make sure that all that was read is what was written."""
        if self._take(DIGEST) != self.body.digest() or self.file.read(1):
            raise self._damaged()

    def _take(self, length: int, otherwise: str = "is truncated") -> bytes:
        try:
            found = self.file.read(length)
        except OSError as error:
            raise CheckpointError(f"{self.path}: the checkpoint cannot be read: {error.strerror}") from None
        if len(found) < length:
            raise self._truncated(otherwise)
        return found

    def _truncated(self, what: str = "is truncated") -> CheckpointError:
        again = "; start over without --resume" if what == "is truncated" else ""
        return CheckpointError(f"{self.path} {what}{again}")

    def forged(self, wrong: str) -> CheckpointError:
        """What to raise where the content is none that a search writes."""
        return CheckpointError(f"{self.path} was not written by a search of this program: {wrong}; start over without --resume")

    def _damaged(self) -> CheckpointError:
        return CheckpointError(f"{self.path} is damaged: its content is not what was written; start over without --resume")


def key_of(parts: Iterable[str]) -> str:
    """The key of a search that is decided by these texts."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()
