# SPDX-License-Identifier: GPL-2.0-only
"""What a model writes down beside its code: EXPECTED, the outcome of each configuration; RECORDED, the properties and
assumptions that it is of; ASSUMPTIONS, what its verdicts rest on."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NoReturn

from checker.language import tree
from checker.language.python.source.modules import Module

EXPECTED_FORM = "Expected(settings={...}, events=(...), violated={...}, states=..., transitions=..., depth=...)"
RECORDED_FORM = "Recorded(properties={...}, assumptions={...})"
COUNTS = ("states", "transitions", "depth")


def expectations(main: Module, events: Mapping[str, tree.Event]) -> tuple[tree.Expectation, ...]:
    """The entries of EXPECTED. events: those that the model has."""
    value = _assigned(main, "EXPECTED", "EXPECTED is the record of outcomes; write EXPECTED = (Expected(...),)")
    if value is None:
        return ()
    entries = value.elts if isinstance(value, ast.Tuple) else [value]
    return tuple(_expectation(main, entry, bool(events)) for entry in entries)


def recorded(main: Module) -> tree.Recorded | None:
    """What RECORDED holds; None if the model has none."""
    value = _assigned(main, "RECORDED", f"RECORDED is the record of properties; write RECORDED = {RECORDED_FORM}")
    if value is None:
        return None
    values = _values(main, value, {"properties", "assumptions"}, RECORDED_FORM)
    found = [_texts(values.get(name)) for name in ("properties", "assumptions")]
    if found[0] is None or found[1] is None:
        raise main.error(value, f"write {RECORDED_FORM}, as gate --update does")
    return tree.Recorded(found[0], found[1], main.position(value))


def stated(main: Module) -> tuple[str, ...]:
    """What the model's text says that it assumes."""
    advice = 'ASSUMPTIONS says what the verdicts rest on; write ASSUMPTIONS = ("...",)'
    value = _assigned(main, "ASSUMPTIONS", advice)
    if value is None:
        return ()
    try:
        texts = ast.literal_eval(value)
    except (ValueError, TypeError):
        texts = None
    if not isinstance(texts, tuple) or not all(isinstance(text, str) for text in texts):
        raise main.error(value, advice)
    return texts


def _assigned(main: Module, name: str, advice: str) -> ast.expr | None:
    """What the model assigns to a name; None if it does not. advice: what it says where the name is something else."""
    definition = main.definitions.get(name)
    if definition is None:
        return None
    if not isinstance(definition, ast.Assign):
        raise main.error(definition if isinstance(definition, ast.AST) else ast.Pass(), advice)
    return definition.value


def _expectation(main: Module, node: ast.expr, has_events: bool) -> tree.Expectation:
    known = {"settings", "events", "violated", *COUNTS, "ladder"}
    values = _values(main, node, known, EXPECTED_FORM)
    settings, violated = _settings(values.get("settings")), values.get("violated")
    lengths = None if violated is None else _numbers(violated)
    events, ladder = values.get("events"), values.get("ladder", False)
    counts = _numbers({name: values[name] for name in COUNTS if values.get(name) is not None})
    if settings is None or counts is None or not isinstance(ladder, bool) or not isinstance(events, tuple | None):
        _refuse(main, node, EXPECTED_FORM)
    if (violated is not None and lengths is None) or not all(isinstance(event, str) for event in events or ()):
        _refuse(main, node, EXPECTED_FORM)
    if any(number < 0 for _, number in (*counts, *(lengths or ()))):
        _refuse(main, node, EXPECTED_FORM)
    if events is None and has_events:
        raise main.error(node, 'say which events happen: events=("...",), or events=() for none')
    states, transitions, depth = (dict(counts).get(name) for name in COUNTS)
    return tree.Expectation(settings, events or (), lengths, states, transitions, depth, ladder, main.position(node))


def _values(main: Module, node: ast.expr, known: set[str], form: str) -> dict[str, object]:
    """The constants that an entry gives to its keywords."""
    is_entry = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in main.definitions
    if not isinstance(node, ast.Call) or node.args or not is_entry or not known.issuperset(k.arg for k in node.keywords):
        _refuse(main, node, form)
    try:
        for part in ast.walk(node):
            if isinstance(part, ast.Dict):
                _check_keys(main, part)
        return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
    except (ValueError, TypeError):
        assert isinstance(node.func, ast.Name)
        raise main.error(node, f"the values of {node.func.id} are constants; write {form}") from None


def _check_keys(main: Module, node: ast.Dict) -> None:
    """ModelError where a dictionary has a key twice, of which Python takes the last."""
    seen = set()
    for key in node.keys:
        value = None if key is None else ast.literal_eval(key)
        if value in seen:
            raise main.error(key or node, f"{value!r} stands here twice; leave out one")
        seen.add(value)


def _refuse(main: Module, node: ast.expr, form: str) -> NoReturn:
    raise main.error(node, f"write {form}")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(value: object) -> tuple[tuple[str, int], ...] | None:
    """name -> number; None if it is something else."""
    if not isinstance(value, dict) or not all(isinstance(k, str) and _is_number(v) for k, v in value.items()):
        return None
    return tuple(value.items())


def _settings(value: object) -> tuple[tuple[str, tree.Setting], ...] | None:
    """name -> number or named value; None if it is something else."""
    if not isinstance(value, dict):
        return None
    if not all(isinstance(k, str) and (_is_number(v) or isinstance(v, str)) for k, v in value.items()):
        return None
    return tuple(value.items())


def _texts(value: object) -> tuple[tuple[str, str], ...] | None:
    """name -> text; None if it is something else."""
    if not isinstance(value, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in value.items()):
        return None
    return tuple(value.items())
