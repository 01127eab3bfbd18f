# SPDX-License-Identifier: GPL-2.0-only
"""C statements. Labels, `case` and `default` stand as statements of their own before what they mark."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.c.syntax.position import Expression, Position, Statement, Type
from checker.language.c.syntax.types import EnumDefinition, StructDefinition


@dataclass(frozen=True)
class Compound(Statement):
    """end: the place of the closing brace."""

    statements: tuple[Statement, ...]
    end: Position


@dataclass(frozen=True)
class Declaration(Statement):
    """A declarator of a block: `int i, *p = q;` is two. Its position is that of the name. attributes: static, extern, register,
    typedef and the words of attributes, without what stands in their parentheses (`__free(kfree)` is `__free`)."""

    name: str
    type: Type
    initialiser: Expression | None
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class MacroDeclaration(Statement):
    """A declaration that a macro of the kernel writes behind storage or attributes: static DEFINE_RATELIMIT_STATE(x, 1, 2).
    Without them it cannot be told from a call, and is one."""

    macro: str
    arguments: tuple[Expression, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class TypeDeclaration(Statement):
    """A struct, union or enum that a block defines and gives no variable."""

    definition: StructDefinition | EnumDefinition


@dataclass(frozen=True)
class ExpressionStatement(Statement):
    expression: Expression


@dataclass(frozen=True)
class Empty(Statement):
    """A lone semicolon."""


@dataclass(frozen=True)
class If(Statement):
    test: Expression
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True)
class For(Statement):
    """initial: declarations, or one expression statement, or nothing."""

    initial: tuple[Statement, ...]
    test: Expression | None
    step: Expression | None
    body: Statement


@dataclass(frozen=True)
class IteratorLoop(Statement):
    """A loop that a macro of the kernel makes: for_each_online_cpu(cpu), list_for_each_entry(pos, head, member), ..."""

    macro: str
    arguments: tuple[Expression, ...]
    body: Statement


@dataclass(frozen=True)
class While(Statement):
    test: Expression
    body: Statement


@dataclass(frozen=True)
class DoWhile(Statement):
    body: Statement
    test: Expression


@dataclass(frozen=True)
class Switch(Statement):
    value: Expression
    body: Statement


@dataclass(frozen=True)
class Case(Statement):
    """last: of GNU's `case first ... last`."""

    value: Expression
    last: Expression | None


@dataclass(frozen=True)
class Default(Statement):
    pass


@dataclass(frozen=True)
class Goto(Statement):
    """computed: of GNU's `goto *p`; label is empty then."""

    label: str
    computed: Expression | None = None


@dataclass(frozen=True)
class Label(Statement):
    name: str


@dataclass(frozen=True)
class Return(Statement):
    value: Expression | None


@dataclass(frozen=True)
class Break(Statement):
    pass


@dataclass(frozen=True)
class Continue(Statement):
    pass


@dataclass(frozen=True)
class Asm(Statement):
    """Assembler; its text is not kept."""


@dataclass(frozen=True)
class GuardStatement(Statement):
    """guard(kind)(arguments); the lock is held to the end of the block."""

    kind: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class ScopedGuard(Statement):
    """scoped_guard(kind, arguments) body; failure: what scoped_cond_guard does if the lock is not had."""

    kind: str
    arguments: tuple[Expression, ...]
    body: Statement
    failure: Statement | None = None
