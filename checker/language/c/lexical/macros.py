# SPDX-License-Identifier: GPL-2.0-only
"""Macros: definitions by name and line, and their expansion where code is reached (C11 6.10.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from checker.language.c.lexical.configuration import CONFIG_TESTS, Configuration, answer, number_of
from checker.language.c.lexical.tokens import IDENTIFIER, NUMBER, OPERATOR, Token, Undecided
from checker.language.c.syntax import Position
from checker.language.errors import ModelError

EXPANDED_TOKENS = 100_000
"""How many tokens the macros of one chunk may add."""

ARGUMENT_NESTING = 40


@dataclass(frozen=True)
class MacroDefinition:
    """A #define. parameters: None of an object-like macro; the last is __VA_ARGS__ or a name of its own if variadic."""

    name: str
    parameters: tuple[str, ...] | None
    variadic: bool
    body: tuple[Token, ...]
    position: Position

    def same_as(self, other: MacroDefinition) -> bool:
        """Whether a second #define may stand beside it (C11 6.10.3, p2), but for white space."""
        return (
            self.parameters == other.parameters
            and self.variadic == other.variadic
            and [token.text for token in self.body] == [token.text for token in other.body]
        )


Entry: TypeAlias = MacroDefinition | Undecided | None


@dataclass
class Macros:
    """What one file defines. entries: by name, each with the line of the file from which on it holds; None is an #undef."""

    entries: dict[str, list[tuple[int, Entry]]] = field(default_factory=dict)

    def set(self, name: str, line: int, entry: Entry) -> None:
        self.entries.setdefault(name, []).append((line, entry))

    def knows(self, name: str, line: int) -> tuple[bool, Entry]:
        """Whether the file says anything of a name before a line, and what."""
        found: tuple[bool, Entry] = (False, None)
        for begin, entry in self.entries.get(name, ()):
            if begin <= line:
                found = True, entry
        return found

    def final(self) -> dict[str, Entry]:
        """What holds at the end of the file."""
        return {name: entries[-1][1] for name, entries in self.entries.items()}


def all_of(files: Iterable[Macros]) -> dict[str, Entry]:
    """What files define that others include, as the others see it. A name that two files define differently is undecided."""
    found: dict[str, Entry] = {}
    for macros in files:
        for name, entry in macros.final().items():
            before = found.get(name)
            if isinstance(before, MacroDefinition) and isinstance(entry, MacroDefinition) and not before.same_as(entry):
                found[name] = Undecided(name, entry.position)
            elif entry is not None or name not in found:
                found[name] = entry
    return found


class UndecidedError(ModelError):
    """What code means is not known, since a symbol is not decided."""

    def __init__(self, token: Token, undecided: Undecided, message: str) -> None:
        error = token.error(message)
        super().__init__(error.position, error.message, error.line)
        self.undecided = undecided


