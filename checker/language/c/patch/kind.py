# SPDX-License-Identifier: GPL-2.0-only
"""What kind of input it is. Content decides, never a file's name."""

from __future__ import annotations

import enum
import re

from checker.language.c.patch.hunks import SAVE_RAW
from checker.language.c.patch.text import MOST_BYTES, MOST_LINES

_LOOKED_AT = 1 << 16
"""How much of a text is looked at, in bytes, to tell C from Python."""
MBOX = re.compile(rb"From \S+ +\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}")
"""The line that begins a mail in an mbox."""
_FIELD = re.compile(rb"([!-9;-~]+):[ \t\r\n]|[ \t]+\S")
_MAIL_FIELDS = frozenset(
    (b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"content-type", b"mime-version", b"received", b"return-path")
)
_DIFF = re.compile(
    rb"^(?:diff --(?:git|cc|combined) |--- [^\n]*\n\+\+\+ |\*\*\* [^\n]*\n--- |@@ -[0-9]+(?:,[0-9]+)? \+[0-9]+(?:,[0-9]+)? @@"
    rb"|Binary files [^\n]* differ\r?$)",
    re.MULTILINE,
)
_PYTHON = re.compile(
    rb"^(?:(?P<certain>from [\w.]+ import |[ \t]*(?:async )?def \w+\(|class \w+(?:\(.*\))?:)"
    rb"|import [\w.]+|[ \t]*(?:if|elif|while|for|with|else|try|finally)\b.*:[ \t\r]*$|@\w|\"\"\")",
    re.MULTILINE,
)
_CERTAIN = 10
"""How many lines that may be Python a line counts for that cannot be C."""
_C = re.compile(rb"^(?:#[ \t]*(?:include|define|undef|if|ifdef|ifndef|else|endif|pragma)\b|/[*/]|.*[;{}][ \t\r]*$)", re.MULTILINE)
_PACKED = {
    b"\x1f\x8b": "compressed by gzip; unpack it with `gunzip`",
    b"\xfd7zXZ": "compressed by xz; unpack it with `unxz`",
    b"(\xb5/\xfd": "compressed by zstd; unpack it with `unzstd`",
    b"BZh": "compressed by bzip2; unpack it with `bunzip2`",
    b"PK\x03\x04": "a zip archive; unpack it",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
}
BOM = b"\xef\xbb\xbf"


class ContentKind(enum.Enum):
    """What an input is: mails (one, or an mbox), a unified diff with or without text around it (a saved archive page too), a
    whole C file, a Python model, nothing at all, or something that is not read."""

    MAIL = "mail"
    PATCH = "patch"
    C = "C file"
    PYTHON = "Python model"
    EMPTY = "empty"
    OTHER = "other"


def content_kind(data: bytes) -> ContentKind:
    """What kind of input it is; takes time linear in its size."""
    data = data.removeprefix(BOM)
    if refusal(data) is not None:
        return ContentKind.EMPTY if not data.strip() else ContentKind.OTHER
    if is_mail(data):
        return ContentKind.MAIL
    if is_page(data):
        return ContentKind.OTHER
    if _DIFF.search(data):
        return ContentKind.PATCH
    start = data[:_LOOKED_AT]
    python = sum(_CERTAIN if match["certain"] else 1 for match in _PYTHON.finditer(start))
    c = sum(1 for _ in _C.finditer(start))
    if python == c:
        return ContentKind.OTHER
    return ContentKind.PYTHON if python > c else ContentKind.C


def refusal(data: bytes) -> str | None:
    """Why such bytes are not read whatever they are, and what to do; None where nothing is wrong."""
    if len(data) > MOST_BYTES:
        return f"this input has more than {MOST_BYTES >> 20} MB; give the patch alone"
    for magic, what in _PACKED.items():
        if data.startswith(magic):
            return f"this input is {what}"
    if b"\0" in data:
        return "this input is binary, as it has a NUL; give a patch, a mail or a C file"
    if not data.strip():
        return "this input is empty; give a patch, a mail or a C file"
    if data.count(b"\n") > MOST_LINES:
        return f"this input has more than {MOST_LINES:,} lines; give the patch alone"
    if b"\r" in data and b"\n" not in data:
        return "lines of this input end in a carriage return only; save it with newlines"
    return None


def is_page(data: bytes) -> bool:
    """Whether an input is HTML. Characters of a diff in it are not what they seem: `->` is written `-&gt;`."""
    return data[:1024].lstrip().lower().startswith((b"<!doctype html", b"<html", b"<?xml"))


def unknown(data: bytes) -> str:
    """What to say of an input that is none of the kinds."""
    if is_page(data):
        return f"this is a page in HTML; {SAVE_RAW}"
    return "this is neither a patch, nor a mail with one, nor a C file; give one of these"


def is_mail(data: bytes) -> bool:
    """Whether an input begins as an mbox or with the header of a mail: nothing but fields up to the first empty line, and two of
    those that every mail has."""
    if data.startswith(b"From ") and MBOX.match(data):
        return True
    known = set()
    position = 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        line = data[position:end].rstrip(b"\r")
        if not line:
            break
        match = _FIELD.match(line + b"\n")
        if match is None:
            return False
        if match[1] and match[1].lower() in _MAIL_FIELDS:
            known.add(match[1].lower())
        position = end + 1
    return len(known) >= 2
