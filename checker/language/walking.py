# SPDX-License-Identifier: GPL-2.0-only
"""Going through a syntax tree."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, get_args, get_type_hints

from checker.language import tree

_LEAVES = {str, int, bool, type(None), tree.Position, tree.Variable, *get_args(tree.Type)}
"""What is part of the tree and has no parts that anyone looks for."""


def walk(statements: Iterable[tree.Statement]) -> Iterator[tree.Statement]:
    """All statements, those inside others too."""
    for statement in statements:
        yield statement
        for name in ("then", "otherwise", "body"):
            yield from walk(getattr(statement, name, ()))


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    """The fields of that kind of node that hold more than leaves. To ask the dataclass at each node takes longer than all else
    that loading a model does."""
    if kind in _LEAVES or not dataclasses.is_dataclass(kind):
        return ()
    hints = get_type_hints(kind)
    return tuple(f.name for f in dataclasses.fields(kind) if not {*(get_args(hints[f.name]) or (hints[f.name],))} <= _LEAVES)


def parts(value: object) -> Sequence[object]:
    """What a part of the tree consists of, in the order of the source. Most of what is a leaf is left out."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, dict):
        return tuple(value.values())
    kind: Any = type(value)  # mypy does not take a class for something that can be hashed
    return [getattr(value, name) for name in _fields(kind)]


def nodes(value: object) -> Iterator[object]:
    """A part of the tree and all parts of it, each before its own; with most leaves left out."""
    pending: list[Any] = [value]
    while pending:
        part = pending.pop()
        yield part
        kind: Any = type(part)
        if kind is tuple:  # what parts() does, in the loop: models are gone through many times as they are loaded
            pending += part[::-1]
        elif names := _fields(kind):
            pending += [getattr(part, name) for name in names[::-1]]
        elif kind is dict:
            pending += reversed(part.values())


def called_functions(value: object) -> Iterator[str]:
    """The names of what a part of the tree calls, functions and routines."""
    return (node.callee for node in nodes(value) if isinstance(node, tree.Call))


def rebuilt(value: Any, change: Callable[[Any], Any]) -> Any:
    """A part of the tree with each of its own parts as `change` makes it; the same object where it changes none."""
    if isinstance(value, tuple):
        items = tuple(map(change, value))
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict):
        return {key: change(item) for key, item in value.items()}
    changes = {}
    kind: Any = type(value)
    for name in _fields(kind):
        old = getattr(value, name)
        new = change(old)
        if new is not old:
            changes[name] = new
    return dataclasses.replace(value, **changes) if changes else value
