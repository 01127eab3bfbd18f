# SPDX-License-Identifier: GPL-2.0-only
"""Command lines that a reader copies into a shell: whatever a file is called, the shell takes them for what they say, and a
terminal shows all of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "'": "\\'", "\\": "\\\\"}


def command_line(words: Sequence[str]) -> str:
    """The words as one line of a shell."""
    return " ".join(map(word, words))


def word(text: str) -> str:
    """A text as one word of a shell. What cannot be printed is written as an escape, in the quotes that bash, zsh and POSIX of
    2024 have for that: $'a\\nb'."""
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_quoted, text))}'"


def _quoted(character: str) -> str:
    """A character in such quotes. Three digits for each byte of it end by themselves, whatever follows them."""
    if character in _NAMED:
        return _NAMED[character]
    return character if character.isprintable() else "".join(f"\\{byte:03o}" for byte in os.fsencode(character))


def argument(path: Path | str) -> str:
    """A path as a word of a command line that is no option, though its name may begin as one; `-` is standard input."""
    text = str(path)
    return f"./{text}" if text.startswith("-") and text != "-" else text
