# SPDX-License-Identifier: GPL-2.0-only
"""A stored report of `check --format json` -> what was checked. Reading trusts nothing but its claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from checker.language.errors import IDENTIFIER, UsageError
from checker.language.tree import Setting
from checker.result.checked import Checked
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, VerdictKind
from checker.stopping import INTERRUPTED, Stop, Why
from checker.trace.data import Trace
from checker.trace.store import TraceError, trace_from_json

SCHEMA = "stackproof-check"
VERSION = 1
MOST_BYTES = 256 * 2**20
MOST_RUNS = 10_000
COUNTS = ("states", "transitions", "depth", "frontier", "memory_bytes")

Item = TypeVar("Item")


def load_report(path: Path) -> Checked:
    """What a report tells. UsageError where it is none, or contradicts itself."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", path) from None
    except ValueError:
        raise UsageError("no file can have this name", path) from None
    if len(data) > MOST_BYTES:
        raise UsageError(f"a report has at most {MOST_BYTES // 2**20} MiB; compare fewer configurations", path)
    try:
        return _report(json.loads(data.decode("utf-8")))
    except (TraceError, _Wrong) as error:
        raise UsageError(f"not a report of `stackproof check --format json`: {error.args[0]}", path) from None
    except RecursionError:
        raise UsageError("not a report: its JSON is nested too deeply", path) from None
    except ValueError as error:
        raise UsageError(f"not a report: no valid JSON: {_line(error)}", path) from None


class _Wrong(Exception):
    """A field is not what it has to be: one line that names it."""


def _report(value: object) -> Checked:
    whole = _object(value, "the report")
    if whole.get("schema") != SCHEMA:
        raise _Wrong(f'"schema" is not "{SCHEMA}"')
    if type(whole.get("version")) is not int or whole["version"] != VERSION:
        raise _Wrong(f"its version is not {VERSION}; make it again with this stackproof")
    runs = _list(whole, "runs", _run)
    if not 1 <= len(runs) <= MOST_RUNS:
        raise _Wrong(f'"runs" must be 1 to {MOST_RUNS:,}')
    configurations = {(frozenset(run.subject.configuration.settings), run.subject.configuration.events) for run in runs}
    if len(configurations) != len(runs):
        raise _Wrong('"runs" has one configuration twice')
    return Checked(runs)


def _run(value: object) -> Run:
    whole = _object(value, "a run")
    settings = _object(whole.get("configuration"), "configuration")
    events = _list(whole, "events", lambda item: _text(item, "an event"))
    configuration = Configuration(tuple((name, _setting(item, name)) for name, item in settings.items()), events, bool(events))
    verdicts = _list(whole, "properties", lambda item: _verdict(item, configuration))
    if len({verdict.property for verdict in verdicts}) != len(verdicts):
        raise _Wrong('"properties" has one of them twice')
    counts = _object(whole.get("statistics"), "statistics")
    states, transitions, depth, frontier, memory = (_count(counts, name) for name in COUNTS)
    error = whole.get("error")
    stopped = whole.get("stopped")
    run = Run(
        Subject(
            _text(whole.get("model"), "model"),
            configuration,
            {},
            _list(whole, "notes", lambda item: _text(item, "a note")),
        ),
        verdicts,
        Statistics(states, transitions, depth, 0.0, memory, frontier),
        None if stopped is None else _stop(_text(stopped, "stopped")),
        _pairs(whole, "cuts"),
        (),
        None if error is None else _verdict(error, configuration, of_model=True),
        omission=_probability(whole.get("omission_probability")),
        outside=_pairs(whole, "outside"),
    )
    _check_complete(run)
    return run


def _check_complete(run: Run) -> None:
    held = (VerdictKind.BOUNDED, VerdictKind.PROVED)
    if (run.stopped is not None or run.error is not None) and any(verdict.kind in held for verdict in run.verdicts):
        raise _Wrong("a search that did not end has a verdict BOUNDED")


def _verdict(value: object, configuration: Configuration, of_model: bool = False) -> Verdict:
    whole = _object(value, "a verdict")
    name = _text(whole.get("id"), "id")
    if not of_model and IDENTIFIER.fullmatch(name) is None:
        raise _Wrong('"id" must be up to 64 letters, digits and hyphens')
    kinds = {kind.value: kind for kind in VerdictKind}
    kind = kinds.get(_text(whole.get("verdict"), "verdict"))
    if kind is None:
        raise _Wrong(f'"verdict" must be one of {", ".join(kinds)}')
    detail = whole.get("message") if whole.get("bound") is None else whole.get("bound")
    trace = None if whole.get("trace") is None else trace_from_json(whole["trace"])
    if kind is VerdictKind.VIOLATED and trace is None:
        raise _Wrong(f"{name} is VIOLATED without a trace")
    if kind is not VerdictKind.VIOLATED and kind is not VerdictKind.ERROR and trace is not None:
        raise _Wrong(f"{name} is {kind.value} and has a trace")
    if trace is not None:
        _check_trace(trace, name, configuration, kind)
    fairness = _list(whole, "fairness", lambda item: _text(item, "fairness"))
    return Verdict(name, kind, _text(detail, "message"), trace, fairness)


def _check_trace(trace: Trace, name: str, configuration: Configuration, kind: VerdictKind) -> None:
    if kind is VerdictKind.VIOLATED and trace.violation.property != name:
        raise _Wrong(f"the trace of {name} is of another property")
    if dict(trace.settings) != dict(configuration.settings) or set(trace.events) != set(configuration.events):
        raise _Wrong(f"the trace of {name} is of another configuration")


def _stop(text: str) -> Stop:
    return INTERRUPTED if text == str(INTERRUPTED) else Stop(Why.ENGINE, text)


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _Wrong(f"{what} must be an object")
    return value


def _list(whole: Mapping[str, object], name: str, item: Callable[[object], Item]) -> tuple[Item, ...]:
    value = whole.get(name)
    if not isinstance(value, list):
        raise _Wrong(f'"{name}" must be a list')
    return tuple(item(each) for each in value)


def _pairs(whole: Mapping[str, object], name: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, _text(value, name)) for key, value in _object(whole.get(name), name).items())


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"{what} must be a string")
    return value


def _setting(value: object, what: str) -> Setting:
    if type(value) is not int and not isinstance(value, str):
        raise _Wrong(f"{what} must be a number or a name")
    return value


def _count(whole: Mapping[str, object], name: str) -> int:
    value = whole.get(name)
    if type(value) is not int or value < 0:
        raise _Wrong(f'"{name}" must be a number from 0')
    return value


def _probability(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _Wrong('"omission_probability" must be from 0 to 1')
    return float(value)


def _line(error: ValueError) -> str:
    return " ".join(str(error).split())[:100]
