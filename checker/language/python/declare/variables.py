# SPDX-License-Identifier: GPL-2.0-only
"""What variables and fields are declared with: plain types, arrays (also of arrays), values for each instance of a record,
and structs.

A struct is not a type of the tree: a variable of it becomes a variable for each of its members, named `lock.held`, or
`locks[].held` where the struct is the element of an array.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from checker.language import build, tree
from checker.language.errors import similar
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Builtin, Resolver, StructName, Symbol
from checker.language.types import MOST, describe


@dataclass(frozen=True)
class _Declared:
    """One line `name: annotation = value`, and what surrounds it. node: where the variable is declared, which messages name.
    value_module: the module that the value is written in. instances: of the record that it is a field of."""

    module: Module
    name: str
    annotation: ast.expr
    value: ast.expr
    node: ast.AST
    value_module: Module
    instances: int
    shape: tuple[int | str, ...] = ()
    ghost: bool = False


def sized(module: Module, node: ast.AST, what: str, number: int) -> None:
    """ModelError if the number is more than MOST."""
    if number > MOST:
        raise module.error(node, f"{what} can be {MOST:,} at most, not {number:,}")


class VariableReader:
    """Reads declarations of variables."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.structs: dict[str, tuple[Module, ast.ClassDef]] = {}
        self._busy: set[str] = set()

    def read(
        self, module: Module, name: str, annotation: ast.expr, value: ast.expr, node: ast.AST, instances: int
    ) -> list[tree.Variable]:
        """The variable of a line `name: annotation = value`; of a struct, one for each member. instances: how many instances the
        record has that it is a field of, 1 for a module variable."""
        return list(self._read(_Declared(module, name, annotation, value, node, module, instances)))

    def _read(self, d: _Declared) -> Iterator[tree.Variable]:
        ghost, annotation = self._generic(d.module, d.annotation, "Ghost")
        outer = len(d.shape)
        shape, annotation, start = self._shape(d, annotation)
        shape = d.shape + shape
        sizes = [self.resolver.records[part].count if isinstance(part, str) else part for part in shape]
        sized(d.module, d.node, f"`{d.name}`, in all instances together,", prod(sizes) * d.instances)
        struct = self._struct(d.module, annotation)
        if struct is not None:
            name = d.name + "[]" * (len(shape) - outer)
            yield from self._members(d, struct, name, start, shape, d.ghost or ghost)
            return
        type_ = self.resolver.annotation(d.module, annotation)
        yield tree.Variable(d.name, type_, d.module.position(d.node), shape, self._initial(d, type_, start), d.ghost or ghost)

    def _initial(self, d: _Declared, type_: tree.Type, start: ast.expr | None) -> int:
        if start is not None:
            expression = build.fit(ExpressionTranslator(self.resolver, d.value_module).expression(start), type_, f"`{d.name}`")
            initial = build.known(expression, "an initial value is a constant; @initial code can set others")
            if isinstance(type_, tree.IntType) and not type_.low <= initial <= type_.high:
                text = f"`{d.name}` takes {describe(type_)}, and this is always {initial}; change one of them"
                raise d.value_module.error(start, text)
            return initial
        if isinstance(type_, tree.IntType) and not type_.low <= 0 <= type_.high:
            raise d.module.error(d.node, f"`{d.name}` needs an initial value in its range")
        return 0

    # -- arrays --

    def _shape(self, d: _Declared, annotation: ast.expr) -> tuple[tuple[int | str, ...], ast.expr, ast.expr | None]:
        """What indexes the variable, the type of an element, and the initial value of each if it is given."""
        value = d.value
        is_array, element = self._generic(d.module, annotation, "Array")
        is_per, both = self._generic(d.module, annotation, "Per")
        maker = self._maker(d.value_module, value)
        if not is_array and not is_per and maker != Builtin("per"):
            return (), annotation, value
        part: int | str
        if is_array:
            if maker != Builtin("array"):
                raise d.module.error(d.node, f"an Array is declared `{d.name}: Array[Type] = array(length)`")
            start = self._arguments(d.value_module, value, "array(length) or array(length, initial value)")
            assert isinstance(value, ast.Call)
            part = ExpressionTranslator(self.resolver, d.value_module).constant(value.args[0], "the length")
            if part < 1:
                raise d.value_module.error(value, f"an array has at least one element, not {part}")
            sized(d.value_module, value, "the length", part)
        else:
            form = f"write `{d.name}: Per[Record, Type] = per(Record)`"
            if maker != Builtin("per") or not isinstance(both, ast.Tuple) or len(both.elts) != 2:
                raise d.module.error(d.node, form)
            start = self._arguments(d.value_module, value, "per(Record) or per(Record, initial value)")
            assert isinstance(value, ast.Call)
            part = ExpressionTranslator(self.resolver, d.value_module).record(value.args[0], may_be_quoted=True)
            if self.resolver.annotation(d.module, both.elts[0]) != tree.ReferenceType(part):
                raise d.module.error(d.node, form)
            element = both.elts[1]
        if not any(self._generic(d.module, element, name)[0] for name in ("Array", "Per")):
            return (part,), element, start
        if start is None:
            raise d.value_module.error(value, "the inner array needs its length: array(length, array(length))")
        inner = _Declared(d.module, d.name, element, start, d.node, d.value_module, d.instances)
        rest, element, start = self._shape(inner, element)
        return (part, *rest), element, start

    @staticmethod
    def _arguments(module: Module, value: ast.expr, form: str) -> ast.expr | None:
        """The initial value that `array` or `per` is given."""
        assert isinstance(value, ast.Call)
        if not 1 <= len(value.args) <= 2 or value.keywords:
            raise module.error(value, f"write {form}")
        return value.args[1] if len(value.args) == 2 else None

    def _maker(self, module: Module, value: ast.expr) -> Symbol | None:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in module.definitions:
            return self.resolver.resolve(module, value.func.id, value)
        return None

    def _generic(self, module: Module, annotation: ast.expr, name: str) -> tuple[bool, ast.expr]:
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
            known = annotation.value.id in module.definitions
            if known and self.resolver.resolve(module, annotation.value.id, annotation) == Builtin(name):
                return True, annotation.slice
        return False, annotation

    # -- structs --

    def _struct(self, module: Module, annotation: ast.expr) -> str | None:
        """The struct that an annotation names, if it names one."""
        if not isinstance(annotation, ast.Name) or annotation.id not in module.definitions:
            return None
        symbol = self.resolver.resolve(module, annotation.id, annotation)
        return symbol.name if isinstance(symbol, StructName) else None

    def declare_struct(self, module: Module, node: ast.ClassDef) -> StructName:
        """A class that is a struct. Its members are read where a variable has it as its type."""
        if node.bases or len(node.decorator_list) != 1 or isinstance(node.decorator_list[0], ast.Call):
            raise module.error(node, "a struct is a class without base and with @struct alone")
        found: set[str] = set()
        for statement in node.body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                    continue
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                    if name in found:
                        raise module.error(statement, f"{node.name} has a member `{name}` already")
                    found.add(name)
                case _:
                    raise module.error(statement, "a struct has lines `member: Type = initial value` only")
        if not found:
            raise module.error(node, f"the struct {node.name} needs members")
        self.structs[node.name] = (module, node)
        return StructName(node.name)

    def _members(
        self, d: _Declared, struct: str, name: str, start: ast.expr | None, shape: tuple[int | str, ...], ghost: bool
    ) -> Iterator[tree.Variable]:
        """The variables that a variable of a struct is made of. start: `Struct(member=value)`."""
        module, node = self.structs[struct]
        given = {} if start is None else self._given(d, struct, start)
        if struct in self._busy:
            raise d.module.error(d.node, f"the struct {struct} has itself inside; a reference to a record can stand there")
        self._busy.add(struct)
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
                member = statement.target.id
                value, where = (given.pop(member), d.value_module) if member in given else (statement.value, module)
                inner = f"{name}.{member}"
                yield from self._read(
                    _Declared(module, inner, statement.annotation, value, statement, where, d.instances, shape, ghost)
                )
        self._busy.discard(struct)

    def _given(self, d: _Declared, struct: str, start: ast.expr) -> dict[str, ast.expr]:
        """The initial values that stand in place of those of the members."""
        if self._maker(d.value_module, start) != StructName(struct) or not isinstance(start, ast.Call) or start.args:
            raise d.value_module.error(start, f"`{d.name}` starts as {struct}() or {struct}(member=value)")
        _, node = self.structs[struct]
        members = [s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        for keyword in start.keywords:
            if keyword.arg not in members:
                hint = similar(str(keyword.arg), members)
                raise d.value_module.error(keyword, f"{struct} has no member `{keyword.arg}`; it has {', '.join(members)}{hint}")
        return {str(keyword.arg): keyword.value for keyword in start.keywords}
