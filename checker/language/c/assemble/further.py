# SPDX-License-Identifier: GPL-2.0-only
"""What else is wrong with a C text, where translating it has found one error: each function that the manifest names, each piece
of the kernel's functions, and each added line is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker.language.c import syntax
from checker.language.c.assemble.accounting import account_for
from checker.language.c.assemble.bindings import Bound, bind_asked, bind_hook, bind_piece, bind_predicates
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.binding.manifest import Manifest
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.raising import plain
from checker.language.errors import ModelError, UsageError


class Errors:
    """Errors that were met, in the order in which they were."""

    def __init__(self) -> None:
        self.found: list[ModelError] = []

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """An error of the text ends the context, and is kept. One that has no place says nothing of a part of it."""
        try:
            yield
        except ModelError as error:
            self.found.append(error)
        except (UsageError, RecursionError):
            return


def further_errors(functions: Functions, definitions: Definitions, manifest: Manifest, errors: Errors) -> Bound:
    """The errors of all functions that hooks are bound to, and of what is added to the kernel's; what is bound without them."""
    bound = Bound()
    for chunk in definitions.chunks:
        if chunk.added_lines:
            with errors.keeping():
                for node in definitions.parsed(chunk):
                    if isinstance(node, syntax.Unparsed):
                        errors.found.append(ModelError(plain(node.at), node.reason))
    for hook in manifest.hooks:
        with errors.keeping():
            bind_hook(functions, definitions, manifest, hook, bound)
    if not errors.found:
        with errors.keeping():
            bind_predicates(functions, definitions, manifest, bound)
            bind_asked(definitions, manifest, bound)
    is_bound = not errors.found
    for piece in definitions.pieces:
        of_piece = Errors()
        with of_piece.keeping():
            bind_piece(functions, definitions, manifest, piece, bound)
        # What a hook in error leaves unbound is in error in the kernel's function too; a function that is called there is not.
        errors.found += [error for error in of_piece.found if is_bound or not _is_inside(piece, error)]
    return bound


def _is_inside(piece: syntax.StatementsInFunction, error: ModelError) -> bool:
    lines = [part.position.line for part in walk(piece)]
    return error.position.file == piece.position.file and min(lines) <= error.position.line <= max(lines)


def unaccounted(functions: Functions, definitions: Definitions, manifest: Manifest, bound: Bound, errors: Errors) -> None:
    """The errors of all added parts of the text that nothing stands for. Only where everything else is right: what is not
    translated for an error is not accounted for either."""
    for chunk in definitions.chunks:
        if chunk.added_lines:
            for node in definitions.parsed(chunk):
                with errors.keeping():
                    account_for(node, chunk, functions, bound, manifest)
