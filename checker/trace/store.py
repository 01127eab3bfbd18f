# SPDX-License-Identifier: GPL-2.0-only
"""Traces as JSON: `{"schema": "stackproof-trace", "version": 1, ...}`.

The round trip is exact: what is loaded equals what was saved. Reading trusts nothing. A file that cannot be read, is no
JSON, has another version, or has a field too many, too few or of another type gives a TraceError of one line that names
the field. Whether the steps are possible in the model is for the replayer to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from checker.language.errors import IDENTIFIER, UsageError
from checker.language.schedule import Call
from checker.language.tree import Demanded, Position, Setting
from checker.trace.data import Activation, Change, Cycle, InitialChoice, Origin, Place, Stack, Step, Trace, Violation

SCHEMA = "stackproof-trace"
VERSION = 1
PLACE = re.compile(r"(.*):([1-9][0-9]{0,8}):([1-9][0-9]{0,8})", re.DOTALL)
KINDS = ("invariant", "check", "wild-pointer", "out-of-range", "deadlock", "lasso", "model-error")

Item = TypeVar("Item")
Pairs = tuple[tuple[str, str], ...]


class TraceError(UsageError):
    """A stored trace cannot be used: the message is one line that says where and why."""


# --- writing ---------------------------------------------------------------------------------------------------------


def trace_to_json(trace: Trace) -> dict[str, object]:
    """The trace as an object that `json.dumps` takes: the one JSON form of a trace, in files and in reports."""
    whole: dict[str, object] = {
        "schema": SCHEMA,
        "version": VERSION,
        "model": trace.model,
        "settings": _object("settings", trace.settings),
        "events": list(trace.events),
        "violation": _violation_to_json(trace.violation),
        "initial": _cells_to_json(trace.initial),
    }
    if trace.choices:
        whole["choices"] = [{"value": choice.value, "at": _position_to_json(choice.at)} for choice in trace.choices]
    whole["steps"] = [_step_to_json(step) for step in trace.steps]
    if trace.cycle is not None:
        whole["cycle"] = _cycle_to_json(trace.cycle)
    if trace.origin is not None:
        whole["origin"] = {
            "digests": _object("digests", trace.origin.digests),
            "places": _object("places", tuple((str(place.position), _place_to_json(place)) for place in trace.origin.places)),
        }
    return whole


def dump_trace(trace: Trace) -> str:
    """The text of a trace file."""
    return json.dumps(trace_to_json(trace), indent=1) + "\n"


def _object(what: str, pairs: tuple[tuple[str, Item], ...]) -> dict[str, Item]:
    # A JSON object cannot hold a name twice, and no parameter, argument or binding has the name of another.
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError(f"{what}: a name occurs twice: {pairs}")
    return result


def _position_to_json(position: Position) -> dict[str, object]:
    return {"file": position.file, "line": position.line, "column": position.column}


def _place_to_json(place: Place) -> dict[str, object]:
    whole: dict[str, object] = {"scope": place.scope, "text": place.text, "number": place.number}
    return whole | ({"from": place.came_from} if place.came_from else {})


def _cells_to_json(cells: Pairs) -> list[dict[str, str]]:
    return [{"cell": cell, "value": value} for cell, value in cells]


def _calls_to_json(calls: tuple[Call, ...]) -> list[dict[str, object]]:
    return [{"routine": call.routine, "position": _position_to_json(call.position)} for call in calls]


def _violation_to_json(violation: Violation) -> dict[str, object]:
    whole: dict[str, object] = {
        "property": violation.property,
        "kind": violation.kind,
        "position": _position_to_json(violation.position),
        "binding": _object("binding", violation.binding),
        "message": violation.message,
        "reads": _cells_to_json(violation.reads),
    }
    if violation.stacks:
        whole["stacks"] = [
            {"owner": stack.owner, "frames": [_calls_to_json(frame) for frame in stack.frames]} for stack in violation.stacks
        ]
    return whole


def _step_to_json(step: Step) -> dict[str, object]:
    whole: dict[str, object] = {
        "processor": step.processor,
        "owner": step.owner,
        "name": step.name,
        "arguments": _object("arguments", step.arguments),
        "choices": list(step.choices),
        "calls": _calls_to_json(step.calls),
        "at": _position_to_json(step.at),
        "reads": _cells_to_json(step.reads),
        "changes": [{"cell": change.cell, "before": change.before, "after": change.after} for change in step.changes],
        "column": step.column,
    }
    if step.ran:
        whole["ran"] = [_activation_to_json(activation) for activation in step.ran]
    return whole


def _activation_to_json(activation: Activation) -> dict[str, object]:
    whole: dict[str, object] = {"routine": activation.routine, "position": _position_to_json(activation.position)}
    if activation.arguments:
        whole["arguments"] = _object("arguments", activation.arguments)
    return whole


# --- reading ---------------------------------------------------------------------------------------------------------


def load_trace(path: Path | str) -> Trace:
    """The trace in a file. Anything wrong with the file gives a TraceError that begins with the path."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise TraceError(f"cannot read the trace: {error.strerror or error}", path) from None
    except ValueError:  # not UTF-8, or a path with a NUL in it
        raise TraceError("not a trace: the file is not UTF-8 text", path) from None
    try:
        return parse_trace(text)
    except TraceError as error:
        raise TraceError(error.message, path) from None


