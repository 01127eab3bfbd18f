# SPDX-License-Identifier: GPL-2.0-only
"""Where control goes in a body of the tree: whether it comes out at the end."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language import tree


def ends(statements: Sequence[tree.Statement], endless_loops: bool) -> bool:
    """Whether control never comes out at the end. endless_loops: so it is too where it comes to a loop that nothing leaves."""
    if not statements:
        return False
    match statements[-1]:
        case tree.If(then=then, otherwise=otherwise):
            return ends(then, endless_loops) and ends(otherwise, endless_loops)
        case tree.Atomic(body=body):
            return ends(body, endless_loops)
        case tree.While() as loop:
            return endless_loops and is_endless(loop)
        case tree.Return() | tree.Break() | tree.Continue() | tree.Halt():
            return True
    return False


def is_endless(loop: tree.While) -> bool:
    """Whether nothing but the end of the code it is in leaves the loop."""
    return isinstance(loop.test, tree.Constant) and bool(loop.test.value) and not _breaks(loop.body)


def _breaks(statements: Sequence[tree.Statement]) -> bool:
    """Whether a break of the loop around the statements is among them."""
    for statement in statements:
        match statement:
            case tree.Break():
                return True
            case tree.If(then=then, otherwise=otherwise) if _breaks(then) or _breaks(otherwise):
                return True
            case tree.Atomic(body=body) if _breaks(body):
                return True
    return False
