# SPDX-License-Identifier: GPL-2.0-only
"""The part of a document that is generated."""

from __future__ import annotations


def between_markers(document: str, content: str, begin: str, end: str) -> str:
    """The document with this between its markers. ValueError if it has none."""
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the document has no {begin} and {end}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"
