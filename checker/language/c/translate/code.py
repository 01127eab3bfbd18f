# SPDX-License-Identifier: GPL-2.0-only
"""What is known while one function is translated: its locals, and the statements made so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.text import Text
from checker.language.c.translate.types import ALLOCATED, CInteger, CPointer, CType, spell
from checker.language.c.translate.values import (
    AddressKind,
    AreaAddress,
    Kind,
    Opaque,
    OpaqueKind,
    Region,
    RegionKind,
    Scalar,
    ScalarKind,
    Struct,
    StructKind,
    Value,
)
from checker.language.types import describe


@dataclass
class CLocal:
    """A local of C. name: as C has it. unique: the name that its locals of the tree begin with. kind: what it holds, known from
    the first value that it gets. moves: the text gives it more than one value."""

    name: str
    unique: str
    type: CType
    node: syntax.Node
    moves: bool
    kind: Kind | None = None


class Code:
    """Collects the statements of one function.

    text: the program that it is part of. locals: those of the tree, by their names. scope: what names of C stand for here.
    assigned: the locals, by their unique names, that have a value here.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.locals: dict[str, tree.Type] = {}
        self.scope: dict[str, CLocal] = {}
        self.assigned: set[str] = set()
        self.statements: list[tree.Statement] = []
        self.moving: frozenset[str] = frozenset()
        self._names: set[str] = set()

    # -- statements --

    def emit(self, statement: tree.Statement) -> None:
        self.statements.append(statement)

    @contextmanager
    def collected(self) -> Iterator[list[tree.Statement]]:
        """While the context lasts, statements are collected apart."""
        outer, self.statements = self.statements, []
        yield self.statements
        self.statements = outer

    @contextmanager
    def nested(self) -> Iterator[None]:
        """While the context lasts, declarations hide those around it."""
        outer = dict(self.scope)
        yield
        self.scope = outer

    # -- locals --

    def declare(self, node: syntax.Node, name: str, type_: CType) -> CLocal:
        """A local from here on. Its name is made unique within the function."""
        local = CLocal(name, self.unique(name), type_, node, name in self.moving)
        local.kind = self.text.kind_of(type_)
        self.scope[name] = local
        self.assigned.discard(local.unique)
        return local

    def unique(self, name: str) -> str:
        found, number = name, 1
        while found in self._names:
            number += 1
            found = f"{name}@{number}"
        self._names.add(found)
        return found

    def fresh(self, name: str, type_: tree.Type) -> tree.Local:
        """A local of the tree that no C text has."""
        local = tree.Local(self.unique(name), type_)
        self.locals[local.name] = type_
        return local

    def read(self, node: syntax.Node, local: CLocal) -> Value:
        """The value of a local; ModelError if it may have none yet."""
        if local.kind is None or local.unique not in self.assigned:
            raise error(node, f"`{local.name}` may be read here before it has a value; give it one on every way to this line")
        position = at(node)
        match local.kind:
            case ScalarKind(type_, c_type):
                return Scalar(tree.LocalRead(position, type_, local.unique), c_type)
            case AddressKind():
                area = tree.LocalRead(position, self.text.area_type, local.unique)
                return AreaAddress(area, tree.LocalRead(position, self.text.offset_type, f"{local.unique}@offset"))
            case RegionKind(variable, record, index):
                base = None if record is None else tree.LocalRead(position, tree.ReferenceType(record), local.unique)
                at_index: tree.Expression
                if index is None:
                    at_index = tree.LocalRead(position, self.text.index_type, f"{local.unique}@index")
                else:
                    at_index = build.integer(position, index)
                return Region(variable, record, base, at_index)
            case StructKind(tag, name, owner):
                of = None if owner is None else tree.LocalRead(position, tree.ReferenceType(owner), local.unique)
                return Struct(tag, name, owner, of)
            case OpaqueKind(what):
                return Opaque(what)

    def write(self, node: syntax.Node, local: CLocal, value: Value) -> None:
        """Emit the assignment of a value to a local."""
        if local.kind is None:
            local.kind = self.first_kind(node, local, value)
        position = at(node)
        for name, type_, expression in self.parts(node, local, value):
            self.locals.setdefault(name, type_)
            if not isinstance(expression, tree.LocalRead) or expression.name != name:
                self.emit(tree.Assign(position, name, expression))
        self.assigned.add(local.unique)

    def parts(self, node: syntax.Node, local: CLocal, value: Value) -> list[tuple[str, tree.Type, tree.Expression]]:
        """The locals of the tree that a local of C is, with what each gets. ModelError if it cannot hold such a value."""
        position, unique = at(node), local.unique
        match local.kind, value:
            case ScalarKind(type_, _), Scalar():
                return [(unique, type_, fitted(position, value, type_, f"`{local.name}`"))]
            case AddressKind(), AreaAddress(area, offset):
                text = self.text
                return [(f"{unique}@offset", text.offset_type, offset), (unique, text.area_type, area)]
            case RegionKind(variable, record, index), Region() if (value.variable, value.record) == (variable, record):
                found: list[tuple[str, tree.Type, tree.Expression]] = []
                if index is None:
                    found.append((f"{unique}@index", self.text.index_type, value.index))
                elif not isinstance(value.index, tree.Constant) or value.index.value != index:
                    raise error(node, f"`{local.name}` points to another element here; the translation took it for a fixed one")
                if value.base is not None and record is not None:
                    found.append((unique, tree.ReferenceType(record), value.base))
                return found
            case StructKind(tag, name, owner), Struct() if (value.tag, value.name, value.record) == (tag, name, owner):
                if value.base is None or owner is None:
                    return []
                return [(unique, tree.ReferenceType(owner), value.base)]
            case OpaqueKind(), Opaque():
                return []
        raise error(node, f"`{local.name}` gets {described(value)} here, and another kind of value elsewhere; use two variables")

    def first_kind(self, node: syntax.Node, local: CLocal, value: Value) -> Kind:
        """What a local holds whose type in C leaves that open, by the first value that it gets."""
        match value:
            case Scalar(expression, ctype) if ctype == ALLOCATED:
                return ScalarKind(expression.type, ALLOCATED)
            case Scalar(expression, _):
                if isinstance(local.type, CPointer) and isinstance(expression, tree.Constant) and not expression.value:
                    raise error(
                        node, f"what `{local.name}` points to is not known here; give it its first value where it has one"
                    )
                type_ = expression.type
                if isinstance(local.type, CPointer) and isinstance(type_, tree.IntType):
                    return ScalarKind(self.text.integer_type(local.type), local.type)
                if isinstance(type_, (tree.IntType, tree.BoolType)):
                    if not isinstance(local.type, CInteger):
                        raise error(
                            node, f"`{local.name}` is a {spell(local.type)}, and gets a number here; declare it as an integer"
                        )
                    return ScalarKind(self.text.integer_type(local.type), local.type)
                return ScalarKind(type_, local.type)
            case AreaAddress():
                return AddressKind()
            case Region(variable, record, _, index):
                fixed = index.value if isinstance(index, tree.Constant) and not local.moves else None
                return RegionKind(variable, record, fixed)
            case Struct(tag, name, owner, _):
                return StructKind(tag, name, owner)
            case Opaque(what):
                return OpaqueKind(what)
        raise error(node, f"`{local.name}` gets the result of a function that has none")


def described(value: Value) -> str:
    """A value, as an error names it."""
    match value:
        case Scalar(_, type_) if type_ == ALLOCATED:
            return "memory of kmalloc"
        case Scalar(expression, _):
            return describe(expression.type)
        case AreaAddress():
            return "an address in an area"
        case Region(variable, record, _, _):
            return f"a pointer into {record}.{variable.name}" if record else f"a pointer into {variable.name}"
        case Struct(tag, name, _, _):
            return f"a pointer to the struct {tag} `{name}`"
        case Opaque(what):
            return what
    return "nothing"
