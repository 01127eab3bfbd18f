# SPDX-License-Identifier: GPL-2.0-only
"""Paths of files in the headers of a diff.

They are other people's: none leaves the tree, and none has a character that no source file's name has.
"""

from __future__ import annotations

import re
from collections.abc import Callable

NOTHING = "/dev/null"
LONGEST = 1000

_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_ESCAPED = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_PREFIX = re.compile(r"[abciow]/")
"""What git puts before a path: a/ and b/, or with diff.mnemonicPrefix those of index, commit, object and work tree."""

Refuse = Callable[[str], Exception]
"""Makes the error with this message."""


def unquoted(text: str, refuse: Refuse) -> str:
    """A path as git writes it: in quotes, with octal escapes, where it has unusual characters."""
    if not text.startswith('"'):
        return text
    if len(text) < 2 or not text.endswith('"'):
        raise refuse("a quote is missing in this path; save the patch again")

    def character(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([_ESCAPED[code] if code in _ESCAPED else int(code, 8) & 0xFF])

    try:
        return _ESCAPE.sub(character, text[1:-1].encode()).decode()
    except UnicodeError:
        raise refuse("this path is not UTF-8; rename the file") from None


def named_path(line: str, refuse: Refuse) -> str:
    """The path of a `---` or `+++` line, without mark and time stamp."""
    return unquoted(line[4:].split("\t")[0].rstrip(), refuse)


def without_prefixes(old: str, new: str, refuse: Refuse) -> tuple[str | None, str | None]:
    """Paths of `---` and `+++` without the folder that diff puts before each, None for /dev/null: of `a/x` and `b/x`, and of
    `linux.orig/x` and `linux/x`, x is left; a pair without prefixes stays."""
    if old == NOTHING and new == NOTHING:
        raise refuse("both files of this header are /dev/null; name the file")
    if NOTHING in (old, new):
        only = _PREFIX.sub("", new if old == NOTHING else old, count=1)
        return (None, checked(only, refuse)) if old == NOTHING else (checked(only, refuse), None)
    if old != new:
        old_first, _, old_rest = old.partition("/")
        new_first, _, new_rest = new.partition("/")
        of_git = _PREFIX.match(old) is not None and _PREFIX.match(new) is not None and old_first != new_first
        if of_git or (old_rest and old_rest == new_rest):
            old, new = old_rest, new_rest
    return checked(old, refuse), checked(new, refuse)


def same_path(pair: str, refuse: Refuse) -> str:
    """The path of `diff --git a/x b/x`, given as `a/x b/x`: a blank in a path leaves no other way to tell where the second
    begins than that both are the same."""
    middle = len(pair) // 2
    if len(pair) % 2 == 0 or pair[middle] != " ":
        raise refuse("this header names two different files and no rename; save the patch again")
    old, new = unquoted(pair[:middle], refuse), unquoted(pair[middle + 1 :], refuse)
    path, other = without_prefixes(old, new, refuse)
    if path is None or path != other:
        raise refuse("this header names two different files and no rename; save the patch again")
    return path


def checked(path: str, refuse: Refuse) -> str:
    """The path, if it stays inside a tree."""
    if not path or len(path) > LONGEST:
        raise refuse(f"a path has 1 to {LONGEST} characters; name the file")
    if not path.isprintable():
        raise refuse("this path has a control character in it; rename the file")
    if path.startswith("/") or any(part in ("", ".", "..") for part in path.split("/")):
        raise refuse(
            f"the path {quoted_path(path)} leaves the tree, or is not in its shortest form; name the file from the tree's top"
        )
    return path


def quoted_path(path: str) -> str:
    """A path that is refused, as the message shows it."""
    return path if len(path) <= 80 else path[:77] + "..."
