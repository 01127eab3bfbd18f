# SPDX-License-Identifier: GPL-2.0-only
"""Accounts for every line that a patch adds: it is translated, bound by the manifest, a declaration, a directive, a comment, or
not C; else it is an error. Nothing is left out in silence."""

from __future__ import annotations

from checker.language.c import syntax
from checker.language.c.assemble.bindings import Bound
from checker.language.c.assemble.definitions import Definitions, enumerators_in
from checker.language.c.binding.manifest import Manifest
from checker.language.c.parse import Chunk
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.raising import plain
from checker.language.errors import ModelError

_OF_SYMBOLS = ("EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL", "EXPORT_PER_CPU_SYMBOL")
SAY_NOTHING = (*_OF_SYMBOLS, "MODULE_LICENSE", "MODULE_AUTHOR", "MODULE_DESCRIPTION")
"""Macros at file scope that make no difference to a model."""


def account(definitions: Definitions, functions: Functions, bound: Bound, manifest: Manifest) -> None:
    """ModelError for the first added line that has no meaning."""
    for chunk in definitions.chunks:
        if chunk.added_lines:
            for node in definitions.parsed(chunk):
                account_for(node, chunk, functions, bound, manifest)


def account_for(node: syntax.TopLevel, chunk: Chunk, functions: Functions, bound: Bound, manifest: Manifest) -> None:
    """ModelError for the first added line of one part of the text that has no meaning."""
    match node:
        case syntax.FunctionDeclaration() | syntax.Typedef() | syntax.VariableDefinition() | syntax.EnumDefinition():
            for member, _ in enumerators_in(node):
                if member.name not in manifest.constants and member.name not in manifest.sizes:
                    functions.sizes.enumerator(member.name)
        case syntax.StructDefinition(tag=str(tag)) | syntax.MembersInStruct(tag=tag) if tag in manifest.records:
            return
        case syntax.StructDefinition() if node.position.added:
            return
        case syntax.MacroDefinitionCall(name=name) if name in SAY_NOTHING:
            return
        case syntax.FunctionDefinition(name=name) if name in functions.translated:
            return
        case syntax.FunctionDefinition(name=name):
            if any(part.position.added for part in walk(node)):
                _function(node, functions, bound, manifest)
        case syntax.StatementsInFunction():
            for shown in node.statements:
                _shown(shown, node, bound, manifest)
        case syntax.Unparsed():
            raise ModelError(plain(node.at), f"{node.reason}; this is on an added line, and has to be understood")
        case _:
            line = min(chunk.added_lines)
            raise _error(
                chunk, line, "this is added, and nothing in the model stands for it; bind it in the manifest, or [ignore] it"
            )


def _function(node: syntax.FunctionDefinition, functions: Functions, bound: Bound, manifest: Manifest) -> None:
    """A function with added lines that was not translated: one of the kernel's with statements that are bound, or an error."""
    if node.name in manifest.functions_of_the_kernel:
        for statement in node.body.statements:
            if any(part.position.added for part in walk(statement)):
                _statement(statement, node.name, bound, manifest)
        return
    if node.name in manifest.ignore:
        bound.ignored.append((node.name, plain(node.position)))
        return
    raise ModelError(
        plain(node.position),
        f"`{node.name}` is added, and nothing that the kernel calls reaches it; bind it in the manifest, [[hooks]], or name it "
        "in [ignore] lines",
    )


def _shown(shown: syntax.ShownStatement, piece: syntax.StatementsInFunction, bound: Bound, manifest: Manifest) -> None:
    if shown.added is syntax.Added.NO_LINE:
        return
    if isinstance(shown.statement, syntax.Unparsed):
        raise ModelError(
            plain(shown.statement.at), f"{shown.statement.reason}; this is on an added line, and has to be understood"
        )
    _statement(shown.statement, piece.function or piece.heading, bound, manifest)


def _statement(statement: syntax.Statement, function: str, bound: Bound, manifest: Manifest) -> None:
    """An added statement of one of the kernel's functions."""
    if any(statement is each for each in bound.accounted) or isinstance(statement, syntax.Empty):
        return
    if isinstance(statement, syntax.Compound):
        for inner in statement.statements:
            if any(part.position.added for part in walk(inner)):
                _statement(inner, function, bound, manifest)
        return
    if function in manifest.ignore:
        bound.ignored.append((function, plain(statement.position)))
        return
    raise ModelError(
        plain(statement.position),
        f"this is added to {function}, and no hook stands for it; bind it in the manifest, [[inserted]], [[registered]] or "
        f'[[boot]], or leave it out of the model: [ignore] lines = ["{function}"]',
    )


def _error(chunk: Chunk, line: int, message: str) -> ModelError:
    token = next(token for token in chunk.tokens if token.line.number == line)
    return ModelError(plain(token.position), message)
