# SPDX-License-Identifier: GPL-2.0-only
"""Stored traces: an exact round trip, and one line for every way in which a file can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.language.errors import IDENTIFIER
from checker.language.schedule import Call
from checker.language.tree import Demanded, Position
from checker.trace.data import Activation, Change, Cycle, InitialChoice, Origin, Place, Stack, Step, Trace, Violation
from checker.trace.store import KINDS, TraceError, dump_trace, load_trace, parse_trace, trace_to_json
from tests.report.samples import SAMPLES, lasso, multi_page

words = st.text(max_size=12)
from_one = st.integers(1, 10**9)
positions = st.builds(Position, words, from_one, from_one)


def several(items: st.SearchStrategy[Any], **options: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=4, **options).map(tuple)


def named(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    return several(st.tuples(words, values), unique_by=lambda pair: pair[0])


maybe = st.none() | words
cells = several(st.tuples(words, words))
calls = several(st.builds(Call, words, positions), min_size=1)
changes = several(st.builds(Change, words, words, words))
ran = several(st.builds(Activation, words, positions, named(words)))
steps = st.builds(Step, maybe, maybe, words, named(words), several(words), calls, positions, cells, changes, maybe, ran)
stacks = st.builds(Stack, words, st.tuples(calls)).map(lambda stack: (stack,)) | st.just(())
identifiers = st.from_regex(IDENTIFIER, fullmatch=True)
violations = st.builds(Violation, identifiers, st.sampled_from(KINDS), positions, named(words), words, cells, stacks)
starts = st.integers(0, 10**9)
in_states = st.sampled_from((Demanded.EVENTUALLY, Demanded.ALWAYS))
answers = starts.flatmap(
    lambda start: st.builds(Cycle, st.just(start), several(words), st.just(Demanded.ANSWERED), st.integers(0, start))
)
cycles = st.none() | st.builds(Cycle, starts, several(words), in_states) | answers
lines = st.integers(1, 10**9 - 1)
spots = st.builds(Place, st.builds(Position, words, lines, lines), words, words, from_one)
origins = st.none() | st.builds(Origin, named(words), several(spots, unique_by=lambda place: place.position))
choices = several(st.builds(InitialChoice, words, positions))
traces = st.builds(
    Trace, words, named(st.integers()), several(words), cells, several(steps), violations, cycles, choices, origins
)


@given(traces)
def test_round_trip(trace: Trace) -> None:
    assert parse_trace(dump_trace(trace)) == trace


@pytest.mark.parametrize("name", SAMPLES)
def test_round_trip_through_a_file(name: str, tmp_path: Path) -> None:
    trace = SAMPLES[name]()
    (tmp_path / "trace.json").write_text(dump_trace(trace), encoding="utf-8")
    assert load_trace(tmp_path / "trace.json") == trace


def test_a_cycle_is_checked_like_the_rest() -> None:
    stored = trace_to_json(lasso())
    assert parse_trace(json.dumps(stored)) == lasso()
    assert "cycle" not in trace_to_json(multi_page())
    for wrong, message in (
        (None, "cycle must be an object"),
        ({"start": 1}, 'cycle lacks the field "fairness"'),
        ({"start": -1, "fairness": []}, "cycle.start must be at least 0"),
        ({"start": "1", "fairness": []}, "cycle.start must be an integer"),
        ({"start": 1, "fairness": [1]}, "cycle.fairness[0] must be a string"),
        ({"start": 1, "fairness": [], "end": 2}, 'cycle has an unknown field "end"'),
        ({"start": 1, "fairness": [], "demanded": "eventually"}, "cycle.demanded must be eventually_always or leads_to"),
        ({"start": 1, "fairness": [], "demanded": 1}, "cycle.demanded must be a string"),
        ({"start": 1, "fairness": [], "demanded": "leads_to"}, "cycle.since must be there for leads_to, and only for it"),
        ({"start": 1, "fairness": [], "since": 0}, "cycle.since must be there for leads_to, and only for it"),
        (
            {"start": 1, "fairness": [], "demanded": "eventually_always", "since": 0},
            "cycle.since must be there for leads_to, and only for it",
        ),
        ({"start": 1, "fairness": [], "demanded": "leads_to", "since": 2}, "cycle.since must be from 0 to 1"),
        ({"start": 1, "fairness": [], "demanded": "leads_to", "since": "0"}, "cycle.since must be an integer"),
    ):
        with pytest.raises(TraceError) as caught:
            parse_trace(json.dumps({**stored, "cycle": wrong}))
        assert caught.value.message.startswith(message)


def test_the_origin_is_checked_like_the_rest() -> None:
    place = Place(Position("a:b.py", 3, 5), "f", "x = 1", 2)
    trace = replace(lasso(), origin=Origin((("a:b.py", "0"),), (place,)))
    stored = trace_to_json(trace)
    assert parse_trace(json.dumps(stored)) == trace
    assert "origin" not in trace_to_json(lasso())
    said = {"scope": "f", "text": "x = 1", "number": 2}
    for wrong, message in (
        (None, "origin must be an object"),
        ({"digests": {}}, 'origin lacks the field "places"'),
        ({"digests": {"a": 1}, "places": {}}, 'origin.digests["a"] must be a string'),
        ({"digests": {}, "places": []}, "origin.places must be an object"),
        ({"digests": {}, "places": {"a:1:2": {}}}, 'origin.places["a:1:2"] lacks the field "scope"'),
        ({"digests": {}, "places": {"a:1": said}}, 'origin.places["a:1"]: its name must be file:line:column'),
        ({"digests": {}, "places": {"a:0:1": said}}, 'origin.places["a:0:1"]: its name must be file:line:column'),
        ({"digests": {}, "places": {"a:1:2": said | {"number": 0}}}, 'origin.places["a:1:2"].number must be at least 1'),
    ):
        with pytest.raises(TraceError) as caught:
            parse_trace(json.dumps({**stored, "origin": wrong}))
        assert caught.value.message.startswith(message)


def test_header() -> None:
    stored = json.loads(dump_trace(multi_page()))
    assert stored["schema"] == "stackproof-trace"
    assert stored["version"] == 1


def test_golden(golden: Callable[[str, str], None]) -> None:
    golden("multi_page.json", dump_trace(multi_page()))


def test_a_name_that_occurs_twice_cannot_be_stored() -> None:
    with pytest.raises(ValueError, match="settings: a name occurs twice"):
        trace_to_json(replace(multi_page(), settings=(("A", 1), ("A", 2))))


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        for name, inner in value.items():
            found += places(inner, (*path, name))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def stored_sample() -> Any:
    trace = multi_page()
    small = (trace.steps[3], trace.steps[7], trace.steps[-4], trace.steps[2])
    assert small[-1].ran[-1].arguments
    return json.loads(dump_trace(replace(trace, steps=small, initial=trace.initial[:2])))


def with_value(path: tuple[str | int, ...], value: object) -> Any:
    whole = stored_sample()
    if not path:
        return value
    inner = whole
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return whole


def error_of(value: object) -> str:
    with pytest.raises(TraceError) as caught:
        parse_trace(json.dumps(value))
    message = caught.value.message
    assert "\n" not in message
    assert len(message) < 200
    return message


@pytest.mark.parametrize("path", places(stored_sample()), ids=lambda path: ".".join(map(str, path)) or "whole")
@pytest.mark.parametrize("value", [1.5, True, ["x", 1.5]], ids=["number", "boolean", "list"])
def test_every_field_is_validated(path: tuple[str | int, ...], value: object) -> None:
    error_of(with_value(path, value))


@pytest.mark.parametrize(
    "path", [path for path in places(stored_sample()) if path and isinstance(path[-1], str)], ids=lambda p: str(p[-1])
)
def test_every_field_is_needed(path: tuple[str | int, ...]) -> None:
    whole = stored_sample()
    inner = whole
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    if (
        (path[-2:-1] and path[-2] in ("settings", "binding", "arguments"))
        or path[-1] == "ran"
        or path[-3:] == ("ran", 0, "arguments")
    ):
        assert isinstance(parse_trace(json.dumps(whole)), Trace)
    else:
        error_of(whole)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), 2, "version 2 of the trace format is not supported, only version 1: record it again"),
        (("version",), "1", '"version" must be a number'),
        (("schema",), "x", 'not a trace: "schema" is not "stackproof-trace"'),
        (("more",), 1, 'the trace has an unknown field "more"'),
        (("steps", 1, "calls"), [], "steps[1].calls must not be empty"),
        (("steps", 3, "ran"), [], "steps[3].ran must not be empty"),
        (("steps", 3, "ran", 0, "arguments", "tsk"), 1, 'steps[3].ran[0].arguments["tsk"] must be a string'),
        (("steps", 0, "name"), None, "steps[0].name must be a string, but is null"),
        (("settings", "CPUS"), 2.5, 'settings["CPUS"] must be an integer or the name of a value, but is 2.5'),
        (("settings", "CPUS"), True, 'settings["CPUS"] must be an integer or the name of a value, but is true'),
        (("violation", "position", "line"), 0, "violation.position.line must be at least 1, but is 0"),
        (
            ("violation", "kind"),
            "x",
            'violation.kind must be one of invariant, check, wild-pointer, out-of-range, deadlock, lasso, model-error, but is "x"',
        ),
        (("model",), {"a": 1}, "model must be a string, but is an object"),
        (("events",), "x" * 900, "events must be a list, but is"),
    ],
)
def test_the_message_names_the_field(path: tuple[str | int, ...], value: object, message: str) -> None:
    assert error_of(with_value(path, value)).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a trace: no valid JSON at line 1, column 1"),
        ("[", "not a trace: no valid JSON"),
        ("[" * 100_000, "not a trace: the JSON is nested too deeply"),
        ("1" * 5000, "not a trace: a number has too many digits"),
        ('{"a": 1, "a": 2}', 'not a trace: the name "a" occurs twice in one object'),
        ("null", 'not a trace: "schema" is not'),
    ],
    ids=["empty", "cut", "deep", "digits", "twice", "null"],
)
def test_what_is_no_trace(text: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        parse_trace(text)
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | words, lambda inner: st.lists(inner) | st.dictionaries(words, inner))
)
def test_any_other_json_is_an_error(value: object) -> None:
    error_of(value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot read the trace: No such file"):
        load_trace(tmp_path / "missing.json")
    with pytest.raises(TraceError, match="cannot read the trace: Is a directory"):
        load_trace(tmp_path)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TraceError, match="the file is not UTF-8 text"):
        load_trace(tmp_path / "bytes.json")
    (tmp_path / "old.json").write_text('{"schema": "stackproof-trace", "version": 7}', encoding="utf-8")
    with pytest.raises(TraceError, match=r"old\.json: error: version 7 of the trace format"):
        load_trace(tmp_path / "old.json")
