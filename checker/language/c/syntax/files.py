# SPDX-License-Identifier: GPL-2.0-only
"""What stands at the top level of a C file, and pieces of it that a hunk cuts out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import TypeAlias

from checker.language.c.syntax.position import Expression, Node, Position, Statement, Type
from checker.language.c.syntax.statements import Compound
from checker.language.c.syntax.types import EnumDefinition, Enumerator, Parameter, StructDefinition, StructMember


@dataclass(frozen=True)
class FunctionDefinition(Node):
    """attributes: storage and the words of attributes: static, inline, noinstr, __init, ... The position is that of the name."""

    name: str
    result: Type
    parameters: tuple[Parameter, ...]
    variadic: bool
    attributes: tuple[str, ...]
    body: Compound


@dataclass(frozen=True)
class MacroFunctionDefinition(Node):
    """A function whose head a macro of the kernel writes: SYSCALL_DEFINE1(...) { }, DEFINE_IDTENTRY_DF(exc_double_fault) { }.
    name: the first argument, if that is a name."""

    name: str | None
    macro: str
    body: Compound
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FunctionDeclaration(Node):
    name: str
    result: Type
    parameters: tuple[Parameter, ...]
    variadic: bool
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class VariableDefinition(Node):
    """One declarator at file scope, or what a macro of the kernel defines. attributes has `extern` for a mere declaration.

    macro: the macro that defines it: DEFINE_PER_CPU, DEFINE_RAW_SPINLOCK, ... per_cpu: each CPU has one.
    """

    name: str
    type: Type
    initialiser: Expression | None
    attributes: tuple[str, ...]
    macro: str | None = None
    per_cpu: bool = False


@dataclass(frozen=True)
class MacroDefinitionCall(Node):
    """A macro at file scope whose definition is not known: EXPORT_SYMBOL(x). arguments: None if they are not expressions or
    types."""

    name: str
    arguments: tuple[Expression, ...] | None


@dataclass(frozen=True)
class Typedef(Node):
    name: str
    type: Type


@dataclass(frozen=True)
class FileAsm(Node):
    """Assembler at file scope; its text is not kept."""


@dataclass(frozen=True)
class Unparsed(Node):
    """Text that is not understood: an error if it is reached, or has added lines. position: where the text begins. end: where its
    last token begins. reason: what is wrong, as an error says it. at: the place that the reason is about. name: of the function
    that the text is, if that can be told."""

    end: Position
    reason: str
    at: Position
    name: str | None = None


@unique
class Added(Enum):
    """Which lines of a text the patch adds."""

    NO_LINE = "no line"
    SOME_LINES = "some lines"
    ALL_LINES = "all lines"


@dataclass(frozen=True)
class ShownStatement(Node):
    """A statement of a function of which a hunk shows a piece."""

    statement: Statement | Unparsed
    added: Added


@dataclass(frozen=True)
class StatementsInFunction(Node):
    """What a hunk shows of a function that begins or ends outside of it. Blocks that are cut are opened: their statements stand
    here one after the other, and what opens or closes such a block is Unparsed.

    function: its name, from its first line or from the heading of the hunk; None if neither tells. heading: as the hunk has it.
    """

    function: str | None
    heading: str
    statements: tuple[ShownStatement, ...]


@dataclass(frozen=True)
class MembersInStruct(Node):
    """What a hunk shows of a struct or union that begins or ends outside of it.
    tag: from the heading of the hunk."""

    tag: str
    members: tuple[StructMember, ...]


@dataclass(frozen=True)
class EnumeratorsInEnum(Node):
    """What a hunk shows of an enum that begins or ends outside of it."""

    tag: str
    members: tuple[Enumerator, ...]


TopLevel: TypeAlias = (
    FunctionDefinition
    | MacroFunctionDefinition
    | FunctionDeclaration
    | VariableDefinition
    | MacroDefinitionCall
    | Typedef
    | StructDefinition
    | EnumDefinition
    | FileAsm
    | StatementsInFunction
    | MembersInStruct
    | EnumeratorsInEnum
    | Unparsed
)
