# SPDX-License-Identifier: GPL-2.0-only
"""Mails: their headers, and the lines of text in them with the line of the input that each comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.c.patch.decoding import decoded
from checker.language.c.patch.headers import Header, read_header
from checker.language.c.patch.hunks import SAVE_RAW
from checker.language.c.patch.kind import MBOX, is_mail
from checker.language.c.patch.text import PatchError, Text

LONGEST_HEADER = 1 << 20
"""Bytes of a mail's header."""
MOST_MAILS = 1000
MOST_PARTS = 100
"""The most parts of a mail, and how deep they nest at the most is a tenth of it."""

_TEXTS = ("application/octet-stream", "application/x-patch", "application/x-diff")
"""Content types of attachments that may be text."""
_DIFF = ("diff --git ", "@@ -", " diff --git ", " @@ -")


@dataclass(frozen=True)
class Message:
    """A mail, or a text that stands for one. subject: its text in one line, empty if there is none. texts: its parts that are
    text, in order. line: of the input, from 1, where it begins. obstacle: why a diff in it may be out of sight."""

    subject: str
    texts: tuple[Text, ...]
    line: int
    obstacle: str | None = None


@dataclass(frozen=True)
class _Part:
    """Bytes of the input from `start` up to `end`; `line` is that of the first."""

    data: bytes
    start: int
    end: int
    line: int

    def cut(self, start: int, end: int) -> _Part:
        return _Part(self.data, start, end, self.line + self.data.count(b"\n", self.start, start))

    @property
    def bytes(self) -> bytes:
        return self.data[self.start : self.end]


def read_mails(data: bytes, name: str) -> list[Message]:
    """The mails of an mbox, or the one mail, in the order given. PatchError where one cannot be decoded."""
    if b"\r\n" in data and data.count(b"\r\n") == data.count(b"\n"):
        data = data.replace(b"\r\n", b"\n")
    parts = list(_split(data))
    if len(parts) > MOST_MAILS:
        raise PatchError(name, parts[MOST_MAILS].line, f"an mbox of more than {MOST_MAILS} mails is not read; give one series")
    return [_message(part, name) for part in parts]


def _split(data: bytes) -> Iterator[_Part]:
    """The mails of an mbox, each without its `From ` line."""
    starts = [
        match.start()
        for match in re.finditer(rb"^" + MBOX.pattern + rb"[^\n]*\n", data, re.MULTILINE)
        if match.start() == 0 or (data[match.start() - 2 : match.start()] == b"\n\n" and _begins_mail(data, match.end()))
    ]
    if not starts:
        yield _Part(data, 0, len(data), 1)
        return
    line = position = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        first = data.find(b"\n", start) + 1 or len(data)
        line += data.count(b"\n", position, first)
        position = first
        yield _Part(data, first, end, line + 1)


def _begins_mail(data: bytes, position: int) -> bool:
    """Whether a mail's header begins at a position; fields are looked for in its first kilobytes."""
    start = data[position : position + 4096]
    return is_mail(start if len(start) < 4096 else start[: start.rfind(b"\n") + 1])


def _header(part: _Part, name: str, separate: bool) -> tuple[Header, _Part]:
    """The header of a mail or of a part of one, and what follows it. separate: an empty line must end the header."""
    if part.data.startswith(b"\n", part.start):
        return Header(), part.cut(part.start + 1, part.end)
    end = part.data.find(b"\n\n", part.start, part.end)
    if end < 0 and separate:
        raise PatchError(name, part.line, f"no empty line ends this mail's header: it was cut off; {SAVE_RAW}")
    end = part.end if end < 0 else end
    if end - part.start > LONGEST_HEADER:
        raise PatchError(name, part.line, f"this mail's header has more than {LONGEST_HEADER >> 20} MB; {SAVE_RAW}")
    text = part.data[part.start : end].decode("utf-8", "replace")
    header = read_header(text)
    if header is None:
        raise PatchError(name, part.line, f"the content type of this mail makes no sense; {SAVE_RAW}")
    return header, part.cut(min(end + 2, part.end), part.end)


def _message(part: _Part, name: str) -> Message:
    header, body = _header(part, name, separate=True)
    texts: list[Text] = []
    obstacles: list[str] = []
    _collect(header, body, name, texts, obstacles, MOST_PARTS // 10)
    return Message(header.subject, tuple(texts), part.line, obstacles[0] if obstacles else None)


def _collect(header: Header, body: _Part, name: str, texts: list[Text], obstacles: list[str], depth: int) -> None:
    """Add the texts in a mail or a part of one."""
    if header.kind.startswith("multipart/"):
        if depth == 0:
            raise PatchError(name, body.line, f"parts of this mail nest too deep; {SAVE_RAW}")
        for inner in _parts(header, body, name):
            _collect(*_header(inner, name, separate=False), name, texts, obstacles, depth - 1)
    elif header.kind == "text/html":
        obstacles.append("it is in HTML")
    elif header.kind == "application/pgp-encrypted":
        obstacles.append("it is encrypted")
    elif header.is_text or header.kind in _TEXTS:
        text = decoded(body.bytes, body.line, name, header)
        if text is None:
            obstacles.append("an attachment is not text")
            return
        if header.flowed and any(line.startswith(_DIFF) for line in text.lines):
            raise PatchError(name, body.line, f"the lines of this mail were reflowed (format=flowed); {SAVE_RAW} does")
        texts.append(text)


def _parts(header: Header, body: _Part, name: str) -> Iterator[_Part]:
    """The parts of a multipart: what stands between lines with its boundary."""
    if not header.boundary:
        raise PatchError(
            name, body.line, f"this mail has several parts, but its header does not say what separates them; {SAVE_RAW}"
        )
    mark = re.escape(header.boundary.encode())
    pattern = re.compile(rb"^--" + mark + rb"(--)?[ \t]*(?:\n|\Z)", re.MULTILINE)
    start: int | None = None
    for count, match in enumerate(pattern.finditer(body.data, body.start, body.end)):
        if count > MOST_PARTS:
            raise PatchError(name, body.line, f"this mail has more than {MOST_PARTS} parts; {SAVE_RAW}")
        if start is not None:
            yield body.cut(start, max(start, match.start() - 1))  # the newline before the boundary is part of it
        start = match.end()
        if match[1]:
            return
    raise PatchError(name, body.line, f"the last part of this mail has no end: it was cut off; {SAVE_RAW}")
