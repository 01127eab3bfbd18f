# SPDX-License-Identifier: GPL-2.0-only
"""The block of a cause, on any width."""

from __future__ import annotations

import re

import pytest

from checker.report.text.cause_text import MOST, cause_text, steps_shown
from checker.report.text.screen import Screen
from checker.report.text.single_cause import single_cause
from checker.result.review import Cause
from checker.result.verdict import Configuration, Subject
from tests.report.samples import SAMPLES, multi_page

AGAIN = "stackproof show out/single-hole.json"


def cause(name: str) -> Cause:
    return single_cause(Subject("models/rfc_v1.py", Configuration((), ()), {}), SAMPLES[name]())


@pytest.mark.parametrize("width", [20, 40, 60, 80, 110])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_word_is_lost_and_no_line_too_long(name: str, width: int) -> None:
    whole = cause_text(cause(name), Screen(), MOST, AGAIN, 1)
    text = cause_text(cause(name), Screen(width), MOST, AGAIN, 1)
    assert re.sub(r"[\s:;]", "", text) == re.sub(r"[\s:;]", "", whole)
    long = [line for line in text.splitlines() if len(line) > width and line.strip() != AGAIN]
    assert not long


def test_in_a_pipe_each_message_is_one_line() -> None:
    lines = cause_text(cause("multi_page"), Screen(), MOST, AGAIN, 1).splitlines()
    assert re.fullmatch(r"models/rfc_v1\.py:\d+: error: single-hole: .*", lines[0])
    assert lines[-1] == f"  the whole run, {len(multi_page().steps)} steps: {AGAIN}"


def test_colours_change_no_character() -> None:
    plain, coloured = (cause_text(cause("multi_page"), Screen(80, colour), MOST, AGAIN, 1) for colour in (False, True))
    assert plain != coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_with_many_causes_each_has_fewer_steps() -> None:
    one = cause("multi_page")
    assert steps_shown([one]) == MOST
    assert steps_shown([one] * 60) < MOST
