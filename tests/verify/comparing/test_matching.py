# SPDX-License-Identifier: GPL-2.0-only
"""One property, several bugs: which of them is the same in the new version, and which is another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.result.comparison import Change
from checker.result.verdict import Status
from tests.verify.comparing import two_counters
from tests.verify.comparing.versions import compared_texts, told


def test_another_bug_of_the_same_property_in_the_same_routine_is_new(tmp_path: Path) -> None:
    found = compared_texts(tmp_path, two_counters.FIRST_LOSES, two_counters.SECOND_LOSES)
    assert told(found) == [("FIXED", "counted", 11, None), ("NEW", "counted", None, 11)]
    assert found.status is Status.VIOLATED
    new = found.lines[0].first
    line = two_counters.SECOND_LOSES.splitlines().index("    last = second") + 1
    assert f"through what old.py does not have: {tmp_path}/new.py:{line}" in new.reason


def test_a_second_bug_is_new_and_the_first_is_there_still(tmp_path: Path) -> None:
    there = compared_texts(tmp_path, two_counters.FIRST_LOSES, two_counters.BOTH_LOSE)
    assert ("STILL", "counted", 11, None) in told(there) or ("LONGER", "counted", 11, 13) in told(there)
    assert not there.count(Change.FIXED)
    back = compared_texts(tmp_path, two_counters.BOTH_LOSE, two_counters.FIRST_LOSES)
    assert back.status is Status.AS_DEMANDED


@pytest.mark.parametrize("new", ["MOVED", "LAID_OUT", "RENAMED", "CHANGED"])
def test_the_same_bug_in_another_form_is_still_there(new: str, tmp_path: Path) -> None:
    for old, other in (("FIRST_LOSES", new), (new, "FIRST_LOSES")):
        found = compared_texts(tmp_path, getattr(two_counters, old), getattr(two_counters, other))
        assert told(found) == [("STILL", "counted", 11, 11)]
        assert found.status is Status.AS_DEMANDED
        through = found.lines[0].first.through
        assert bool(through) == (new == "CHANGED")
        for before, after in through:
            texts = [getattr(two_counters, name).splitlines() for name in (old, other)]
            assert all("first" in text[place.line - 1] for text, place in zip(texts, (before, after), strict=True))


def test_what_is_mended_is_fixed(tmp_path: Path) -> None:
    found = compared_texts(tmp_path, two_counters.BOTH_LOSE, two_counters.GOOD)
    assert [change for change, *_ in told(found)] == ["FIXED"]
    back = compared_texts(tmp_path, two_counters.GOOD, two_counters.BOTH_LOSE)
    assert [change for change, *_ in told(back)] == ["NEW"]


def test_a_search_that_stopped_fixes_nothing(tmp_path: Path) -> None:
    for states in (1, 2, 5, 10, 20):
        found = compared_texts(tmp_path, two_counters.BOTH_LOSE, two_counters.GOOD, states)
        assert not found.count(Change.FIXED), states
        assert all(line.change in (Change.STILL, Change.UNKNOWN) for line in found.lines)
