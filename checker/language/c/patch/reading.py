# SPDX-License-Identifier: GPL-2.0-only
"""Reads what was handed over: the entry of this room."""

from __future__ import annotations

from checker.language.c.patch.base import Base, base_files
from checker.language.c.patch.kind import BOM, ContentKind, content_kind, refusal, unknown
from checker.language.c.patch.known import KnownLine, whole_file
from checker.language.c.patch.mail import Message, read_mails
from checker.language.c.patch.series import pages, read_series
from checker.language.c.patch.text import PatchError, Text, split_lines
from checker.language.c.patch.tree import Tree
from checker.language.c.source import CSource

__all__ = ["Base", "ContentKind", "PatchError", "content_kind", "read_c_source"]


def read_c_source(data: bytes, name: str, base: Base | None = None) -> CSource:
    """The C source that an input gives: a mail, an mbox with a series, a unified diff, or a C file.

    data: the bytes of the file, or of standard input. name: as the user gave it, for messages. base: the source that the patch
    was made for; without it only what hunks show is known. Takes time linear in the size. PatchError (`name:line: error: what,
    and what to do`), or another UsageError, for what cannot be read, does not fit together, or could be read in two ways.
    """
    kind = content_kind(data)
    why = refusal(data.removeprefix(BOM))
    if why is not None:
        raise PatchError(name, None, why)
    match kind:
        case ContentKind.C:
            if base is not None:
                raise PatchError(name, None, "a base goes with a patch, and this is a whole C file; leave `--base` out")
            lines = [KnownLine(line, None, False) for line in _text(data, name).lines]
            return CSource(name, (whole_file(name, lines).source(),))
        case ContentKind.PYTHON:
            raise PatchError(name, None, "this is a model in Python, not C; give a patch, a mail or a C file")
        case ContentKind.MAIL:
            return _patched(read_mails(data.removeprefix(BOM), name), name, base)
        case ContentKind.PATCH:
            return _patched(pages(_text(data, name)), name, base)
        case _:
            raise PatchError(name, None, unknown(data))


def _text(data: bytes, name: str) -> Text:
    """The lines of an input that is one text."""
    data = data.removeprefix(BOM)
    try:
        lines = split_lines(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PatchError(name, line, "this is not UTF-8; convert it with `iconv`") from None
    return Text(name, lines, range(1, len(lines) + 1))


def _patched(messages: list[Message], name: str, base: Base | None) -> CSource:
    """The source that the patches in messages give."""
    series = read_series(messages, name)
    diffs = [diff for patch in series.patches for diff in patch.diffs.files]
    tree = Tree(name, None if base is None else base_files(base, diffs, name))
    repairs = []
    for patch in series.patches:
        tree.apply(patch.diffs.files)
        repairs += patch.diffs.repairs
    repairs += tree.repairs
    return CSource(
        name,
        tuple(file.source() for file in tree.files.values()),
        tuple(repairs),
        tuple(patch.subject for patch in series.patches),
        (*series.notes, *tree.notes()),
    )
