# SPDX-License-Identifier: GPL-2.0-only
"""All parts of a part of the syntax tree."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from checker.language import tree


def nodes(value: object) -> Iterator[object]:
    """A part of the tree and all parts of it."""
    yield value
    if isinstance(value, (tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from nodes(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, tree.Position, tree.Variable)):
        for field in dataclasses.fields(value):
            yield from nodes(getattr(value, field.name))


def called_functions(value: object) -> Iterator[str]:
    """The names of what a part of the tree calls, functions and routines."""
    yield from (node.callee for node in nodes(value) if isinstance(node, tree.Call))
