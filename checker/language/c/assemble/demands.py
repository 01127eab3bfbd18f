# SPDX-License-Identifier: GPL-2.0-only
"""Demands: statements that a patch adds to the kernel's functions and that ask a hook, such as whether a task may be picked.

The modelled kernel asks these hooks in its own way; the manifest says which statement of C is that. It has to stand there word by
word, as the model knows of no other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from checker.language.c import syntax
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.binding.manifest import Demand, Manifest
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.raising import error
from checker.language.errors import UsageError


def bind_demands(
    definitions: Definitions, manifest: Manifest, implementations: Mapping[str, str]
) -> list[tuple[syntax.Node, Demand]]:
    """Finds the statements that ask hooks. ModelError where one stands elsewhere, or asks a hook
    that nothing implements; UsageError where a hook has an implementation and nothing asks it."""
    asked: list[tuple[syntax.Node, Demand]] = []
    for demand in manifest.demands:
        wanted = _statement(definitions, manifest, demand)
        found = False
        for piece in definitions.pieces:
            for number, shown in enumerate(piece.statements):
                if piece.function != demand.function or shown.added is not syntax.Added.ALL_LINES:
                    continue
                if same(shown.statement, wanted):
                    _check(demand, piece, number, implementations)
                    asked.append((shown.statement, demand))
                    found = True
        if demand.hook in implementations and not found:
            raise UsageError(
                f"the text has {implementations[demand.hook]} for the hook {demand.hook}, and nothing in {demand.function} asks "
                f"it; [[demands]] wants `{demand.statement}` there",
                manifest.path,
            )
    return asked


def _check(demand: Demand, piece: syntax.StatementsInFunction, number: int, implementations: Mapping[str, str]) -> None:
    shown = piece.statements[number]
    where = misplaced(piece, [number], demand.before, demand.after)
    if where is not None:
        raise error(
            shown, f"this does not stand {where} in {demand.function}, where the kernel asks {demand.hook}; move it there"
        )
    if demand.hook not in implementations:
        raise error(shown, f"this asks the hook {demand.hook}, which nothing implements; bind a function, [[hooks]]")


def _statement(definitions: Definitions, manifest: Manifest, demand: Demand) -> syntax.Statement:
    function = definitions.whole_function(f"void demand(void) {{ {demand.statement} }}")
    match function.body.statements:
        case (statement,):
            return statement
    raise UsageError(f"[[demands]] {demand.statement!r} has to be one statement of C", manifest.path)


def misplaced(piece: syntax.StatementsInFunction, numbers: Sequence[int], before: str | None, after: str | None) -> str | None:
    """How statements stand elsewhere than the manifest wants; None if they do not. before, after: a name in the statement behind
    or in front of them."""
    behind = piece.statements[numbers[-1] + 1 :][:1]
    in_front = piece.statements[: numbers[0]][-1:]
    for wanted, found, where in ((before, behind, "before"), (after, in_front, "behind")):
        if wanted is not None and not any(_mentions(shown.statement, wanted) for shown in found):
            return f"{where} `{wanted}`"
    return None


def _mentions(node: syntax.Node, name: str) -> bool:
    return any(isinstance(part, syntax.Name) and part.name == name for part in walk(node))


def spelled(node: syntax.Expression) -> str:
    """A name, or a member of what a name points to, as C writes it; empty for anything else."""
    match node:
        case syntax.Name(name=name):
            return name
        case syntax.Member(base=syntax.Name(name=base), name=name, arrow=True):
            return f"{base}->{name}"
    return ""


def same(one: object, other: object) -> bool:
    """Whether two parts of C text are the same, wherever they stand."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, syntax.Node) and type(one) is type(other):
        names = [each.name for each in dataclasses.fields(one) if not isinstance(getattr(one, each.name), syntax.Position)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return one == other