def parse_trace(text: str) -> Trace:
    """The trace in the text of a trace file."""
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise TraceError(f"not a trace: no valid JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise TraceError("not a trace: the JSON is nested too deeply") from None
    except ValueError:  # Python refuses to convert numbers of thousands of digits
        raise TraceError("not a trace: a number has too many digits") from None
    return trace_from_json(value)


def trace_from_json(value: object) -> Trace:
    """The trace of which `trace_to_json` made this value."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise TraceError(f'not a trace: "schema" is not "{SCHEMA}"')
    version = value.get("version")
    if type(version) is not int:
        raise TraceError('"version" must be a number')
    if version != VERSION:
        raise TraceError(f"version {version} of the trace format is not supported, only version {VERSION}: record it again")
    fields = ("schema", "version", "model", "settings", "events", "violation", "initial", "steps")
    cycle = _cycle(value["cycle"], "cycle") if "cycle" in value else None
    choices = _list(value["choices"], "choices", _initial_choice) if "choices" in value else ()
    origin = _origin(value["origin"], "origin") if "origin" in value else None
    optional = ("cycle", "choices", "origin")
    whole = _fields({name: item for name, item in value.items() if name not in optional}, "the trace", fields)
    return Trace(
        model=_string(whole["model"], "model"),
        settings=_mapping(whole["settings"], "settings", _setting),
        events=_list(whole["events"], "events", _string),
        initial=_list(whole["initial"], "initial", _cell),
        steps=_list(whole["steps"], "steps", _step),
        violation=_violation(whole["violation"], "violation"),
        cycle=cycle,
        choices=choices,
        origin=origin,
    )


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise TraceError(f"not a trace: the name {_shown(twice)} occurs twice in one object")
    return result


def _shown(value: object) -> str:
    """The start of a value, in one line of plain ASCII."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _wrong(value: object, path: str, wanted: str) -> TraceError:
    found = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else _shown(value)
    return TraceError(f"{path} must be {wanted}, but is {found}")


def _fields(value: object, path: str, names: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _wrong(value, path, "an object")
    for name in names:
        if name not in value:
            raise TraceError(f'{path} lacks the field "{name}"')
    for name in value:
        if name not in names and name not in optional:
            raise TraceError(f"{path} has an unknown field {_shown(name)}")
    return value


def _string(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, path, "a string")
    return value


def _string_or_null(value: object, path: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _wrong(value, path, "a string or null")
    return value


def _integer(value: object, path: str) -> int:
    if type(value) is not int:  # True and False are integers to isinstance
        raise _wrong(value, path, "an integer")
    return value


def _setting(value: object, path: str) -> Setting:
    if type(value) is int or isinstance(value, str):
        return value
    raise _wrong(value, path, "an integer or the name of a value")


def _from_one(value: object, path: str) -> int:
    number = _integer(value, path)
    if number < 1:
        raise _wrong(value, path, "at least 1")
    return number


def _list(value: object, path: str, item: Callable[[object, str], Item]) -> tuple[Item, ...]:
    if not isinstance(value, list):
        raise _wrong(value, path, "a list")
    return tuple(item(element, f"{path}[{index}]") for index, element in enumerate(value))


def _filled(value: object, path: str, item: Callable[[object, str], Item]) -> tuple[Item, ...]:
    found = _list(value, path, item)
    if not found:
        raise TraceError(f"{path} must not be empty")
    return found


def _mapping(value: object, path: str, item: Callable[[object, str], Item]) -> tuple[tuple[str, Item], ...]:
    if not isinstance(value, dict):
        raise _wrong(value, path, "an object")
    return tuple((name, item(element, f"{path}[{_shown(name)}]")) for name, element in value.items())


def _position(value: object, path: str) -> Position:
    fields = _fields(value, path, ("file", "line", "column"))
    return Position(
        _string(fields["file"], f"{path}.file"),
        _from_one(fields["line"], f"{path}.line"),
        _from_one(fields["column"], f"{path}.column"),
    )


def _cell(value: object, path: str) -> tuple[str, str]:
    fields = _fields(value, path, ("cell", "value"))
    return _string(fields["cell"], f"{path}.cell"), _string(fields["value"], f"{path}.value")


def _initial_choice(value: object, path: str) -> InitialChoice:
    fields = _fields(value, path, ("value", "at"))
    return InitialChoice(_string(fields["value"], f"{path}.value"), _position(fields["at"], f"{path}.at"))


def _change(value: object, path: str) -> Change:
    fields = _fields(value, path, ("cell", "before", "after"))
    return Change(
        _string(fields["cell"], f"{path}.cell"),
        _string(fields["before"], f"{path}.before"),
        _string(fields["after"], f"{path}.after"),
    )


def _call(value: object, path: str) -> Call:
    fields = _fields(value, path, ("routine", "position"))
    return Call(_string(fields["routine"], f"{path}.routine"), _position(fields["position"], f"{path}.position"))


def _calls(value: object, path: str) -> tuple[Call, ...]:
    return _filled(value, path, _call)


def _stack(value: object, path: str) -> Stack:
    fields = _fields(value, path, ("owner", "frames"))
    return Stack(_string(fields["owner"], f"{path}.owner"), _list(fields["frames"], f"{path}.frames", _calls))


def _step(value: object, path: str) -> Step:
    names = ("processor", "owner", "name", "arguments", "choices", "calls", "at", "reads", "changes", "column")
    fields = _fields(value, path, names, ("ran",))
    return Step(
        processor=_string_or_null(fields["processor"], f"{path}.processor"),
        owner=_string_or_null(fields["owner"], f"{path}.owner"),
        name=_string(fields["name"], f"{path}.name"),
        arguments=_mapping(fields["arguments"], f"{path}.arguments", _string),
        choices=_list(fields["choices"], f"{path}.choices", _string),
        calls=_calls(fields["calls"], f"{path}.calls"),
        at=_position(fields["at"], f"{path}.at"),
        reads=_list(fields["reads"], f"{path}.reads", _cell),
        changes=_list(fields["changes"], f"{path}.changes", _change),
        column=_string_or_null(fields["column"], f"{path}.column"),
        ran=_filled(fields["ran"], f"{path}.ran", _activation) if "ran" in fields else (),
    )


def _activation(value: object, path: str) -> Activation:
    fields = _fields(value, path, ("routine", "position"), ("arguments",))
    return Activation(
        routine=_string(fields["routine"], f"{path}.routine"),
        position=_position(fields["position"], f"{path}.position"),
        arguments=_mapping(fields["arguments"], f"{path}.arguments", _string) if "arguments" in fields else (),
    )


def _cycle_to_json(cycle: Cycle) -> dict[str, object]:
    found: dict[str, object] = {"start": cycle.start, "fairness": list(cycle.fairness)}
    if cycle.demanded is not Demanded.EVENTUALLY:
        found["demanded"] = cycle.demanded.value
    if cycle.since is not None:
        found["since"] = cycle.since
    return found


def _cycle(value: object, path: str) -> Cycle:
    fields = _fields(value, path, ("start", "fairness"), ("demanded", "since"))
    start = _integer(fields["start"], f"{path}.start")
    if start < 0:
        raise _wrong(start, f"{path}.start", "at least 0")
    demanded, since = Demanded.EVENTUALLY, None
    if "demanded" in fields:
        text = _string(fields["demanded"], f"{path}.demanded")
        if text not in (Demanded.ALWAYS.value, Demanded.ANSWERED.value):
            raise _wrong(text, f"{path}.demanded", f"{Demanded.ALWAYS.value} or {Demanded.ANSWERED.value}")
        demanded = Demanded(text)
    if "since" in fields:
        since = _integer(fields["since"], f"{path}.since")
        if not 0 <= since <= start:
            raise _wrong(since, f"{path}.since", f"from 0 to {start}")
    if (since is not None) is not (demanded is Demanded.ANSWERED):
        raise _wrong(since, f"{path}.since", "there for leads_to, and only for it")
    return Cycle(start, _list(fields["fairness"], f"{path}.fairness", _string), demanded, since)


def _origin(value: object, path: str) -> Origin:
    fields = _fields(value, path, ("digests", "places"))
    places = _mapping(fields["places"], f"{path}.places", lambda item, where: item)
    return Origin(
        _mapping(fields["digests"], f"{path}.digests", _string),
        tuple(_place(at, item, f"{path}.places[{_shown(at)}]") for at, item in places),
    )


def _place(at: str, value: object, path: str) -> Place:
    fields = _fields(value, path, ("scope", "text", "number"), ("from",))
    found = PLACE.fullmatch(at)
    if found is None:
        raise TraceError(f"{path}: its name must be file:line:column")
    return Place(
        position=Position(found[1], int(found[2]), int(found[3])),
        scope=_string(fields["scope"], f"{path}.scope"),
        text=_string(fields["text"], f"{path}.text"),
        number=_from_one(fields["number"], f"{path}.number"),
        came_from=_string(fields.get("from", ""), f"{path}.from"),
    )


def _violation(value: object, path: str) -> Violation:
    names = ("property", "kind", "position", "binding", "message", "reads")
    has_stacks = isinstance(value, dict) and "stacks" in value
    fields = _fields(value, path, (*names, "stacks") if has_stacks else names)
    kind = _string(fields["kind"], f"{path}.kind")
    if kind not in KINDS:
        raise _wrong(kind, f"{path}.kind", f"one of {', '.join(KINDS)}")
    identifier = _string(fields["property"], f"{path}.property")
    if (kind != "model-error" or identifier) and IDENTIFIER.fullmatch(identifier) is None:
        raise _wrong(identifier, f"{path}.property", "up to 64 letters, digits and hyphens")
    return Violation(
        property=identifier,
        kind=kind,
        position=_position(fields["position"], f"{path}.position"),
        binding=_mapping(fields["binding"], f"{path}.binding", _string),
        message=_string(fields["message"], f"{path}.message"),
        reads=_list(fields["reads"], f"{path}.reads", _cell),
        stacks=_list(fields["stacks"], f"{path}.stacks", _stack) if has_stacks else (),
    )
