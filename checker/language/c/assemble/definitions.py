# SPDX-License-Identifier: GPL-2.0-only
"""What a text defines, found by name and parsed when it is asked for."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath

from checker.language.c import syntax
from checker.language.c.assemble.changed import Changed
from checker.language.c.binding.manifest import Manifest
from checker.language.c.parse import Chunk, ChunkKind, Others, ScannedFile, all_of, is_c, parse_chunk, scan_file, shown_body
from checker.language.c.source import CSource, Fragment, PatchedFile, SourceLine
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.enumerators import FoundEnum
from checker.language.c.translate.raising import plain
from checker.language.errors import ModelError, UsageError


class Definitions:
    """source: the text. manifest: its sizes and constants are not macros of the text, whatever that says. kept: other names that
    stay as they are."""

    def __init__(self, source: CSource, manifest: Manifest, kept: frozenset[str]) -> None:
        self.source = source
        self.manifest = manifest
        files = [file for file in source.files if (is_c(file.path) or self._is_whole(file)) and not file.deleted]
        names = kept | manifest.sizes.keys() | manifest.constants.keys()
        headers = [scan_file(file, manifest.config) for file in files if file.path.endswith(".h")]
        seen = all_of(file.macros for file in headers)
        codes = [scan_file(file, manifest.config, seen) for file in files if not file.path.endswith(".h")]
        if manifest.client_code:
            codes.append(scan_file(_client_code(manifest), manifest.config, seen))
        self.files: tuple[ScannedFile, ...] = (*headers, *codes)
        self.typedef_names = frozenset(name for file in self.files for name in file.typedefs)
        self.others = Others(seen, self.typedef_names, frozenset(names))
        self.of_manifest = Others(all_of(file.macros for file in self.files), self.typedef_names, frozenset(names))
        self._parsed: dict[int, tuple[syntax.TopLevel, ...]] = {}
        self._functions: dict[str, syntax.FunctionDefinition | None] = {}

    def _is_whole(self, file: PatchedFile) -> bool:
        """Whether it is a whole file that the user gave as C, such as one from standard input: its name says nothing else."""
        return file.path == self.source.name and PurePosixPath(file.path).suffix in ("", ".txt", ".patch", ".diff")

    def parsed(self, chunk: Chunk) -> tuple[syntax.TopLevel, ...]:
        """What a chunk says, parsed once."""
        if id(chunk) not in self._parsed:
            found = parse_chunk(chunk, self.others)
            if chunk.kind is ChunkKind.FUNCTION and self._is_of_the_kernel(chunk) and isinstance(found[0], syntax.Unparsed):
                found = (shown_body(chunk, self.others),)
            self._parsed[id(chunk)] = found
        return self._parsed[id(chunk)]

    def _is_of_the_kernel(self, chunk: Chunk) -> bool:
        """Whether a chunk is a function of the kernel that the patch adds statements to, and not all of it."""
        of_patch = {token.line.added for token in chunk.tokens}
        return of_patch == {True, False} and chunk.name in self.manifest.functions_of_the_kernel

    @property
    def chunks(self) -> Iterable[Chunk]:
        return (chunk for file in self.files for chunk in file.chunks)

    def mentions(self, names: Iterable[str]) -> bool:
        """Whether any of the names stands anywhere in the text."""
        wanted = frozenset(names)
        return any(token.text in wanted for chunk in self.chunks for token in chunk.tokens)

    def changed(self, change: Changed) -> Definitions:
        """The same text with one change."""
        found = copy.copy(self)
        if change.function is not None:
            found._functions = {**self._functions, change.function.name: change.function}
        if change.left_out is not None:
            found.__dict__["pieces"] = tuple(_without(piece, change.left_out) for piece in self.pieces)
        return found

    # -- functions --

    @cached_property
    def _by_name(self) -> Mapping[str, list[Chunk]]:
        found: dict[str, list[Chunk]] = {}
        for chunk in self.chunks:
            if chunk.name is not None and chunk.kind in (ChunkKind.FUNCTION, ChunkKind.BROKEN):
                found.setdefault(chunk.name, []).append(chunk)
        return found

    def defines(self, name: str) -> bool:
        """Whether the text has the function, understood or not."""
        return name in self._by_name

    def position(self, name: str) -> syntax.Position | None:
        """Where the text has a function, understood or not."""
        chunks = self._by_name.get(name)
        return chunks[0].position if chunks else None

    def function(self, name: str) -> syntax.FunctionDefinition | None:
        """The function of that name, None if the text does not define it. ModelError if it does, and it cannot be understood."""
        if name not in self._functions:
            self._functions[name] = self._function(name)
        return self._functions[name]

    def callee(self, name: str) -> syntax.FunctionDefinition | None:
        """The function of the text that a call means. None if the text does not define it, or if it is the kernel's own, which a
        base shows and no patch touches, and the table of the API says what it is."""
        chunks = self._by_name.get(name, ())
        if self.source.subjects and name in self.others.kept and not any(chunk.added_lines for chunk in chunks):
            return None
        return self.function(name)

    def _function(self, name: str) -> syntax.FunctionDefinition | None:
        chunks = self._by_name.get(name, [])
        if len(chunks) > 1:
            first, second = chunks[0].position, chunks[1].position
            raise ModelError(
                plain(second), f"`{name}` is defined at {first} already; decide by the configuration which one is meant"
            )
        for chunk in chunks:
            for node in self.parsed(chunk):
                if isinstance(node, syntax.FunctionDefinition):
                    return node
                if isinstance(node, syntax.Unparsed):
                    raise ModelError(plain(node.at), node.reason)
        return None

    # -- the rest --

    @cached_property
    def variables(self) -> tuple[syntax.VariableDefinition, ...]:
        """Variables at file scope. Of a base only those that the patch adds."""
        found: list[syntax.VariableDefinition] = []
        for chunk in self.chunks:
            if chunk.kind is ChunkKind.DECLARATION and (
                chunk.added_lines or not self.source.subjects or chunk.position.file == self.manifest.path
            ):
                found += [node for node in self.parsed(chunk) if isinstance(node, syntax.VariableDefinition)]
        return tuple(found)

    @cached_property
    def typedefs(self) -> Mapping[str, syntax.Type]:
        found: dict[str, syntax.Type] = {}
        for chunk in self.chunks:
            if chunk.kind is ChunkKind.DECLARATION and any(token.text == "typedef" for token in chunk.tokens[:2]):
                found |= {node.name: node.type for node in self.parsed(chunk) if isinstance(node, syntax.Typedef)}
        return found

    @cached_property
    def structs(self) -> Mapping[str, syntax.StructDefinition]:
        """The structs that a text defines, by tag. Of a base only those that the patch changes."""
        found: dict[str, syntax.StructDefinition] = {}
        for chunk in self._declarations("struct"):
            for node in self.parsed(chunk):
                for part in walk(node):
                    if isinstance(part, syntax.StructDefinition) and part.kind == "struct" and part.tag is not None:
                        found.setdefault(part.tag, part)
        return found

    # -- enums --

    @cached_property
    def _with_enums(self) -> Mapping[str, list[Chunk]]:
        """The declarations that may define constants of enums, by the names that stand in them."""
        found: dict[str, list[Chunk]] = {}
        for chunk in self.chunks:
            if chunk.kind is ChunkKind.DECLARATION and any(token.text == "enum" for token in chunk.tokens):
                for name in {token.text for token in chunk.tokens}:
                    found.setdefault(name, []).append(chunk)
        return found

    def enum_of(self, name: str) -> FoundEnum | None:
        """The enum at file scope that defines a constant, None if none does. ModelError if several do, or the name has another
        meaning too."""
        found: list[tuple[syntax.Enumerator, FoundEnum]] = []
        for chunk in self._with_enums.get(name, ()):
            found += [each for node in self.parsed(chunk) for each in enumerators_in(node) if each[0].name == name]
        if not found:
            return None
        (first, enum), *more = found
        other = next((each for each, of in more if of is not enum), None)
        if other is not None:
            raise ModelError(plain(other.position), f"`{name}` is defined at {first.position} already; rename one")
        if name in self.others.kept or self.defines(name) or any(variable.name == name for variable in self.variables):
            raise ModelError(plain(first.position), f"`{name}` has a meaning already; rename this constant")
        return enum

    @cached_property
    def added_members(self) -> tuple[tuple[str, syntax.StructMember], ...]:
        """The members that the patch adds to structs, with the tag."""
        found = [(struct.tag or "", member) for struct in self.structs.values() for member in struct.members]
        for chunk in self.chunks:
            if chunk.kind is ChunkKind.INSIDE_STRUCT and chunk.added_lines:
                for node in self.parsed(chunk):
                    if isinstance(node, syntax.MembersInStruct):
                        found += [(node.tag, member) for member in node.members]
        return tuple((tag, member) for tag, member in found if member.position.added)

    def _declarations(self, word: str) -> Iterable[Chunk]:
        """The declarations that have a word among their first ones. Of a base only those that the patch changes."""
        for chunk in self.chunks:
            if chunk.kind is ChunkKind.DECLARATION and (chunk.added_lines or not self.source.subjects):
                if any(token.text == word for token in chunk.tokens[:4]):
                    yield chunk

    def calls_of(self, name: str) -> Iterable[syntax.Call]:
        """The calls of a function that stand anywhere in the text's functions."""
        for chunk in self.chunks:
            if any(token.text == name for token in chunk.tokens):
                for node in self.parsed(chunk):
                    for part in walk(node):
                        if isinstance(part, syntax.Call) and part.function == syntax.Name(part.function.position, name):
                            yield part

    @cached_property
    def pieces(self) -> tuple[syntax.StatementsInFunction, ...]:
        """The functions of the kernel that statements are added to, as far as they are shown."""
        functions = self.manifest.functions_of_the_kernel
        found: list[syntax.StatementsInFunction] = []
        for chunk in self.chunks:
            if not chunk.added_lines:
                continue
            for node in self.parsed(chunk):
                if isinstance(node, syntax.StatementsInFunction):
                    found.append(_with_open_body(node))
                elif isinstance(node, syntax.FunctionDefinition) and node.name in functions:
                    found.append(_as_piece(node))
        return tuple(found)

    # -- text of the manifest --

    @cached_property
    def sizes(self) -> Mapping[str, syntax.Expression]:
        return {name: self._expression(name, text) for name, text in self.manifest.sizes.items()}

    @cached_property
    def kernel_sizes(self) -> Mapping[str, syntax.Expression]:
        return {name: self._expression(name, text) for name, text in self.manifest.kernel_sizes.items()}

    def _expression(self, name: str, text: str) -> syntax.Expression:
        for node in self._of_manifest(f"unsigned long {name}_ = {text};"):
            if isinstance(node, syntax.VariableDefinition) and node.initialiser is not None:
                return node.initialiser
        raise UsageError(f"{name} = {text!r} is not an expression of C", self.manifest.path)

    def declaration(self, text: str, path: str) -> syntax.FunctionDeclaration:
        """The signature of a function that the manifest has."""
        for node in self._of_manifest(f"{text};"):
            if isinstance(node, syntax.FunctionDeclaration):
                return node
        raise UsageError(f"{text!r} is not the signature of a function; write it as in C: `int f(struct page *page)`", path)

    def whole_function(self, text: str) -> syntax.FunctionDefinition:
        """A function that the manifest has, with its body."""
        for node in self._of_manifest(text):
            if isinstance(node, syntax.FunctionDefinition):
                return node
            if isinstance(node, syntax.Unparsed):
                raise UsageError(f"{text!r}: {node.reason}", self.manifest.path)
        raise UsageError(f"{text!r} is not a function of C, with its body", self.manifest.path)

    def _of_manifest(self, text: str) -> list[syntax.TopLevel]:
        lines = tuple(SourceLine(line, number, None, False) for number, line in enumerate(text.splitlines(), 1))
        file = PatchedFile(self.manifest.path, (Fragment(self.manifest.path, "", lines),), True)
        scanned = scan_file(file, self.manifest.config)
        return [node for chunk in scanned.chunks for node in parse_chunk(chunk, self.of_manifest)]


