# SPDX-License-Identifier: GPL-2.0-only
"""Places of the shared state: fields, elements of arrays, members of structs, module variables."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from checker.language import build, tree
from checker.language.errors import similar
from checker.language.python.code.calls import CallTranslator
from checker.language.python.source.symbols import StructVariable
from checker.language.types import describe


@dataclass(frozen=True)
class _Path:
    """A variable, or a struct that several variables make up, with what indexes it so far. name: what their names begin with.
    table: all variables beside it. record, base: of a field."""

    position: tree.Position
    name: str
    table: Mapping[str, tree.Variable]
    record: str | None = None
    base: tree.Expression | None = None
    indices: tuple[tree.Expression, ...] = ()

    @property
    def variable(self) -> tree.Variable | None:
        """The variable; None for a struct."""
        return self.table.get(self.name)

    def inside(self, mark: str) -> dict[str, tree.Variable]:
        """The variables whose names go on with the mark: `.` for members, `[]` for elements."""
        return {name: variable for name, variable in self.table.items() if name.startswith(self.name + mark)}


class PlaceTranslator(CallTranslator):
    """Translates what stands for a place."""

    def place(self, node: ast.expr) -> tree.Place:
        """The place of the shared state that a field, an element or a module variable is."""
        path = self.path(node)
        if path is None:
            raise self.module.error(node, f"`{ast.unparse(node)}` is not a field, an array element or a module variable")
        return self.place_of(path, node)

    def place_of(self, path: _Path, node: ast.expr) -> tree.Place:
        if path.variable is None:
            members = _names(path.inside("."), len(path.name) + 1)
            what = f"is a struct; name one of its members: {', '.join(members)}" if members else "is an array; index it"
            raise self.module.error(node, f"`{ast.unparse(node)}` {what}")
        return tree.Place(path.position, path.variable, path.record, path.base, path.indices)

    def whole(self, path: _Path, node: ast.expr) -> tree.Expression:
        """The value of a place that has no further elements."""
        place = self.place_of(path, node)
        if len(place.indices) < len(place.variable.shape):
            name = node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)
            what = "has several values" if isinstance(node, ast.Name) else "is an array"
            raise self.module.error(node, f"`{name}` {what}; index it")
        if place.variable.ghost:
            self.reads_ghost.append(place.position)
        return tree.Read(place.position, place.variable.type, place)

    def path(self, node: ast.expr) -> _Path | None:
        """What a name, field or element stands for; None for something else."""
        match node:
            case ast.Name(id=name) if name not in self.names and name not in self.local_types:
                symbol = self.symbol(node)
                if isinstance(symbol, tree.Variable | StructVariable):
                    return _Path(self.module.position(node), symbol.name, self.resolver.variables)
            case ast.Attribute(value=value):
                outer = self.path(value)
                if outer is not None and outer.variable is None:
                    return self.member(outer, node)
                return self.field(self.expression(value) if outer is None else self.whole(outer, value), node)
            case ast.Subscript(value=value, slice=slice_):
                outer = self.path(value)
                if outer is not None:
                    return self.element(outer, node, slice_)
        return None

    def field(self, base: tree.Expression, node: ast.Attribute) -> _Path:
        """A field of what a pointer points to."""
        if not isinstance(base.type, tree.ReferenceType) or not base.type.record:
            raise self.module.error(node, f"`.{node.attr}`: this is {describe(base.type)}, which has no fields")
        fields = self.resolver.fields(base.type.record)
        found = _Path(self.module.position(node), node.attr, fields, base.type.record, base)
        if found.variable is None and not found.inside(".") and not found.inside("[]"):
            names = _names(fields, 0)
            hint = f"; it has {', '.join(names) or 'none'}{similar(node.attr, names)}"
            raise self.module.error(node, f"{base.type.record} has no field `{node.attr}`{hint}")
        return found

    def member(self, outer: _Path, node: ast.Attribute) -> _Path:
        """A member of a struct."""
        members = _names(outer.inside("."), len(outer.name) + 1)
        if not members:
            raise self.module.error(node, f"`{ast.unparse(node.value)}` is an array; index it")
        if node.attr not in members:
            hint = f"; it has {', '.join(members)}{similar(node.attr, members)}"
            raise self.module.error(node, f"`{ast.unparse(node.value)}` has no member `{node.attr}`{hint}")
        return replace(outer, position=self.module.position(node), name=f"{outer.name}.{node.attr}")

    def element(self, outer: _Path, node: ast.Subscript, slice_: ast.expr) -> _Path:
        """An element of an array, or the value for an instance."""
        inside = outer.inside("[]")
        variable = outer.variable or next(iter(inside.values()), None)
        if variable is None or len(outer.indices) >= len(variable.shape):
            raise self.module.error(node, f"`{_last(outer.name)}` is not an array here; do not index it")
        part = variable.shape[len(outer.indices)]
        index = self.expression(slice_)
        if isinstance(part, str):
            index = build.fit(index, tree.ReferenceType(part), "the index")
        elif not isinstance(index.type, tree.IntType):
            raise self.module.error(slice_, f"an array is indexed by an integer, not by {describe(index.type)}")
        name = outer.name if outer.variable is not None else outer.name + "[]"
        return replace(outer, position=self.module.position(node), name=name, indices=(*outer.indices, index))


def _names(variables: Mapping[str, tree.Variable], start: int) -> list[str]:
    """What comes next in the names of variables, each once."""
    return list(dict.fromkeys(name[start:].partition(".")[0].partition("[")[0] for name in variables))


def _last(name: str) -> str:
    return name.rpartition(".")[2]
