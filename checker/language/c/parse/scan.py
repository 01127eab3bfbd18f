# SPDX-License-Identifier: GPL-2.0-only
"""Scans C files: directives are carried out, macros collected, and the text cut into chunks. Nothing is parsed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique
from pathlib import PurePosixPath

from checker.language.c.lexical.configuration import Configuration
from checker.language.c.lexical.macros import Entry, Macros
from checker.language.c.lexical.tokens import rows
from checker.language.c.lexical.words import KNOWN_TYPEDEFS
from checker.language.c.parse.chunks import Chunk, Chunker, Context
from checker.language.c.parse.directives import Include, Note, Preprocessor, Text
from checker.language.c.parse.files import name_of_typedef
from checker.language.c.parse.hunks import chunks_of_hunk
from checker.language.c.source import PatchedFile

NOTHING: Mapping[str, Entry] = {}


@unique
class Use(Enum):
    """What became of a line. BLANK: it has white space and comments only. LEFT_OUT: the configuration leaves it out."""

    CHUNK = "part of a chunk"
    DIRECTIVE = "directive"
    BLANK = "blank, or comment"
    LEFT_OUT = "left out by the configuration"


@dataclass(frozen=True)
class ScannedFile:
    """macros: what it defines. chunks: in order of the text. added: what became of each line that the patch adds."""

    path: str
    macros: Macros
    chunks: tuple[Chunk, ...]
    includes: tuple[Include, ...]
    notes: tuple[Note, ...]
    added: Mapping[int, Use]

    @property
    def typedefs(self) -> frozenset[str]:
        """The types that the file declares, for other files that include it."""
        return typedefs_of(self.chunks)


def is_c(path: str) -> bool:
    """Whether a file of a patch is C: others are not scanned."""
    return PurePosixPath(path).suffix in (".c", ".h")


def scan_file(file: PatchedFile, config: Configuration, others: Mapping[str, Entry] = NOTHING) -> ScannedFile:
    """Scans one file.

    config: what is known of CONFIG_ symbols and other macros of the build. others: macros that the file sees of others, which
    only its #if's ask for (macros.all_of). Raises ModelError for a directive that cannot be carried out.
    """
    macros = Macros()
    chunks: list[Chunk] = []
    texts: list[Text] = []
    for fragment in file.fragments:
        partial = not file.whole
        text = Preprocessor(config, macros, others, partial).run(rows(fragment, partial))
        texts.append(text)
        chunks.extend(chunks_of_hunk(fragment, text.stream) if partial else Chunker(False).run(text.stream))
    context = Context(macros, config, KNOWN_TYPEDEFS | typedefs_of(chunks))
    chunks = [replace(chunk, context=context) for chunk in chunks]
    return ScannedFile(
        file.path,
        macros,
        tuple(chunks),
        tuple(include for text in texts for include in text.includes),
        tuple(note for text in texts for note in text.notes),
        uses(file, chunks, texts),
    )


def typedefs_of(chunks: Sequence[Chunk]) -> frozenset[str]:
    names = {name_of_typedef(chunk.tokens) for chunk in chunks if any(token.text == "typedef" for token in chunk.tokens[:2])}
    return frozenset(name for name in names if name is not None)


def uses(file: PatchedFile, chunks: Sequence[Chunk], texts: Sequence[Text]) -> dict[int, Use]:
    """What became of the added lines. What has text of several kinds counts for the first of Use."""
    found = {line.number: Use.BLANK for fragment in file.fragments for line in fragment.lines if line.added}
    lines: list[tuple[Use, set[int]]] = [(Use.LEFT_OUT, text.left_out) for text in texts]
    lines += [(Use.DIRECTIVE, text.directives) for text in texts]
    lines += [(Use.CHUNK, {token.line.number for token in chunk.tokens}) for chunk in chunks]
    for use, numbers in lines:
        for number in numbers:
            if number in found:
                found[number] = use
    return found
