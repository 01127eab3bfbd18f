# SPDX-License-Identifier: GPL-2.0-only
"""Rounds of loops: each has to take a step, as a step that goes round without one could last forever."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language import build, tree
from checker.language.walking import nodes, walk


def forever(position: tree.Position, body: Sequence[tree.Statement]) -> tree.While:
    """`while (1)`, left by what its body does."""
    return loop(position, build.boolean(position, True), body)


def loop(position: tree.Position, test: tree.Expression, body: Sequence[tree.Statement]) -> tree.While:
    """A loop. Where a round may read and write locals only, it begins with a step that does nothing else."""
    if not _accesses(test) and not _steps(body):
        body = (tree.Atomic(position, "a round of a loop that may touch nothing else", ()), *body)
    return tree.While(position, test, tuple(body))


def _steps(statements: Sequence[tree.Statement]) -> bool:
    """Whether no way through the statements goes round without a step."""
    for statement in statements:
        match statement:
            case tree.Break() | tree.Return() | tree.Halt():
                return True
            case tree.Continue():
                return False
            case tree.If(test=test, then=then, otherwise=otherwise):
                if _accesses(test):
                    return True
                ways = [(_steps(way), way) for way in (then, otherwise)]
                if all(steps for steps, _ in ways):
                    return True
                if any(not steps and any(isinstance(each, tree.Continue) for each in walk(way)) for steps, way in ways):
                    return False
            case tree.While(test=part) | tree.For(binding=part):
                if _accesses(part):
                    return True
            case _ if _accesses(statement):
                return True
    return False


def _accesses(part: object) -> bool:
    """Whether it reads or writes shared state itself, or is a step."""
    return any(
        isinstance(node, (tree.Read, tree.Place, tree.Atomic, tree.Choose, tree.Check, tree.Require)) for node in nodes(part)
    )
