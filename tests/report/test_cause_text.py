# SPDX-License-Identifier: GPL-2.0-only
"""The block of a cause, on any width."""

from __future__ import annotations

import dataclasses
import re

import pytest

from checker.language.tree import Position
from checker.language.values import told_text
from checker.report.text.cause_text import FEWEST, MOST, OTHERS, cause_text, chosen_steps, steps_shown
from checker.report.text.compact_text import compact_text
from checker.report.text.screen import Screen
from checker.report.text.single_cause import single_cause
from checker.report.told import told_trace
from checker.result.review import Cause, Note, Symptom
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
    one = dataclasses.replace(cause("multi_page"), telling=tuple(range(1, FEWEST + 3)))
    assert steps_shown([one], 100) == [FEWEST + 2]
    assert steps_shown([one] * 60, 100) == [FEWEST] * 60


def test_what_is_left_over_goes_to_those_that_have_most_and_no_cause_shows_too_many() -> None:
    few, many = (dataclasses.replace(cause("multi_page"), telling=tuple(range(1, n + 1))) for n in (FEWEST + 1, MOST + 2))
    lines = (FEWEST + OTHERS) * 3 + 2
    assert steps_shown([few, many, few], lines) == [FEWEST + 1, FEWEST + 1, FEWEST]
    assert steps_shown([many, few], 100) == [MOST, FEWEST + 1]


def test_a_cause_says_where_else_it_shows() -> None:
    places = [Configuration((("CPUS", 1),), events, True) for events in (("touch",), ("touch", "irq"), ("touch",))]
    symptoms = [Symptom(name, place, 9, "") for name, place in zip(("a", "b", "b"), places, strict=True)]
    several = dataclasses.replace(cause("multi_page"), symptoms=tuple(symptoms))
    assert "also b; in 2 of 17 configurations (touch | touch,irq); the whole" in cause_text(several, Screen(), MOST, AGAIN, 17)
    sizes = [Configuration((("CPUS", count),), ("touch",), True) for count in (1, 2)]
    by_size = dataclasses.replace(several, symptoms=tuple(Symptom("a", place, 9, "") for place in sizes))
    assert "in 2 of 2 configurations (1 CPU; touch | 2 CPUs; touch);" in cause_text(by_size, Screen(), MOST, AGAIN, 2)


def test_the_last_step_of_the_kernel_is_a_note_where_the_protocol_has_none() -> None:
    bare = cause("multi_page")
    event = next(number for number, step in enumerate(bare.trace.steps, 1) if step.processor is None)
    kernel = Position("spec/kernel/entry/faults.py", 174, 5)
    told = dataclasses.replace(bare, telling=(event,), notes=(Note(kernel, event, "fails here"),))
    assert "\nspec/kernel/entry/faults.py:174: note:" in cause_text(told, Screen(), MOST, AGAIN, 1)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_compact_block_has_each_step_and_no_line_too_long(name: str, width: int) -> None:
    asked = cause(name)
    lines = compact_text(asked, Screen(width), FEWEST, "--events touch").splitlines()
    assert not [line for line in lines if len(line) > width]
    assert not [line for line in lines if not line.strip()]
    for number in chosen_steps(asked, FEWEST):
        assert sum(bool(re.match(rf"  \S+ +{number}  ", line)) for line in lines) == 1
    assert f"{len(asked.trace.steps)} step" in " ".join(line.strip() for line in lines)


def test_a_value_is_told_as_a_kernel_developer_writes_it() -> None:
    assert told_text("None") == "NULL"
    assert told_text("cpu0.on: True -> False") == "cpu0.on: true -> false"
    assert told_text("NoneSuch page0|1 TASK_NEW") == "NoneSuch page0|1 TASK_NEW"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_told_trace_has_no_word_of_python_and_is_told_once(name: str) -> None:
    told = told_trace(SAMPLES[name]())
    assert told_trace(told) == told
    values = [v for pair in told.initial for v in pair] + [v for s in told.steps for c in s.changes for v in (c.before, c.after)]
    assert not {"None", "True", "False"} & {*values}
