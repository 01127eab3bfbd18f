# SPDX-License-Identifier: GPL-2.0-only
"""What numbers and character constants stand for (C11 6.4.4)."""

from __future__ import annotations

import re

from checker.language.c.lexical.tokens import Token
from checker.language.c.syntax import Character, FloatNumber, Number

INTEGER = re.compile(
    r"(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|(?P<octal>0[0-7]*)|(?P<decimal>[1-9][0-9]*))(?P<suffix>[uUlL]*)"
)
SUFFIX = re.compile(r"(?:(?P<u>[uU])?(?P<l>l{1,2}|L{1,2})?|(?P<l2>l{1,2}|L{1,2})(?P<u2>[uU]))")
FLOAT = re.compile(
    r"(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?[fFlL]?|0[xX][0-9a-fA-F.]+[pP][+-]?[0-9]+[fFlL]?"
)
SIMPLE_ESCAPES = {
    "n": 10,
    "t": 9,
    "r": 13,
    "0": 0,
    "a": 7,
    "b": 8,
    "f": 12,
    "v": 11,
    "e": 27,
    "\\": 92,
    "'": 39,
    '"': 34,
    "?": 63,
}


def number(token: Token) -> Number | FloatNumber:
    """The value of a pp-number. Raises ModelError if it is no number, or none that fits 64 bits."""
    text = token.text
    match = INTEGER.fullmatch(text)
    suffix = match and SUFFIX.fullmatch(match["suffix"])
    if match is None or suffix is None:
        if FLOAT.fullmatch(text):
            return FloatNumber(token.position, text)
        raise token.error(f"{token.shown} is no number")
    if len(text) > 80:
        raise token.error("the number does not fit 64 bits")
    if match["hex"]:
        value = int(match["hex"], 16)
    elif match["binary"]:
        value = int(match["binary"], 2)
    elif match["octal"]:
        value = int(match["octal"], 8)
    else:
        value = int(match["decimal"])
    if value >= 1 << 64:
        raise token.error("the number does not fit 64 bits")
    unsigned = bool(suffix["u"] or suffix["u2"])
    longs = len(suffix["l"] or suffix["l2"] or "")
    return Number(token.position, value, unsigned, longs, match["decimal"] is not None, token.configured)


def character(token: Token) -> Character:
    """The value of a character constant: one character of ASCII, or an escape; char is signed, as on x86 and in the kernel's
    build before 6.2 (-fsigned-char), so that what is not ASCII is refused."""
    text = token.text[1:-1]
    value: int | None = None
    if len(text) == 1 and text.isascii():
        value = ord(text)
    elif len(text) == 2 and text[0] == "\\" and text[1] in SIMPLE_ESCAPES:
        value = SIMPLE_ESCAPES[text[1]]
    elif match := re.fullmatch(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))", text):
        value = int(match[1], 16) if match[1] else int(match[2], 8)
    if value is None or value > 127:
        raise token.error(f"{token.shown} is no character constant that is supported: it must be one of ASCII")
    return Character(token.position, value)
