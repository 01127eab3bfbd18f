# SPDX-License-Identifier: GPL-2.0-only
"""Counts in text."""

from __future__ import annotations

from checker.counting import counted


def test_one_is_singular_and_all_else_plural() -> None:
    assert [counted(number, "state") for number in (0, 1, 2, 12_345)] == ["0 states", "1 state", "2 states", "12,345 states"]
    assert [counted(number, "search", "searches") for number in (1, 2)] == ["1 search", "2 searches"]
