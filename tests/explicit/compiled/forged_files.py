# SPDX-License-Identifier: GPL-2.0-only
"""Checkpoints that no search has written, with digests that are right: by the names of what is forged, and at random.

As a command (`python forged_files.py FOLDER SEED COUNT`) it resumes so many random forgeries in this process, which the test runs under
AddressSanitizer.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.explicit.compiled.checkpoint import DIGEST, MAGIC, CheckpointError

LISTS = 4


@dataclass
class Parts:
    """A checkpoint taken apart. lists: pairs of rows. states: the words of each row; sources: the row that led to each."""

    version: bytes
    header: dict[str, Any]
    lists: list[list[list[int]]]
    marks: bytearray
    states: list[list[int]]
    sources: list[int]
    rest: bytes = b""

    @staticmethod
    def of(content: bytes, block: int) -> Parts:
        at = len(MAGIC) + 12
        length = int.from_bytes(content[at - 8 : at], "little")
        header = json.loads(content[at : at + length])
        body = memoryview(content)[at + length + DIGEST :]
        lists = []
        for count in header["lists"]:
            numbers = struct.unpack(f"<{2 * count}I", body[: 8 * count])
            lists.append([list(numbers[n : n + 2]) for n in range(0, 2 * count, 2)])
            body = body[8 * count :]
        marks = header["raisers"] + header["covers"]
        parts = Parts(content[len(MAGIC) : at - 8], header, lists, bytearray(body[:marks]), [], [])
        body = body[marks:]
        words = header["words"]
        for begin in range(0, header["rows"], block):
            used = min(block, header["rows"] - begin)
            numbers = struct.unpack(f"<{used * words}Q", body[: 8 * used * words])
            parts.states += [list(numbers[n : n + words]) for n in range(0, used * words, words)]
            parts.sources += struct.unpack(f"<{used}I", body[8 * used * words : (8 * words + 4) * used])
            body = body[(8 * words + 4) * used :]
        assert len(body) == DIGEST
        return parts

    def content(self, block: int) -> bytes:
        """The file, with digests that are right."""
        text = json.dumps(self.header).encode()
        head = MAGIC + self.version + len(text).to_bytes(8, "little") + text
        body = b"".join(struct.pack(f"<{2 * len(pairs)}I", *(n for pair in pairs for n in pair)) for pairs in self.lists)
        body += self.marks
        for begin in range(0, len(self.states), block):
            states, sources = self.states[begin : begin + block], self.sources[begin : begin + block]
            body += b"".join(struct.pack(f"<{len(words)}Q", *words) for words in states)
            body += struct.pack(f"<{len(sources)}I", *sources)
        body += self.rest
        return head + hashlib.sha256(head).digest() + body + hashlib.sha256(body).digest()

    def lengths(self) -> None:
        """Make the header say how long the parts are."""
        self.header["lists"] = [len(pairs) for pairs in self.lists]
        self.header["rows"] = len(self.states)


EXTREME = (0, 1, 2, 127, 128, 129, 255, 1023, 1024, 4095, 65535, 2**31 - 1, 2**31, 2**32 - 4097, 2**32 - 2, 2**32 - 1)
HUGE = (*EXTREME, 2**32, 2**40, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30, -1, 0.5, None, "1", True, [], {})


def at_random(parts: Parts, chance: random.Random) -> None:
    """Forge something, and often more."""
    while True:
        chance.choice([_header, _lists, _rows, _rows, _sources, _findings, _marks])(parts, chance)
        if chance.random() < 0.5:
            break
    if chance.random() < 0.8:
        rows, lists = parts.header["rows"], parts.header["lists"]
        parts.lengths()
        if chance.random() < 0.2:
            parts.header["rows"], parts.header["lists"] = rows, lists


def _number(parts: Parts, chance: random.Random) -> int:
    return chance.choice([chance.choice(EXTREME), chance.randrange(len(parts.states) + 3), chance.getrandbits(32)])


def _header(parts: Parts, chance: random.Random) -> None:
    name = chance.choice([name for name in parts.header if name != "key"])
    parts.header[name] = (
        chance.choice(HUGE) if name != "lists" else [chance.choice(HUGE) for _ in range(chance.choice([3, 4, 4, 4, 5]))]
    )


def _lists(parts: Parts, chance: random.Random) -> None:
    pairs = chance.choice(parts.lists)
    how = chance.randrange(4)
    if how == 0 or not pairs:
        begin = _number(parts, chance)
        pairs += [[begin, min(2**32 - 1, begin + chance.choice([0, 1, 2, 300]))]] * chance.choice([1, 1, 2, 10_000])
    elif how == 1:
        del pairs[chance.randrange(len(pairs)) :]
    else:
        chance.choice(pairs)[chance.randrange(2)] = _number(parts, chance)
    if chance.random() < 0.5:
        parts.header["states"] = sum(end - begin for begin, end in parts.lists[0] + parts.lists[1])


def _rows(parts: Parts, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 10, 200])):
        words = chance.choice(parts.states)
        words[chance.randrange(len(words))] ^= chance.choice([1 << chance.randrange(64), chance.getrandbits(64)])


def _sources(parts: Parts, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 10, 200])):
        parts.sources[chance.randrange(len(parts.sources))] = _number(parts, chance)


def _findings(parts: Parts, chance: random.Random) -> None:
    row = chance.randrange(len(parts.states) + 2)
    parts.header["findings"] = [
        [chance.choice([0, 1, 2, 5, 6, 7, 2**31, 2**40]), chance.choice([0, 1, 2, 3, 4]), row, chance.choice([0, 1, 30, 2**31])]
        for _ in range(chance.choice([0, 1, 3]))
    ]


def _marks(parts: Parts, chance: random.Random) -> None:
    parts.marks[chance.randrange(len(parts.marks))] = chance.choice([1, 2, 255])


def resumed(resume: Callable[[bytes], object], content: bytes, block: int, seeds: range) -> tuple[int, int]:
    """Resume these forgeries; how many were refused, and how many not. Anything but a CheckpointError is raised."""
    refused = taken = 0
    for seed in seeds:
        parts = Parts.of(content, block)
        at_random(parts, random.Random(seed))
        try:
            forged = parts.content(block)
        except struct.error:
            continue
        try:
            resume(forged)
            taken += 1
        except CheckpointError:
            refused += 1
        except BaseException:
            print(f"forgery {seed}", file=sys.stderr)
            raise
    return refused, taken


if __name__ == "__main__":
    from tests.explicit.compiled.forged_searches import subjects

    for name, subject, text, block in subjects(Path(sys.argv[1])):
        print(name, *resumed(subject, text, block, range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3]))), flush=True)
