# SPDX-License-Identifier: GPL-2.0-only
"""Conditions of #if and #elif (C11 6.10.1): true, false, or not decided."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.c.lexical.configuration import CONFIG_TESTS, answer, is_defined, number_of
from checker.language.c.lexical.macros import Expander, MacroDefinition, UndecidedError
from checker.language.c.lexical.tokens import END, IDENTIFIER, NUMBER, Token, Undecided
from checker.language.c.parse.cursor import check_depth
from checker.language.c.parse.expressions import ExpressionParser
from checker.language.c.syntax import (
    Binary,
    Call,
    Character,
    Compound,
    Conditional,
    Expression,
    Name,
    Number,
    Unary,
)
from checker.language.errors import ModelError

UNKNOWN = "\x00"
"""How the name of a symbol is marked that `defined` asks for and that is not decided: no identifier has it."""

WORD = 1 << 64
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def decide(tokens: Sequence[Token], directive: Token, expander: Expander) -> bool | Undecided:
    """Whether a condition holds. Raises ModelError if it is malformed."""
    if not tokens:
        raise directive.error(f"`#{directive.text}` without a condition")
    asked = without_tests(tokens, expander)
    if isinstance(asked, Undecided):
        return asked
    try:
        expanded = expander.expand(asked)
    except UndecidedError as error:
        return error.undecided
    end = Token(END, "", True, directive.line, len(directive.line.text) + 1, directive.path)
    parser = ConditionParser(expanded, end, frozenset())
    condition = parser.conditional()
    if not parser.at_end:
        raise parser.token.error(f"expected an operator before {parser.token.shown}")
    check_depth(condition, directive)
    value = Evaluation(expander).value(condition)
    return value if isinstance(value, Undecided) else value[0] != 0


class ConditionParser(ExpressionParser):
    """Conditions have no blocks in them."""

    def compound(self) -> Compound:
        raise self.token.error("a block is no part of a condition")


def defined(name: Token, expander: Expander) -> bool | Undecided:
    """Whether a macro is defined where its name stands."""
    text = name.text
    known, entry = expander.own.knows(text, name.line.number)
    if not known:
        known, entry = text in expander.others, expander.others.get(text)
    if known:
        return entry if isinstance(entry, Undecided) else isinstance(entry, MacroDefinition)
    result = is_defined(text, expander.values)
    return Undecided(text, name.position) if result is None else result


def without_tests(tokens: Sequence[Token], expander: Expander) -> list[Token] | Undecided:
    """The tokens with `defined X` and IS_ENABLED(X) replaced by 0, by 1, or by a name that is marked as unknown. What asks for an
    ability of the compiler (`__has_include(<x.h>)`) is not decided, and makes all of the condition so."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind == IDENTIFIER and token.text.startswith("__has_"):
            return Undecided(token.text, token.position)
        if token.kind != IDENTIFIER or (token.text != "defined" and token.text not in CONFIG_TESTS):
            result.append(token)
            continue
        bracketed = at < len(tokens) and tokens[at].text == "("
        at += bracketed
        group = tokens[at : at + 1 + bracketed]
        if len(group) <= bracketed or group[0].kind != IDENTIFIER or (bracketed and group[1].text != ")"):
            raise token.error(f"expected a name behind `{token.text}`")
        name = group[0]
        at += len(group)
        if token.text == "defined":
            truth = defined(name, expander)
        else:
            found = answer(token.text, name.text, expander.values)
            truth = Undecided(name.text, name.position) if found is None else found
        mark = Token(NUMBER, str(int(truth is True)), True, name.line, name.column, name.path)
        if isinstance(truth, Undecided):
            mark.kind, mark.text = IDENTIFIER, UNKNOWN + truth.symbol
        result.append(mark)
    return result


