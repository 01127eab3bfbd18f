# SPDX-License-Identifier: GPL-2.0-only
"""What a text does at boot: the statements that it adds to a function that runs there, as a hook (event boot)."""

from __future__ import annotations

from checker.language.c import syntax
from checker.language.c.assemble.bindings import Bound
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.binding.manifest import Boot, Manifest
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.hooks import implementation
from checker.language.c.translate.raising import error

EVENT = "BOOT"


def bind_boot(functions: Functions, definitions: Definitions, manifest: Manifest, bound: Bound) -> None:
    """With the event boot, what the text adds to a function of [[boot]] implements its hook; nothing is assumed then. Without it
    nothing changes. ModelError where it is added in two places."""
    for boot in manifest.boot:
        if functions.kernel.constant(EVENT).value:
            _bind(functions, definitions, manifest, boot, bound)
            bound.boot.clear()


def _bind(functions: Functions, definitions: Definitions, manifest: Manifest, boot: Boot, bound: Bound) -> None:
    pieces = [each for each in definitions.pieces if each.function == boot.function]
    added = [
        [
            shown.statement
            for shown in piece.statements
            if shown.added is not syntax.Added.NO_LINE and isinstance(shown.statement, syntax.Statement)
        ]
        for piece in pieces
    ]
    found = [] if boot.function in manifest.ignore else [statements for statements in added if statements]
    if not found:
        return
    if len(found) > 1:
        raise error(found[1][0], f"statements are added to {boot.function} in two places; put them together")
    statements = found[0]
    first, last = statements[0].position, statements[-1].position
    body = syntax.Compound(first, tuple(statements), last)
    whole = syntax.FunctionDefinition(
        first, f"{boot.function}_at_boot", syntax.BuiltinType(first, (), "void"), (), False, (), body
    )
    bound.add(boot.hook, implementation(functions, boot.hook, whole, [], None))
