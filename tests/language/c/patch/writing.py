# SPDX-License-Identifier: GPL-2.0-only
"""Writes patches and mails for tests, independently of what reads them."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

SIGNATURE = "-- \n2.44.0\n"


def blob_hash(text: str) -> str:
    """git's hash of a file, abbreviated as format-patch does it."""
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()[:12]


def lines_of(text: str) -> list[str]:
    """Lines with their newlines, which only the last one may lack."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def hunks(old: str, new: str, context: int = 3, headings: bool = True) -> str:
    """The hunks between two texts, without file header. headings: behind each @@ stands the last line before the hunk that begins
    at the margin with a letter, as git has it."""
    before = lines_of(old)
    rows = list(difflib.unified_diff(before, lines_of(new), n=context))[2:]
    written = []
    for row in rows:
        if row.startswith("@@"):
            start = int(row.split()[1].split(",")[0][1:])
            above = [line.rstrip("\n") for line in before[: max(start - 1, 0)] if line[:1].isalpha()]
            written.append(row.rstrip("\n") + (f" {above[-1]}" if above and headings else "") + "\n")
        elif row.endswith("\n"):
            written.append(row)
        else:
            written.append(row + "\n\\ No newline at end of file\n")
    return "".join(written)


def file_diff(path: str, old: str | None, new: str | None, context: int = 3, index: bool = True) -> str:
    """The diff of one file as git writes it. old, new: None where the file is not there."""
    before, after = (blob_hash(text) if text is not None else "0" * 12 for text in (old, new))
    rows = [f"diff --git a/{path} b/{path}\n"]
    if old is None:
        rows.append("new file mode 100644\n")
    if new is None:
        rows.append("deleted file mode 100644\n")
    if index:
        rows.append(f"index {before}..{after}{' 100644' if old is not None and new is not None else ''}\n")
    body = hunks(old or "", new or "", context)
    if body:
        rows.append(f"--- {'/dev/null' if old is None else f'a/{path}'}\n+++ {'/dev/null' if new is None else f'b/{path}'}\n")
    return "".join(rows) + body


def diff(old: Mapping[str, str], new: Mapping[str, str], context: int = 3, index: bool = True) -> str:
    """The diff between two trees."""
    paths = sorted(path for path in {*old, *new} if old.get(path) != new.get(path))
    return "".join(file_diff(path, old.get(path), new.get(path), context, index) for path in paths)


def mail(body: str, subject: str = "[PATCH] fork: change", encoding: str = "8bit", html: bool = False) -> bytes:
    """One mail with a text."""
    message = EmailMessage()
    message["From"] = "A Developer <dev@example.org>"
    message["Date"] = "Mon, 11 Mar 2024 12:49:03 -0500"
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash((subject, body)))}@example.org>"
    message.set_content(body, subtype="html" if html else "plain", cte=encoding)
    return message.as_bytes()


def patch_mail(body: str, subject: str = "[PATCH] fork: change", encoding: str = "8bit") -> bytes:
    """A mail as format-patch writes it: message, diff, signature."""
    return mail(
        f"Change it, as it must be.\n\nSigned-off-by: A Developer <dev@example.org>\n---\n\n{body}{SIGNATURE}", subject, encoding
    )


def mbox(mails: Sequence[bytes]) -> bytes:
    """An mbox of mails."""
    start = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
    return b"".join(start + mail.rstrip(b"\n") + b"\n\n" for mail in mails)
