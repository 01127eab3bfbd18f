# SPDX-License-Identifier: GPL-2.0-only
"""Places of C text, as the tree has them."""

from __future__ import annotations

from checker.language import tree
from checker.language.c import syntax
from checker.language.errors import ModelError


def at(node: syntax.Node) -> tree.Position:
    """Where a part of C text stands."""
    return plain(node.position)


def plain(position: tree.Position) -> tree.Position:
    """A position without what only C text has."""
    return tree.Position(position.file, position.line, position.column)


def error(node: syntax.Node, message: str) -> ModelError:
    """What is wrong with a part of C text."""
    return ModelError(at(node), message)