def enumerators_in(node: syntax.Node) -> list[tuple[syntax.Enumerator, FoundEnum]]:
    """The constants that a declaration defines, each with its enum."""
    enums = [part for part in walk(node) if isinstance(part, syntax.EnumDefinition)]
    found = [FoundEnum(enum, enum.tag is not None or enum is not node) for enum in enums]
    return [(member, enum) for enum in found for member in enum.definition.members]


def _client_code(manifest: Manifest) -> PatchedFile:
    """The C text in a manifest as a file, with the lines that it has there."""
    before = next(
        (text.partition(manifest.client_code)[0] for _, text in reversed(manifest.texts) if manifest.client_code in text), ""
    )
    first = before.count("\n") + 1
    lines = tuple(SourceLine(line, number, None, False) for number, line in enumerate(manifest.client_code.splitlines(), first))
    return PatchedFile(manifest.path, (Fragment(manifest.path, "", lines),), True)


def _as_piece(function: syntax.FunctionDefinition) -> syntax.StatementsInFunction:
    """A whole function of the kernel, as a hunk would show it."""
    return syntax.StatementsInFunction(function.position, function.name, "", _shown(function.body))


def _with_open_body(piece: syntax.StatementsInFunction) -> syntax.StatementsInFunction:
    """A function whose hunk begins behind its first line, and shows both of its braces: they are those in the first column."""
    match piece.statements:
        case (syntax.ShownStatement(statement=syntax.Compound(position=syntax.Position(column=1)) as body),):
            return replace(piece, statements=_shown(body))
    return piece


def _without(piece: syntax.StatementsInFunction, position: syntax.Position) -> syntax.StatementsInFunction:
    """A piece of a function without the statement that stands there."""
    return replace(piece, statements=tuple(each for each in piece.statements if each.statement.position != position))


def _shown(body: syntax.Compound) -> tuple[syntax.ShownStatement, ...]:
    return tuple(syntax.ShownStatement(s.position, s, _added(s)) for s in body.statements)


def _added(statement: syntax.Statement) -> syntax.Added:
    lines = {part.position.added for part in walk(statement)}
    return syntax.Added.SOME_LINES if len(lines) > 1 else syntax.Added.ALL_LINES if True in lines else syntax.Added.NO_LINE
