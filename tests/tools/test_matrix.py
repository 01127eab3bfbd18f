# SPDX-License-Identifier: GPL-2.0-only
"""What docs/results/hardened.md says of single events and pairs is what was searched, and is so still."""

from __future__ import annotations

import pytest

from tests.support.recorded import expectations
from tests.support.sampling import always
from tools.matrix import DOCUMENT, NEWER, SIZES, SIZES_OF_NEWER, UNSEARCHED, event_sets, load_rows, search, short, wanted, written

ROWS = [row for row in load_rows().values() if row.unknown is None]
SMALL = sorted((row for row in ROWS if row.on_runs and row.states < 3_000), key=lambda row: (row.states, row.events))
MIDDLE = sorted((row for row in ROWS if 3_000 <= row.states < 500_000), key=lambda row: (row.states, row.events))


def name_of(row: object) -> str:
    return f"{row.sizes}-{','.join(row.events)}"  # type: ignore[attr-defined]


def test_the_document_has_the_tables_of_the_record() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert written(document) == document


def test_the_record_is_of_single_events_and_pairs_and_nothing_is_violated() -> None:
    assert len(event_sets(SIZES[0])) == 15 + 105
    assert len(event_sets(SIZES_OF_NEWER[0])) == 4 + 4 * 15 + 6
    searches = set(wanted())
    assert len(searches) == len(wanted())
    recorded = {event for entry in expectations("hardened") for event in entry.events or ()}
    assert {*NEWER, *UNSEARCHED} <= recorded
    for row in load_rows().values():
        assert (row.events, row.sizes) in searches
        assert row.violated == ()


@pytest.mark.parametrize("row", always(SMALL[::6], lambda row: row in SMALL[:7]), ids=name_of)
def test_small_ones_are_as_recorded(row: object) -> None:
    assert search(row.sizes, row.events, ["--threads", "1"]) == row  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("row", MIDDLE[::8], ids=name_of)
def test_larger_ones_are_as_recorded(row: object) -> None:
    assert search(row.sizes, row.events, ["--threads", "2"]) == row  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("states", "text"), [(740, "740"), (2_097, "2.1k"), (16_000, "16k"), (8_826_521, "8.8M"), (89_777_145, "90M")]
)
def test_numbers_are_short(states: int, text: str) -> None:
    assert short(states) == text
