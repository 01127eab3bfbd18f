# SPDX-License-Identifier: GPL-2.0-only
"""Text of others in a page: as data that no browser takes for markup or code, and that shows what it holds.

A page holds the text of models, patches and traces, which anybody may have written. It is in the page twice: in the templates,
which escape it, and as JSON in a block of data, from which the script takes it to `textContent`. Characters that would change how
the text around them reads (control characters, those that turn the direction of writing) are shown as escapes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from checker.report.characters import escaped

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_KEPT = "\t"
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """The text with an escape such as \\x1b or \\u202e for each character that is not seen or moves others."""
    if text.isprintable():
        return text
    return "".join(
        escaped(character) if unicodedata.category(character) in _HIDDEN and character not in _KEPT else character
        for character in text
    )


def data_block(value: Json) -> str:
    """The value as JSON for a `<script type="application/json">`, which nothing in it can end."""
    return json.dumps(_visible(value), ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


def _visible(value: Json) -> Json:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: _visible(inside) for key, inside in value.items()}
    if isinstance(value, Sequence):
        return [_visible(inside) for inside in value]
    return value


def hash_source(text: str) -> str:
    """What a Content-Security-Policy has to name so that an inline script or style sheet of this text is used."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
