# SPDX-License-Identifier: GPL-2.0-only
"""Where control goes in a body: whether it comes out at the end, and which names have a value there."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language import tree


def falls_out(statements: Sequence[tree.Statement]) -> bool:
    """Whether control may reach the end of a body."""
    if statements and isinstance(last := statements[-1], tree.While):
        return not (isinstance(last.test, tree.Constant) and last.test.value and not _breaks(last.body))
    return not _ends(statements)


def known_after(
    names_then: dict[str, tree.Expression],
    then: Sequence[tree.Statement],
    names_otherwise: dict[str, tree.Expression],
    otherwise: Sequence[tree.Statement],
) -> dict[str, tree.Expression]:
    """Which names have a value after an `if`: those that have one on each way that comes out of it."""
    if _ends(then):
        return names_otherwise
    if _ends(otherwise):
        return names_then
    return {name: value for name, value in names_then.items() if name in names_otherwise}


def _ends(statements: Sequence[tree.Statement]) -> bool:
    """Whether control never comes out at the end."""
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, tree.If):
        return _ends(last.then) and _ends(last.otherwise)
    if isinstance(last, tree.Atomic):
        return _ends(last.body)
    return isinstance(last, (tree.Return, tree.Break, tree.Continue, tree.Halt))


def _breaks(statements: Sequence[tree.Statement]) -> bool:
    for statement in statements:
        match statement:
            case tree.Break():
                return True
            case tree.If(then=then, otherwise=otherwise) if _breaks(then) or _breaks(otherwise):
                return True
            case tree.Atomic(body=body) if _breaks(body):
                return True
    return False
