# SPDX-License-Identifier: GPL-2.0-only
"""Choices of an initial state in what is told of a counterexample, which the replayer confirms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.report.picture.picture import picture
from checker.report.text.trace_text import text_report
from checker.trace.confirmation.replay import replay
from checker.trace.machine import Machine
from checker.trace.state import Kind, Stopped
from checker.trace.store import parse_trace, trace_to_json
from tests.support.judges.confirming import confirm, traced
from tests.support.systems.initial_choices import COUNTER
from tests.support.systems.small_programs import line_of, program_of


def test_the_replayer_makes_no_choice_by_itself() -> None:
    program = program_of(COUNTER)
    for choices, kind in (
        ((), Kind.OPEN_CHOICE),
        ((2,), Kind.OPEN_CHOICE),
        ((2, 1), Kind.NOT_POSSIBLE),
        ((1, 1), Kind.NOT_POSSIBLE),
    ):
        with pytest.raises(Stopped) as stopped:
            Machine(program, choices)
        assert stopped.value.kind is kind
    assert Machine(program, (2, 3)).initial == (2, 3)


def test_a_trace_with_other_choices_is_refused() -> None:
    program = program_of(COUNTER)
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    first, second = trace.choices
    assert replay(program, trace).ok
    for wrong in (
        (),
        (first,),
        (replace(first, value="0"), second),
        (first, replace(second, value="1")),
        (first, second, second),
        (first, replace(second, at=first.at)),
        (first, replace(second, value="many")),
    ):
        assert not replay(program, replace(trace, choices=wrong)).ok, wrong


def test_a_trace_of_a_model_without_choices_is_as_it_was() -> None:
    program = program_of(COUNTER.replace("choose((0, 2))", "2").replace("choose(range(1, 4))", "3"))
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    assert trace.choices == ()
    assert "choices" not in trace_to_json(trace)


def test_the_choices_are_told() -> None:
    program = program_of(COUNTER)
    search = Search(lower(program))
    search.run()
    trace = traced(program, search)
    stored = trace_to_json(trace)
    Draft202012Validator(json.loads((PROJECT / "docs/reference/schema/stackproof-trace.json").read_text())).validate(stored)
    assert parse_trace(json.dumps(stored)) == trace
    text = text_report(trace, sources=program.sources)
    line = line_of(COUNTER, "choose(range")
    assert "    0 | @initial\n" in text
    assert f"  model.py:{line}  limit = choose(range(1, 4))\n      |       choice: 3\n" in text
    assert "The initial state, chosen: 2 (model.py:" in picture(trace)


def test_the_choices_are_told_where_there_is_no_step() -> None:
    program = program_of(COUNTER.replace("n != 3", "limit != 2"))
    search = Search(lower(program))
    search.run()
    text = text_report(traced(program, search), sources=program.sources)
    assert "choice: 2\n" in text


def test_a_model_of_the_kernel_can_choose_too(tmp_path: Path) -> None:
    """In an @initial of its own, after the kernel's."""
    model = tmp_path / "model.py"
    text = (PROJECT / "models/rfc_v1_nr_fixed.py").read_text()
    text = text.replace("import Expected, Recorded, implements", "import Expected, Recorded, choose, every, implements, initial")
    model.write_text(
        text.partition("EXPECTED =")[0]
        + "@initial\ndef marked() -> None:\n    task = choose(t for t in every(Task) if not t.idle)\n"
        + "    task.flags = choose((TaskFlags(0), TaskFlags.PF_DYNAMIC_STACK))\n"
    )
    program = load_program(model, {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}, ["touch"])
    assert [initial.choices for initial in lower(program).initials] == [(1, 0), (1, 1)]
    assert confirm(program).statistics.states > 100
