# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark of reading C measures a whole file that is understood, of text of our own only."""

from __future__ import annotations

import pytest

from tools.bench.parsing import LINES, PATCH, contenders, measured, parsed, table, text


def test_the_file_is_as_long_as_said_and_all_of_it_is_parsed() -> None:
    data = text()
    assert abs(len(data.splitlines()) - LINES) < LINES / 10
    once = data.count(b"struct llist_head {")
    assert once > 1 and parsed(data) % once == 0
    assert data.count(b"bool llist_add_batch(") == once


def test_its_functions_are_those_that_the_patch_adds() -> None:
    added = {line[1:] for line in PATCH.read_text(encoding="utf-8").splitlines() if line.startswith("+")}
    lines = text().decode().splitlines()
    first = lines.index("struct llist_node *llist_del_first(struct llist_head *head)")
    functions = lines[lines.index("}", first) + 1 : lines.index(lines[0], 1)]
    assert len(functions) > 200 and set(functions) <= added


def test_what_is_not_understood_is_not_measured() -> None:
    with pytest.raises(ValueError, match=r"^repeated\.c:2:"):
        parsed(b"int right;\nint wrong = = 1;\n")


def test_a_ratio_is_taken_within_a_round() -> None:
    shown = table({"first": [10.0, 100.0, 20.0], "second": [20.0, 300.0, 20.0]})
    assert "| first | 20 | 10 | 1.00 |" in shown and "| second | 20 | 20 | 2.00 |" in shown


def test_each_is_measured_once_a_round() -> None:
    calls: list[str] = []
    times = measured({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b", "a", "b", "a", "b"] and [len(found) for found in times.values()] == [2, 2]
    assert [name.split()[0] for name in contenders(b"int x;\n")] == ["read", "read", "parse"]
