# SPDX-License-Identifier: GPL-2.0-only
"""What the header of a mail, or of a part of one, says that matters here."""

from __future__ import annotations

import contextlib
import email.errors
import email.parser
from dataclasses import dataclass
from email.header import decode_header, make_header

LONGEST_FIELD = 2000
"""Characters of a subject or of a content type; the standard library takes quadratic time for some."""


@dataclass(frozen=True)
class Header:
    """subject: in one line, empty if there is none. kind: the content type, as `text/plain`. charset: as named, by default utf-8.
    encoding: for transfer, as named. boundary: between the parts of a multipart, None if not given. flowed: lines were
    reflowed."""

    subject: str = ""
    kind: str = "text/plain"
    charset: str = "utf-8"
    encoding: str = "7bit"
    boundary: str | None = None
    flowed: bool = False

    @property
    def is_text(self) -> bool:
        return self.kind.startswith("text/")


def read_header(text: str) -> Header | None:
    """What a header says, of its lines without the empty one below; None where its content type cannot be made sense of."""
    message = email.parser.HeaderParser().parsestr(text + "\n\n")
    content_type = message.get("Content-Type", "")
    if len(content_type) > LONGEST_FIELD:
        return None
    try:
        kind = message.get_content_type()
        charset = message.get_content_charset("utf-8")
        boundary = message.get_boundary()
        flowed = str(message.get_param("format", "")).lower() == "flowed"
    except (ValueError, LookupError, email.errors.MessageError):  # parameters of RFC 2231 that are none
        return None
    encoding = str(message.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    return Header(_subject(message.get("Subject", "")), kind, charset, encoding, boundary, flowed)


def _subject(raw: str) -> str:
    """A subject in one line, with its encoded words undone."""
    text = raw[:LONGEST_FIELD]
    with contextlib.suppress(LookupError, ValueError, email.errors.MessageError):  # else as it stands in the mail
        text = str(make_header(decode_header(text)))
    return " ".join(text.encode("utf-8", "replace").decode().split())
