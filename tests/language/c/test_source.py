# SPDX-License-Identifier: GPL-2.0-only
"""Where a line of C came from, as messages tell it."""

from __future__ import annotations

from checker.language.c.source import SourceLine, origin_text, source_error


def test_an_error_names_the_file_and_the_mail() -> None:
    line = SourceLine("\tpages[i] = page;", 379, 363, True)
    error = source_error("rfc10.mbox", "kernel/fork.c", line, 2, "this store is refused; do without it")
    assert str(error) == "kernel/fork.c:379:2: error: this store is refused; do without it (rfc10.mbox:363)"
    assert error.line == line.text


def test_a_line_that_no_patch_shows_has_no_second_place() -> None:
    line = SourceLine("int x;", 3, None, False)
    assert origin_text("a.c", line) == ""
    assert str(source_error("a.c", "a.c", line, 1, "no")) == "a.c:3:1: error: no"
