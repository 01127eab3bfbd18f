# SPDX-License-Identifier: GPL-2.0-only
"""Macros: definitions by name and line, and their expansion where code is reached (C11 6.10.3)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from checker.counting import counted
from checker.language.c.lexical.configuration import CONFIG_TESTS, Configuration, answer, number_of
from checker.language.c.lexical.tokens import IDENTIFIER, NUMBER, OPERATOR, Token, Undecided
from checker.language.c.lexical.words import KEYWORDS
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
        entries = self.entries.get(name, [])
        at = bisect_right(entries, line, key=lambda entry: entry[0])
        return (True, entries[at - 1][1]) if at else (False, None)

    def final(self) -> dict[str, Entry]:
        """What holds at the end of the file."""
        return {name: entries[-1][1] for name, entries in self.entries.items()}


def all_of(files: Iterable[Macros]) -> dict[str, Entry]:
    """What files define that others include, as the others see it. A name that two files define differently, or that one defines
    and another one undefines, is undecided."""
    found: dict[str, Entry] = {}
    for macros in files:
        for name, entry in macros.final().items():
            if name in found:
                entry = both(name, found[name], entry)
            found[name] = entry
    return found


class UndecidedError(ModelError):
    """What code means is not known, since a symbol is not decided."""

    def __init__(self, token: Token, undecided: Undecided, message: str) -> None:
        error = token.error(message)
        super().__init__(error.position, error.message, error.line)
        self.undecided = undecided


def both(name: str, first: Entry, second: Entry) -> Entry:
    """What a name is for a file that includes two others, in an order that is not known."""
    if isinstance(first, Undecided) or (first is None and second is None):
        return first
    if isinstance(second, Undecided):
        return second
    if first is not None and second is not None and first.same_as(second):
        return first
    definition = second if first is None else first
    assert definition is not None
    return Undecided(name, definition.position)


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
    """One run over the text of a chunk.

    left: of its limit. disabled: the macros whose expansion is being read, each as often as it is; a name that is met while it is
    disabled is final. Where C leaves open how long that is (C11 6.10.3.4, p4), it is as GCC has it: to the end of the tokens that
    the macro brought in.
    """

    def __init__(self, expander: Expander) -> None:
        self.expander = expander
        self.left = EXPANDED_TOKENS
        self.disabled: Counter[str] = Counter()

    def run(self, tokens: Sequence[Token], nesting: int) -> list[Token]:
        expander = self.expander
        own, others = expander.own.entries, expander.others
        output: list[Token] = []
        pending: list[Token | str] = [*reversed(tokens)]
        while (token := self.read(pending)) is not None:
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

    def read(self, pending: list[Token | str]) -> Token | None:
        """Takes the next token. On the way it goes past the ends of what macros brought in, which are marked by their names."""
        while pending:
            item = pending.pop()
            if isinstance(item, Token):
                if item.kind == IDENTIFIER and not item.final and self.disabled[item.text]:
                    item = item.copy()
                    item.final = True
                return item
            self.disabled[item] -= 1
        return None

    def replace(self, token: Token, pending: list[Token | str], output: list[Token], nesting: int) -> None:
        name = token.text
        at = token.use or token
        entry = self.expander.entry(name, at.line.number)
        if entry is None or token.final or name in self.expander.kept:
            output.append(token)
            return
        if name in KEYWORDS:
            raise token.error(f"`{name}` is a keyword and defined as a macro, which is not supported")
        if isinstance(entry, Undecided):
            raise UndecidedError(token, entry, f"the macro `{name}`: {entry.reason}")
        expanded: dict[str, list[Token]] = {}
        if entry.parameters is not None:
            opening = self.read(pending)
            if opening is None or opening.text != "(" or opening.kind != OPERATOR:
                if opening is not None:
                    pending.append(opening)
                output.append(token)
                return
            arguments = self.arguments(token, pending)
            self.check_count(entry, arguments, token)
            if nesting >= ARGUMENT_NESTING:
                raise token.error(f"macros are nested more than {ARGUMENT_NESTING} deep in each other's arguments")
            used = {word.text for word in entry.body}
            for parameter, argument in zip(entry.parameters, arguments, strict=True):
                if parameter in used:
                    expanded[parameter] = self.run(argument, nesting + 1)
        body = self.body(entry, token, expanded)
        self.left -= len(body) + 1
        if self.left < 0:
            raise too_many(token)
        self.disabled[name] += 1
        pending.append(name)
        pending.extend(reversed(body))

    def body(self, macro: MacroDefinition, token: Token, arguments: Mapping[str, Sequence[Token]]) -> list[Token]:
        """What a macro brings in. A token of an argument keeps its own place, which is more exact than that of the use."""
        result: list[Token] = []
        for word in macro.body:
            if word.kind == OPERATOR and word.text in ("#", "##") and (word.text == "##" or macro.parameters is not None):
                raise token.error(f"the macro `{macro.name}` uses `{word.text}`, which is not supported")
            if word.text == "__VA_OPT__":
                raise token.error(f"the macro `{macro.name}` uses `__VA_OPT__`, which is not supported")
            if word.kind == IDENTIFIER and word.text in arguments:
                if len(result) > self.left:
                    raise too_many(token)
                result.extend(arguments[word.text])
            else:
                result.append(word.expanded(token))
        return result

    def arguments(self, token: Token, pending: list[Token | str]) -> list[list[Token]]:
        """The arguments of a use, behind its opening parenthesis. All are taken from what is pending."""
        found: list[list[Token]] = [[]]
        depth = 0
        while (word := self.read(pending)) is not None:
            if word.kind == OPERATOR:
                if word.text == "(":
                    depth += 1
                elif word.text == ")":
                    if depth == 0:
                        return found
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
            raise token.error(f"the macro `{macro.name}` takes {counted(wanted, 'argument')}, not {len(arguments)}")

    def configured(self, token: Token, pending: list[Token | str]) -> Token:
        """What the configuration puts in the place of a symbol, or of a test of one."""
        values = self.expander.values
        if token.text not in CONFIG_TESTS:
            number = number_of(token.text, values)
            return token if number is None else numeral(token, number)
        group = [item for item in pending[:-4:-1] if isinstance(item, Token)]
        if [item.text for item in group][::2] != ["(", ")"] or group[1].kind != IDENTIFIER:
            return token
        symbol = group[1]
        result = answer(token.text, symbol.text, values)
        if result is None:
            undecided = Undecided(symbol.text, symbol.position)
            raise UndecidedError(symbol, undecided, undecided.reason)
        del pending[-3:]
        return numeral(token, int(result))


def numeral(token: Token, value: int) -> Token:
    """A number of the configuration in the place of a token."""
    result = token.copy()
    result.kind, result.text, result.configured = NUMBER, str(value), True
    return result


def too_many(token: Token) -> ModelError:
    return token.error(f"macros expand to more than {EXPANDED_TOKENS:,} tokens")