class Evaluation:
    """Values are numbers of 64 bits, each with whether it is unsigned (C11 6.10.1, p4)."""

    def __init__(self, expander: Expander) -> None:
        self.expander = expander

    def value(self, node: Expression) -> tuple[int, bool] | Undecided:
        if isinstance(node, Number):
            return node.value, node.unsigned or node.value >= WORD // 2
        if isinstance(node, Character):
            return node.value, False
        if isinstance(node, Name):
            return self.name(node)
        if isinstance(node, Call) and isinstance(node.function, Name):
            return Undecided(node.function.name.removeprefix(UNKNOWN), node.position)
        if isinstance(node, Unary) and node.operator in ("+", "-", "!", "~"):
            return self.unary(node)
        if isinstance(node, Binary):
            return self.logical(node) if node.operator in ("&&", "||") else self.binary(node)
        if isinstance(node, Conditional) and node.then is not None:
            test = self.value(node.test)
            if isinstance(test, Undecided):
                return test
            chosen = self.value(node.then if test[0] else node.otherwise)
            return chosen if isinstance(chosen, Undecided) else fitted(chosen[0], is_unsigned(node))
        raise ModelError(node.position, "this is no part of a condition of #if")

    def name(self, node: Name) -> tuple[int, bool] | Undecided:
        """A name that is no macro is 0, if it is known that it is none."""
        name = node.name.removeprefix(UNKNOWN)
        if name == node.name:
            number = number_of(name, self.expander.values)
            if number is not None:
                return number, False
            if is_defined(name, self.expander.values) is False:
                return 0, False
        return Undecided(name, node.position)

    def unary(self, node: Unary) -> tuple[int, bool] | Undecided:
        operand = self.value(node.operand)
        if isinstance(operand, Undecided):
            return operand
        value, unsigned = operand
        if node.operator == "!":
            return int(not value), False
        return fitted({"+": value, "-": -value, "~": ~value}[node.operator], unsigned)

    def logical(self, node: Binary) -> tuple[int, bool] | Undecided:
        """`&&` and `||`: the operand that is decided may decide all. The right one is not looked at if the left one does."""
        deciding = node.operator == "||"
        left = self.value(node.left)
        if not isinstance(left, Undecided) and bool(left[0]) is deciding:
            return int(deciding), False
        right = self.value(node.right)
        if not isinstance(right, Undecided) and bool(right[0]) is deciding:
            return int(deciding), False
        for operand in (left, right):
            if isinstance(operand, Undecided):
                return operand
        return int(not deciding), False

    def binary(self, node: Binary) -> tuple[int, bool] | Undecided:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Undecided):
            return left
        if isinstance(right, Undecided):
            return right
        unsigned = left[1] or right[1]
        a, b = left[0], right[0]
        if unsigned and node.operator not in ("<<", ">>"):
            a, b = a % WORD, b % WORD
        if node.operator in COMPARISONS:
            return int({"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[node.operator]), False
        if node.operator in ("<<", ">>"):
            if not 0 <= b < 64:
                raise ModelError(node.position, "a shift by a negative number, or by more than 63")
            return fitted(a << b if node.operator == "<<" else a >> b, left[1])
        if node.operator in ("/", "%"):
            if b == 0:
                raise ModelError(node.position, "division by zero")
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return fitted(quotient if node.operator == "/" else a - quotient * b, unsigned)
        return fitted({"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "^": a ^ b}[node.operator], unsigned)


def is_unsigned(node: Expression) -> bool:
    """Whether an operand is unsigned, without evaluating it."""
    if isinstance(node, Number):
        return node.unsigned or node.value >= WORD // 2
    if isinstance(node, Unary):
        return node.operator != "!" and is_unsigned(node.operand)
    if isinstance(node, Binary):
        if node.operator in COMPARISONS or node.operator in ("&&", "||"):
            return False
        return is_unsigned(node.left) or (node.operator not in ("<<", ">>") and is_unsigned(node.right))
    if isinstance(node, Conditional) and node.then is not None:
        return is_unsigned(node.then) or is_unsigned(node.otherwise)
    return False


def fitted(value: int, unsigned: bool) -> tuple[int, bool]:
    """A value as 64 bits hold it."""
    value %= WORD
    return (value if unsigned or value < WORD // 2 else value - WORD), unsigned
