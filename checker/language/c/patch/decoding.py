# SPDX-License-Identifier: GPL-2.0-only
"""The text of a mail's part: transfer encodings and character sets are undone, and each line keeps its place in the mail."""

from __future__ import annotations

import binascii
import bisect
import codecs
import itertools
import quopri
import re

from checker.language.c.patch.headers import Header
from checker.language.c.patch.hunks import SAVE_RAW
from checker.language.c.patch.text import PatchError, Text, split_lines

_CHARSETS = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|euc_(?:jp|kr)|shift_jis|iso2022_jp")
"""Names, as Python has them, of character sets whose newlines are those of ASCII."""


def decoded(data: bytes, line: int, name: str, header: Header) -> Text | None:
    """The text of a part, which begins at a line of the input called `name`; None where an attachment is not text. PatchError
    where a text cannot be decoded."""
    match header.encoding:
        case "7bit" | "8bit" | "binary" | "":
            raw, numbers = data, None
        case "quoted-printable":
            raw, numbers = _quoted_printable(data, line)
        case "base64":
            raw, numbers = _base64(data, line, name)
        case _:
            raise PatchError(
                name, line, f"this mail is encoded as {header.encoding[:40]!r}, which no mail program does; {SAVE_RAW}"
            )
    if b"\0" in raw:
        if not header.is_text:
            return None
        raise PatchError(name, line, f"this mail is binary, as it has a NUL; {SAVE_RAW}")
    text = _characters(raw, line, name, header)
    if text is None:
        return None
    lines = split_lines(text)
    return Text(name, lines, range(line, line + len(lines)) if numbers is None else numbers[: len(lines)])


def _quoted_printable(data: bytes, line: int) -> tuple[bytes, list[int]]:
    """The bytes, and the line of the input that each of their lines begins in."""
    pieces: list[bytes] = []
    numbers = [line]
    for number, raw in enumerate(data.split(b"\n"), line):
        stripped = raw.rstrip()
        soft = stripped.endswith(b"=")
        piece = quopri.decodestring(stripped[:-1] if soft else stripped)
        numbers += [number] * piece.count(b"\n")
        if not soft:
            piece += b"\n"
            numbers.append(number + 1)
        pieces.append(piece)
    return b"".join(pieces), numbers


def _base64(data: bytes, line: int, name: str) -> tuple[bytes, list[int]]:
    """The bytes, and the line of the input that each of their lines begins in."""
    rows = [row.strip() for row in data.split(b"\n")]
    try:
        raw = binascii.a2b_base64(b"".join(rows), strict_mode=True)
    except binascii.Error as error:
        raise PatchError(name, line, f"this mail is not base64 as its header says ({error}); {SAVE_RAW}") from None
    ends = list(itertools.accumulate(map(len, rows)))
    starts = [0, *(match.end() for match in re.finditer(rb"\n", raw))]
    return raw, [line + bisect.bisect_right(ends, start * 4 // 3) for start in starts]


def _characters(raw: bytes, line: int, name: str, header: Header) -> str | None:
    try:
        codec = codecs.lookup(header.charset).name
    except (LookupError, ValueError):
        codec = "ascii" if raw.isascii() else header.charset  # old git lets anything be said, as charset=y
    if _CHARSETS.fullmatch(codec) is None:
        raise PatchError(name, line, f"the character set {header.charset[:40]!r} is not read; {SAVE_RAW} in UTF-8")
    try:
        return raw.decode("utf-8" if codec == "ascii" else codec)
    except UnicodeDecodeError as error:
        if not header.is_text:
            return None
        at = line + raw.count(b"\n", 0, error.start)
        raise PatchError(name, at, f"this is not text in {header.charset[:40]} as the mail's header says; {SAVE_RAW}") from None
