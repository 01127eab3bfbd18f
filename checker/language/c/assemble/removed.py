# SPDX-License-Identifier: GPL-2.0-only
"""Accounts for every line that a patch removes: it is gone from text that is translated, or said nothing to the model. What a
patch takes out of the kernel's own functions would go unnoticed else."""

from __future__ import annotations

from checker.language.c import syntax
from checker.language.c.assemble.accounting import SAY_NOTHING
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.binding.manifest import Manifest
from checker.language.c.parse import is_c, parse_chunk, scan_file
from checker.language.c.patch.text import PatchError
from checker.language.c.source import CSource, Fragment, PatchedFile, RemovedLine, SourceLine
from checker.language.c.translate.functions import Functions
from checker.language.errors import ModelError


def account_for_removed(source: CSource, definitions: Definitions, functions: Functions, manifest: Manifest) -> None:
    """PatchError for the first removed line of C that is part of a function which is not translated."""
    for file in source.files:
        if is_c(file.path):
            translated = _translated_lines(definitions, file.path, {*functions.translated, *manifest.ignore})
            for line in file.removed:
                if line.mail_line not in translated and not _says_nothing(line, file.path, definitions):
                    raise PatchError(
                        source.name,
                        line.mail_line,
                        f"this line is removed from a function of {file.path} that is not translated, so that the model would "
                        "not notice; name the function in the manifest, [ignore] lines, if that is right",
                    )


def _translated_lines(definitions: Definitions, path: str, names: set[str]) -> set[int]:
    """The lines of the mail from the first to the last one of each function that is translated."""
    found: set[int] = set()
    for file in definitions.files:
        for chunk in file.chunks if file.path == path else ():
            lines = [token.line.mail_line for token in chunk.tokens if token.line.mail_line is not None]
            if chunk.name in names and lines:
                found |= set(range(min(lines), max(lines) + 1))
    return found


def _says_nothing(line: RemovedLine, path: str, definitions: Definitions) -> bool:
    """Whether a line by itself is blank, a comment, a directive, or a declaration at file scope."""
    text = line.text.strip()
    if not text or text.startswith(("#", "//", "/*", "*")):
        return True
    if line.text[:1] in (" ", "\t"):
        return False
    fragment = Fragment(path, "", (SourceLine(line.text, line.number, line.mail_line, False),))
    try:
        scanned = scan_file(PatchedFile(path, (fragment,), True), definitions.manifest.config)
    except ModelError:
        return False
    nodes = [node for chunk in scanned.chunks for node in parse_chunk(chunk, definitions.others)]
    return all(map(_declares_only, nodes))


def _declares_only(node: syntax.TopLevel) -> bool:
    """Whether it is a declaration, and cannot be a statement of a function whose leading blanks a damaged mail has lost."""
    match node:
        case syntax.FunctionDeclaration() | syntax.Typedef() | syntax.EnumDefinition():
            return True
        case syntax.VariableDefinition(initialiser=initialiser):
            return initialiser is None
        case syntax.MacroDefinitionCall(name=name):
            return name in SAY_NOTHING
    return False
