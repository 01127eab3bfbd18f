# SPDX-License-Identifier: GPL-2.0-only
"""What a name of a model can stand for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from checker.language import tree
from checker.language.python.source.modules import Module


@dataclass(frozen=True)
class Builtin:
    """A name of the language itself."""

    name: str


@dataclass(frozen=True)
class TypeName:
    """A name for an integer type."""

    type: tree.Type


@dataclass(frozen=True)
class RecordName:
    name: str


@dataclass(frozen=True)
class StructName:
    name: str


@dataclass(frozen=True)
class StructVariable:
    """A module variable of a struct: the variables of its members have the names that begin with this one."""

    name: str


@dataclass(frozen=True)
class Code:
    """A decorated function. decorators: name -> the call's node, or None for a bare decorator."""

    name: str
    module: Module
    node: ast.FunctionDef
    decorators: Mapping[str, ast.Call | None] = field(hash=False, compare=False)

    @property
    def is_function(self) -> bool:
        return "function" in self.decorators or "executes" in self.decorators

    @property
    def is_routine(self) -> bool:
        return not self.is_function and bool({"routine", "hook", "implements"} & set(self.decorators))


Symbol: TypeAlias = (
    Builtin
    | TypeName
    | RecordName
    | StructName
    | StructVariable
    | Code
    | tree.Constant
    | tree.EnumType
    | tree.FlagsType
    | tree.Variable
    | tree.Property
)


class Resolver(Protocol):
    """Gives a name of a module its meaning; ModelError if it has none."""

    records: dict[str, tree.Record]
    variables: dict[str, tree.Variable]

    def resolve(self, module: Module, name: str, node: ast.AST) -> Symbol: ...

    def annotation(self, module: Module, node: ast.expr) -> tree.Type: ...

    def fields(self, record: str) -> dict[str, tree.Variable]: ...

    def use_code(self, code: Code) -> str: ...

    def is_function(self, name: str) -> bool: ...

    def parameters_of(self, code: Code) -> tuple[tree.Binding, ...]: ...

    def result_of(self, code: Code) -> tree.Type | None: ...
