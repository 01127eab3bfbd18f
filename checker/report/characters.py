# SPDX-License-Identifier: GPL-2.0-only
"""Characters of other people's text that are not printed as they are."""

from __future__ import annotations


def escaped(character: str) -> str:
    """The character as an escape such as \\x1b."""
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
