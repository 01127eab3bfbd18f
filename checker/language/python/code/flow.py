# SPDX-License-Identifier: GPL-2.0-only
"""Where control goes in a body: whether it comes out at the end, and which names have a value there."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language import tree
from checker.language.flow import ends, is_endless


def falls_out(statements: Sequence[tree.Statement]) -> bool:
    """Whether control may reach the end of a body."""
    if statements and isinstance(last := statements[-1], tree.While):
        return not is_endless(last)
    return not ends(statements, endless_loops=False)


def known_after(
    names_then: dict[str, tree.Expression],
    then: Sequence[tree.Statement],
    names_otherwise: dict[str, tree.Expression],
    otherwise: Sequence[tree.Statement],
) -> dict[str, tree.Expression]:
    """Which names have a value after an `if`: those that have one on each way that comes out of it."""
    if ends(then, endless_loops=False):
        return names_otherwise
    if ends(otherwise, endless_loops=False):
        return names_then
    return {name: value for name, value in names_then.items() if name in names_otherwise}
