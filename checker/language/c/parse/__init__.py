# SPDX-License-Identifier: GPL-2.0-only
"""Reads C text: tokens, directives, macros, and a parser that works where it is asked to.

`scan_file` cuts a file into chunks, and `parse_chunk` parses one of them.
"""

from checker.language.c.lexical.configuration import Configuration, ConfigValue, Tristate, read_configuration
from checker.language.c.lexical.macros import MacroDefinition, Macros, all_of
from checker.language.c.parse.chunks import Chunk, ChunkKind
from checker.language.c.parse.directives import Include, Note
from checker.language.c.parse.pieces import NO_OTHERS, Others, parse_chunk, shown_body
from checker.language.c.parse.scan import ScannedFile, Use, is_c, scan_file

__all__ = [
    "NO_OTHERS",
    "Chunk",
    "ChunkKind",
    "ConfigValue",
    "Configuration",
    "Include",
    "MacroDefinition",
    "Macros",
    "Note",
    "Others",
    "ScannedFile",
    "Tristate",
    "Use",
    "all_of",
    "is_c",
    "parse_chunk",
    "read_configuration",
    "scan_file",
    "shown_body",
]