@dataclass(frozen=True)
class Expander:
    """Expands macros in the text of one file.

    own: what the file defines. others: what it sees of other files. values: the configuration. kept: names that stay as they are.
    """

    own: Macros
    others: Mapping[str, Entry]
    values: Configuration
    kept: frozenset[str] = frozenset()

    def entry(self, name: str, line: int) -> Entry:
        """What a name stands for on a line of the file."""
        known, entry = self.own.knows(name, line)
        return entry if known else self.others.get(name)

    def expand(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens with every macro in them replaced. Raises ModelError for what is not supported or not decided."""
        return Expansion(self).run(tokens, 0)


class Expansion:
    """One run over the text of a chunk, with what it has left of its limit."""

    def __init__(self, expander: Expander) -> None:
        self.expander = expander
        self.left = EXPANDED_TOKENS

    def run(self, tokens: Sequence[Token], nesting: int) -> list[Token]:
        expander = self.expander
        own, others = expander.own.entries, expander.others
        output: list[Token] = []
        pending = list(reversed(tokens))
        while pending:
            token = pending.pop()
            name = token.text
            if token.kind != IDENTIFIER:
                output.append(token)
            elif name in own or name in others:
                self.replace(token, pending, output, nesting)
            elif name in CONFIG_TESTS or name.startswith("CONFIG_"):
                output.append(self.configured(token, pending))
            else:
                output.append(token)
        return output

    def replace(self, token: Token, pending: list[Token], output: list[Token], nesting: int) -> None:
        name = token.text
        at = token.use or token
        entry = self.expander.entry(name, at.line.number)
        if entry is None or name in token.hidden or name in self.expander.kept:
            output.append(token)
            return
        if isinstance(entry, Undecided):
            raise UndecidedError(token, entry, f"the macro `{name}`: {entry.reason}")
        if entry.parameters is None:
            self.push(self.body(entry, token, {}, token.hidden | {name}), pending, token)
            return
        if not pending or pending[-1].text != "(" or pending[-1].kind != OPERATOR:
            output.append(token)
            return
        arguments, last = self.arguments(token, pending)
        self.check_count(entry, arguments, token)
        used = {word.text for word in entry.body}
        if nesting >= ARGUMENT_NESTING:
            raise token.error(f"macros are nested more than {ARGUMENT_NESTING} deep in each other's arguments")
        expanded = {
            parameter: self.run(argument, nesting + 1)
            for parameter, argument in zip(entry.parameters, arguments, strict=True)
            if parameter in used
        }
        self.push(self.body(entry, token, expanded, (token.hidden & last.hidden) | {name}), pending, token)

    def push(self, body: list[Token], pending: list[Token], token: Token) -> None:
        self.left -= len(body)
        if self.left < 0:
            raise token.error(f"macros expand to more than {EXPANDED_TOKENS:,} tokens")
        pending.extend(reversed(body))

    def body(
        self, macro: MacroDefinition, token: Token, arguments: Mapping[str, Sequence[Token]], hidden: frozenset[str]
    ) -> list[Token]:
        result: list[Token] = []
        for word in macro.body:
            if word.kind == OPERATOR and word.text in ("#", "##") and (word.text == "##" or macro.parameters is not None):
                raise token.error(f"the macro `{macro.name}` uses `{word.text}`, which is not supported")
            if word.text == "__VA_OPT__":
                raise token.error(f"the macro `{macro.name}` uses `__VA_OPT__`, which is not supported")
            if word.kind == IDENTIFIER and word.text in arguments:
                for given in arguments[word.text]:
                    result.append(given.expanded(token, given.hidden | hidden) if given.use else self.given(given, token, hidden))
                    if len(result) > self.left:
                        raise token.error(f"macros expand to more than {EXPANDED_TOKENS:,} tokens")
            else:
                result.append(word.expanded(token, hidden))
        return result

    @staticmethod
    def given(argument: Token, token: Token, hidden: frozenset[str]) -> Token:
        """A token of an argument keeps its own place, which is more exact than that of the use."""
        copy = Token(argument.kind, argument.text, argument.space, argument.line, argument.column, argument.path)
        copy.undecided = argument.undecided or token.undecided
        copy.hidden = argument.hidden | hidden
        return copy

    def arguments(self, token: Token, pending: list[Token]) -> tuple[list[list[Token]], Token]:
        """The arguments of a use, and its closing parenthesis. All are taken from what is pending."""
        pending.pop()
        found: list[list[Token]] = [[]]
        depth = 0
        while pending:
            word = pending.pop()
            if word.kind == OPERATOR:
                if word.text in ("(", "[", "{"):
                    depth += word.text == "("
                elif word.text == ")":
                    if depth == 0:
                        return found, word
                    depth -= 1
                elif word.text == "," and depth == 0:
                    found.append([])
                    continue
            found[-1].append(word)
        raise token.error(f"the arguments of the macro `{token.text}` have no end")

    @staticmethod
    def check_count(macro: MacroDefinition, arguments: list[list[Token]], token: Token) -> None:
        """Makes one argument of all that a variadic macro takes at its end. Raises ModelError if their number is wrong."""
        assert macro.parameters is not None
        wanted = len(macro.parameters)
        if not wanted and arguments == [[]]:
            arguments.clear()
        if macro.variadic:
            if len(arguments) == wanted - 1:
                arguments.append([])
            rest = arguments[wanted - 1 :]
            comma = Token(OPERATOR, ",", False, token.line, token.column, token.path)
            del arguments[wanted - 1 :]
            arguments.append([word for number, part in enumerate(rest) for word in ([comma] if number else []) + part])
        if len(arguments) != wanted:
            raise token.error(f"the macro `{macro.name}` takes {wanted} arguments, not {len(arguments)}")

    def configured(self, token: Token, pending: list[Token]) -> Token:
        """What the configuration puts in the place of a symbol, or of a test of one."""
        values = self.expander.values
        if token.text not in CONFIG_TESTS:
            number = number_of(token.text, values)
            return token if number is None else self.number(token, number)
        if [word.text for word in pending[:-4:-1]][::2] != ["(", ")"] or pending[-2].kind != IDENTIFIER:
            return token
        symbol = pending[-2]
        result = answer(token.text, symbol.text, values)
        if result is None:
            undecided = Undecided(symbol.text, symbol.position)
            raise UndecidedError(symbol, undecided, undecided.reason)
        del pending[-3:]
        return self.number(token, int(result))

    @staticmethod
    def number(token: Token, value: int) -> Token:
        result = token.expanded(token, token.hidden)
        result.kind, result.text = NUMBER, str(value)
        result.use = token.use
        return result
