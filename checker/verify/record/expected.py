# SPDX-License-Identifier: GPL-2.0-only
"""EXPECTED in a model's text with another outcome of one configuration."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping

from checker.mutation.source import Edit
from checker.verify.record.layout import WIDTH, call, dictionary, indentation, lengths, literal, number, width
from checker.verify.record.outcomes import Outcome
from checker.verify.record.text import Text

ORDER = ("settings", "events", "violated", "states", "transitions", "depth")
"""The keywords of an entry, in the order in which they are written."""

Value = int | dict[str, int]


def with_outcome(source: str, place: int, outcome: Outcome) -> str:
    """A model's text with this outcome in one entry of its EXPECTED. place: which entry, from 0. What is so already stays as it
    is written, as does all else; an entry that is not laid out with a keyword a line may be laid out anew."""
    return _Entry(Text(source), place, outcome).edited()


class _Entry:
    """An entry of EXPECTED and its new values. values: by keyword, those only that are to be changed or added."""

    def __init__(self, text: Text, place: int, outcome: Outcome) -> None:
        statement = text.assigned("EXPECTED")
        assert statement is not None
        self.text = text
        self.statement = statement
        self.calls = _calls(statement)
        self.node = self.calls[place]
        self.given = {str(keyword.arg): keyword for keyword in self.node.keywords}
        wanted: dict[str, Value] = {**dataclasses.asdict(outcome), "violated": dict(outcome.violated)}
        self.values: Mapping[str, Value] = {
            name: wanted[name]
            for name in ORDER
            if name in wanted and not (name in self.given and _same(self.given[name].value, wanted[name]))
        }
        self.start, self.end = text.source.span(self.node)

    def edited(self) -> str:
        """The model's text."""
        if not self.values:
            return self.text.source.content.decode()
        if self.has_a_keyword_a_line() or self.text.has_comment(self.node):
            return self.text.edited(self.in_place())
        return self.text.edited([self.laid_out()])

    def has_a_keyword_a_line(self) -> bool:
        """Whether each keyword begins a line, as does the bracket that ends the entry."""
        starts = [self.text.source.span(keyword)[0] for keyword in self.node.keywords]
        return all(map(self.text.begins_line, [*starts, self.end - 1]))

    def in_place(self) -> list[Edit]:
        """Edits of single values, and new keywords behind those that they follow."""
        edits: list[Edit] = []
        added: dict[str, list[str]] = {}
        previous = "settings"
        for name in ORDER:
            if name in self.given:
                previous = name
                if name in self.values:
                    edits += self.changed(self.given[name].value, self.values[name])
            elif name in self.values:
                indent = indentation(self.text.before(self.text.source.span(self.given[previous])[0]))
                added.setdefault(previous, []).append(_keyword(name, self.values[name], indent))
        spans = [self.text.source.span(keyword) for keyword in self.node.keywords]
        names = list(self.given)
        for name, parts in added.items():
            edits += self.text.inserted(spans, names.index(name), self.end - 1, parts)
        return edits

    def changed(self, node: ast.expr, value: Value) -> list[Edit]:
        """Edits of one value."""
        if not isinstance(value, dict):
            return [self.text.replace(node, number(value))]
        if isinstance(node, ast.Dict) and self.text.has_comment(node):
            return self.text.entries(node, lengths(value.items()))
        start, end = self.text.source.span(node)
        return [Edit(start, end, dictionary(lengths(value.items()), self.text.before(start), self.text.after(end)))]

    def laid_out(self) -> Edit:
        """An edit that lays the entry out anew: on one line if it fits, else with a keyword a line; then the line that the record
        begins with holds no entry."""
        before, after = self.text.before(self.start), self.text.after(self.end)
        whole = self.call(self.node, before, after)
        alone = isinstance(self.statement.value, ast.Tuple) and len(self.calls) == 1 and not self.text.has_comment(self.statement)
        if alone and "\n" not in whole:  # the comma of a tuple with one entry does not ask for an entry a line
            start, end = self.text.source.span(self.statement.value)
            one = f"({whole},)"
            if width(f"{self.text.before(start)}{one}{self.text.after(end)}") <= WIDTH:
                return Edit(start, end, one)
        if "\n" not in whole or not before.strip() or not isinstance(self.statement.value, ast.Tuple):
            return Edit(self.start, self.end, whole)
        if self.text.has_comment(self.statement):
            return Edit(self.start, self.end, whole)
        lines = [f"    {self.call(node, '    ', ',')},\n" for node in self.calls]
        return self.text.replace(self.statement.value, "".join(["(\n", *lines, ")"]))

    def call(self, node: ast.Call, before: str, after: str) -> str:
        """An entry between what stands before and after it in its lines."""
        keywords = {str(keyword.arg): self.argument(keyword) for keyword in node.keywords}
        function = self.text.source.text(node.func)
        if node is not self.node:
            return call(function, list(keywords.values()), before, after, open_=self.is_open(node))
        indent = indentation(before) + "    "
        names = [*(name for name in ORDER if name in keywords or name in self.values), *(n for n in keywords if n not in ORDER)]
        one = {name: _keyword(name, self.values[name]) if name in self.values else keywords[name] for name in names}
        whole = call(function, list(one.values()), before, after, open_=self.is_open(node))
        if "\n" not in whole:
            return whole
        several = {name: _keyword(name, self.values[name], indent) if name in self.values else keywords[name] for name in names}
        return call(function, list(several.values()), before, after, open_=True)

    def argument(self, keyword: ast.keyword) -> str:
        """A keyword as it is written, on one line."""
        start, end = self.text.source.span(keyword)
        written = self.text.content[start:end].decode()
        return written if written.isprintable() else f"{keyword.arg}={literal(ast.literal_eval(keyword.value))}"

    def is_open(self, node: ast.Call) -> bool:
        """Whether a comma behind the last keyword asks for a keyword a line."""
        spans = [self.text.source.span(keyword) for keyword in node.keywords]
        return self.text.behind(spans, len(spans) - 1, self.text.source.span(node)[1] - 1)[1]


def _calls(statement: ast.Assign) -> list[ast.Call]:
    """The entries of EXPECTED."""
    value = statement.value
    return [node for node in (value.elts if isinstance(value, ast.Tuple) else [value]) if isinstance(node, ast.Call)]


def _same(node: ast.expr, value: Value) -> bool:
    """Whether an expression has that value, in the same order."""
    known: object = ast.literal_eval(node)
    if isinstance(known, dict) and isinstance(value, dict):
        return list(known.items()) == list(value.items())
    return known == value


def _keyword(name: str, value: Value, indent: str | None = None) -> str:
    """A keyword with its value, on one line; with an indent in a line of its own, or several where it does not fit."""
    if not isinstance(value, dict):
        return f"{name}={number(value)}"
    if indent is None:
        return f"{name}={literal(value)}"
    return f"{name}={dictionary(lengths(value.items()), f'{indent}{name}=', ',')}"
