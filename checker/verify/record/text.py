# SPDX-License-Identifier: GPL-2.0-only
"""A model's text as it is edited: byte for byte the same outside of what is replaced, in lines that end as the file's do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from checker.mutation.source import Edit, Source
from checker.verify.record.layout import Item, indentation, quoted

_LINE_END = re.compile(rb"\r\n?|\n")
_UP_TO_A_COMMA = re.compile(rb"(?:[^,#]++|#[^\r\n]*+)*+,")


class Text:
    """A text of Python, and what its editing asks of it. Offsets are bytes of its UTF-8."""

    def __init__(self, text: str) -> None:
        self.source = Source(text)
        self.content = self.source.content
        self.parsed = ast.parse(text)
        ends = _LINE_END.search(self.content)
        self.newline = ends.group().decode() if ends else "\n"

    def assigned(self, name: str) -> ast.Assign | None:
        """The statement that gives a value to a name of the module."""
        for statement in self.parsed.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=found)]) if found == name:
                    return statement
        return None

    def edited(self, edits: Iterable[Edit]) -> str:
        """The text after edits that do not overlap, whose lines end with \\n."""
        return self.source.edited(Edit(edit.start, edit.end, edit.text.replace("\n", self.newline)) for edit in edits)

    def replace(self, node: ast.expr, text: str) -> Edit:
        """An edit that puts a text in the place of an expression."""
        return Edit(*self.source.span(node), text)

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return max(start for start in self.source.starts if start <= offset)

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line break."""
        found = _LINE_END.search(self.content, offset)
        return len(self.content) if found is None else found.start()

    def before(self, offset: int) -> str:
        """What its line has before an offset."""
        return self.content[self.line_start(offset) : offset].decode()

    def after(self, offset: int) -> str:
        """What its line has from an offset on."""
        return self.content[offset : self.line_end(offset)].decode()

    def begins_line(self, offset: int) -> bool:
        """Whether only white space is before it in its line."""
        return not self.before(offset).strip()

    def comma(self, start: int, end: int) -> int | None:
        """Behind the comma between two offsets, where nothing else than comments and brackets stands; None if there is none."""
        found = _UP_TO_A_COMMA.match(self.content, start, end)
        return None if found is None else found.end()

    def has_comment(self, node: ast.stmt | ast.expr) -> bool:
        """Whether a comment stands inside a node."""
        start, end = self.source.span(node)
        content = bytearray(self.content[start:end])
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                first, last = self.source.span(part)
                content[first - start : last - start] = b" " * (last - first)
        return b"#" in content

    def behind(self, spans: Sequence[tuple[int, int]], place: int, limit: int) -> tuple[int, bool]:
        """Where a part of a list can be followed by another one: behind the comma after it, or behind the part itself if it has
        none. spans: of the parts. limit: where the list ends. Also whether there was the comma."""
        end = spans[place + 1][0] if place + 1 < len(spans) else limit
        comma = self.comma(spans[place][1], end)
        return (spans[place][1], False) if comma is None else (comma, True)

    def inserted(self, spans: Sequence[tuple[int, int]], place: int, limit: int, parts: Sequence[str]) -> list[Edit]:
        """Edits that put parts after one of a list: each in a line of its own, below the line of that one, if that one has a line
        to itself."""
        start, _ = spans[place]
        position, has_comma = self.behind(spans, place, limit)
        rest = self.after(position).strip()
        if not self.begins_line(start) or (rest and not rest.startswith("#")):
            inline = "".join(f" {part}," if has_comma else f", {part}" for part in parts)
            return [Edit(position, position, inline)]
        comma, end, indent = "" if has_comma else ",", self.line_end(position), indentation(self.before(start))
        text = "".join(f"\n{indent}{part}," for part in parts)
        if position == end:
            return [Edit(end, end, comma + text)]
        return [Edit(position, position, comma), Edit(end, end, text)]

    def removed(self, spans: Sequence[tuple[int, int]], place: int, limit: int) -> Edit:
        """An edit that takes a part out of a list, with its line if nothing else is there; a comment stays."""
        start = spans[place][0]
        end, _ = self.behind(spans, place, limit)
        rest = self.after(end)
        if self.begins_line(start) and not rest.strip():
            return Edit(self.line_start(start), self._next_line(end), "")
        return Edit(start, end + len(rest.encode()) - len(rest.lstrip(" \t").encode()), "")

    def _next_line(self, offset: int) -> int:
        found = _LINE_END.search(self.content, offset)
        return len(self.content) if found is None else found.end()

    def entries(self, node: ast.Dict, wanted: Sequence[Item]) -> list[Edit]:
        """Edits after which a dictionary has these items; those that it has stay in their places, as do comments."""
        keys = [str(ast.literal_eval(key)) for key in node.keys if key is not None]
        spans = [(self.source.span(k)[0], self.source.span(v)[1]) for k, v in zip(node.keys, node.values, strict=True) if k]
        limit = self.source.span(node)[1] - 1
        values = dict(wanted)
        edits = [self.removed(spans, place, limit) for place, key in enumerate(keys) if key not in values]
        for key, value in zip(keys, node.values, strict=True):
            if key in values and ast.literal_eval(value) != ast.literal_eval(values[key]):
                edits.append(self.replace(value, values[key]))
        followers: dict[str | None, list[str]] = {}
        previous: str | None = None
        for key, text in wanted:
            if key in keys:
                previous = key
            else:
                followers.setdefault(previous, []).append(f"{quoted(key)}: {text}")
        for key_before, parts in followers.items():
            if key_before is not None:
                edits += self.inserted(spans, keys.index(key_before), limit, parts)
            else:
                edits.append(self._first(node, parts))
        return edits

    def _first(self, node: ast.Dict, parts: Sequence[str]) -> Edit:
        """An edit that puts entries before all others."""
        start, end = self.source.span(node)
        rest = self.after(start + 1).strip()
        if rest and not rest.startswith("#"):
            return Edit(start + 1, start + 1, "".join(f"{part}, " for part in parts))
        place = self.line_end(start)
        assert place < end
        indent = indentation(self.before(start)) + "    "
        return Edit(place, place, "".join(f"\n{indent}{part}," for part in parts))
