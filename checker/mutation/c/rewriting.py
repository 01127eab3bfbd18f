# SPDX-License-Identifier: GPL-2.0-only
"""Copies of syntax trees of C in which one part is another one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeVar

from checker.language.c import syntax

Tree = TypeVar("Tree")


def replaced(whole: Tree, old: syntax.Node, new: syntax.Node) -> Tree:
    """A copy of a tree in which `new` stands where `old` does, the very node and not one that is equal to it."""
    found: Tree = _replaced(whole, old, new)  # type: ignore[assignment]
    return found


def _replaced(whole: object, old: syntax.Node, new: syntax.Node) -> object:
    if whole is old:
        return new
    if isinstance(whole, tuple):
        parts = tuple(_replaced(part, old, new) for part in whole)
        return whole if all(a is b for a, b in zip(parts, whole, strict=True)) else parts
    if isinstance(whole, syntax.Node):
        changes: dict[str, Any] = {name: part for name, (before, part) in _fields(whole, old, new) if part is not before}
        return dataclasses.replace(whole, **changes) if changes else whole
    return whole


def _fields(node: syntax.Node, old: syntax.Node, new: syntax.Node) -> Iterator[tuple[str, tuple[object, object]]]:
    for each in dataclasses.fields(node):
        value = getattr(node, each.name)
        if isinstance(value, (syntax.Node, tuple)):
            yield each.name, (value, _replaced(value, old, new))
