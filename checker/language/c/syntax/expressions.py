# SPDX-License-Identifier: GPL-2.0-only
"""C expressions, as written: nothing is typed, converted or folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.c.syntax.position import Expression, Node, Statement, Type


@dataclass(frozen=True)
class Name(Expression):
    name: str


@dataclass(frozen=True)
class Number(Expression):
    """An integer. unsigned: it has the suffix u. long: how many l its suffix has, 0 to 2. decimal: written in base ten, which
    decides its type (C11 6.4.4.1). configured: the configuration says it, as of IS_ENABLED()."""

    value: int
    unsigned: bool = False
    long: int = 0
    decimal: bool = True
    configured: bool = False


@dataclass(frozen=True)
class FloatNumber(Expression):
    text: str


@dataclass(frozen=True)
class String(Expression):
    """Adjacent literals are one. text: what is between the quotes, escapes as written; of foreign origin, to be checked before it
    is printed. macros: names between the literals, which are macros whose text is not known: KERN_ERR "x"."""

    text: str
    macros: tuple[str, ...] = ()


@dataclass(frozen=True)
class Character(Expression):
    value: int


@dataclass(frozen=True)
class Unary(Expression):
    operator: Literal["+", "-", "!", "~", "&", "*"]
    operand: Expression


@dataclass(frozen=True)
class Increment(Expression):
    """`x++`, `--x`. prefix: the value is the new one."""

    operator: Literal["++", "--"]
    operand: Expression
    prefix: bool


@dataclass(frozen=True)
class Binary(Expression):
    """`&&` and `||` too."""

    operator: Literal["*", "/", "%", "+", "-", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&", "^", "|", "&&", "||"]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Assign(Expression):
    operator: Literal["=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="]
    place: Expression
    value: Expression


@dataclass(frozen=True)
class Conditional(Expression):
    """then: None for GNU's `test ?: otherwise`."""

    test: Expression
    then: Expression | None
    otherwise: Expression


@dataclass(frozen=True)
class Comma(Expression):
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Call(Expression):
    """Of a function, or of a macro whose definition is not known. Its position is that of the function's name."""

    function: Expression
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class TypeArgument(Expression):
    """A type where a macro that is not known takes one: container_of(p, struct page, lru)."""

    type: Type


@dataclass(frozen=True)
class Member(Expression):
    """`base.name`, or with arrow `base->name`."""

    base: Expression
    name: str
    arrow: bool


@dataclass(frozen=True)
class Index(Expression):
    base: Expression
    index: Expression


@dataclass(frozen=True)
class Cast(Expression):
    type: Type
    operand: Expression


@dataclass(frozen=True)
class SizeofType(Expression):
    """keyword: sizeof, or _Alignof."""

    type: Type
    keyword: Literal["sizeof", "_Alignof"] = "sizeof"


@dataclass(frozen=True)
class SizeofExpression(Expression):
    operand: Expression
    keyword: Literal["sizeof", "_Alignof"] = "sizeof"


@dataclass(frozen=True)
class Designator(Node):
    """`.member`, `[first]` or GNU's `[first ... last]`."""

    member: str | None = None
    first: Expression | None = None
    last: Expression | None = None


@dataclass(frozen=True)
class InitialiserItem(Node):
    designators: tuple[Designator, ...]
    value: Expression


@dataclass(frozen=True)
class InitialiserList(Expression):
    """{ a, .b = c }: stands only where an initialiser does, and in a compound literal."""

    items: tuple[InitialiserItem, ...]


@dataclass(frozen=True)
class CompoundLiteral(Expression):
    type: Type
    value: InitialiserList


@dataclass(frozen=True)
class StatementExpression(Expression):
    """GNU's ({ ... }). body: a Compound."""

    body: Statement


@dataclass(frozen=True)
class LabelAddress(Expression):
    """GNU's &&label."""

    label: str


@dataclass(frozen=True)
class GenericSelection(Expression):
    """_Generic(selector, type: value, default: value). Only that it stands here is kept."""

    selector: Expression
