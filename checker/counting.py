# SPDX-License-Identifier: GPL-2.0-only
"""Counts in text."""

from __future__ import annotations


def counted(number: int, what: str, several: str = "") -> str:
    """`1 state`, `2,345 states`. several: what more or fewer than one are called, where that is not `what` with an s."""
    return f"{number:,} {what if number == 1 else several or what + 's'}"
