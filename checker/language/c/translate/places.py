# SPDX-License-Identifier: GPL-2.0-only
"""Places of shared state: variables, members, elements, what pointers point to."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.code import CLocal, Code, described
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.integers import as_integer
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import CPointer, CStruct, CType, spell
from checker.language.c.translate.values import Opaque, Region, Scalar, StackAddress, Value


@dataclass(frozen=True)
class Cell:
    """A place that holds a value of the tree. type: what it is to C."""

    place: tree.Place
    type: CType


Target = CLocal | Cell | Region
"""What can be assigned to. A Region: the member that holds the pointer to an array, which the record has in it."""


class PlaceTranslator(Code):
    """Translates what C calls lvalues."""

    def value(self, node: syntax.Expression) -> Value:
        """Translate any expression; see ExpressionTranslator."""
        raise NotImplementedError

    def target(self, node: syntax.Expression) -> Target:
        """What an assignment to the expression assigns to."""
        match node:
            case syntax.Name(name=name) if name in self.scope:
                return self.scope[name]
            case syntax.Name(name=name):
                variable = self.text.variable(name)
                if variable is not None and not variable.shape:
                    return self.cell(node, Region(variable, None, None, build.integer(at(node), 0)))
                raise self.unknown(node, name)
            case syntax.Member(base=base, name=name):
                found = self.member(node, base, name)
                if isinstance(found, StackAddress):
                    raise error(node, f"`{name}` is set by the kernel alone; leave it")
                return found
            case syntax.Index(base=base, index=index):
                return self.cell(node, self.element(node, base, index))
            case syntax.Unary(operator="*", operand=operand):
                return self.cell(node, self.region(operand))
            case syntax.Call(function=syntax.Name(name=name)) if name in self.text.api.places:
                return self.cell(node, self.text.api.places[name](self, node))
        raise error(node, "this cannot be assigned to in a model; assign to a variable, a member or an element")

    def cell(self, node: syntax.Node, region: Region) -> Cell:
        """The element that a pointer points to."""
        position, variable = at(node), region.variable
        indices: tuple[tree.Expression, ...] = ()
        if variable.shape:
            indices = (region.index,)
        elif not isinstance(region.index, tree.Constant) or region.index.value:
            raise error(node, f"`{variable.name}` is one value, not an array; the pointer may only point to it")
        place = tree.Place(position, variable, region.record, region.base, indices)
        return Cell(place, self.text.type_of_variable(region.record, variable))

    def type_of_value(self, type_: tree.Type) -> CType:
        """What C has for values of a type of the tree."""
        return self.text.type_of_value(type_)

    def load(self, node: syntax.Node, cell: Cell) -> Scalar:
        return Scalar(tree.Read(at(node), cell.place.variable.type, cell.place), cell.type)

    def region(self, node: syntax.Expression) -> Region:
        """An expression that has to be a pointer into an array."""
        value = self.value(node)
        if not isinstance(value, Region):
            raise error(node, f"this is {described(value)}, and not a pointer into an array; only such a one has elements")
        return value

    def element(self, node: syntax.Node, base: syntax.Expression, index: syntax.Expression) -> Region:
        """base[index], as a pointer to that element."""
        region = self.region(base)
        return self.moved_region(node, region, "+", self.scalar(index))

    def moved_region(self, node: syntax.Node, region: Region, operator: str, by: Scalar) -> Region:
        number = as_integer(at(node), by).expression
        if isinstance(region.index, tree.Constant) and region.index.value == 0 and operator == "+":
            return Region(region.variable, region.record, region.base, number)
        return Region(region.variable, region.record, region.base, build.binary(at(node), operator, region.index, number))

    def scalar(self, node: syntax.Expression) -> Scalar:
        """An expression that has to be a value of the tree."""
        value = self.value(node)
        if not isinstance(value, Scalar):
            raise error(node, f"this is {described(value)}, where a number or a pointer to an object is needed")
        return value

    def member(self, node: syntax.Member, base: syntax.Expression, name: str) -> Cell | Region | StackAddress:
        """A member of what a pointer points to, as the manifest has it."""
        if not node.arrow:
            raise error(node, f"`.{name}`: a struct is a value here, which a model does not have; use a pointer to it")
        pointer = self.scalar(base)
        position = at(node)
        if not isinstance(pointer.type, CPointer) or not isinstance(pointer.type.target, CStruct):
            raise error(node, f"`->{name}`: this is {spell(pointer.type)}, which has no members")
        tag = pointer.type.target.tag
        bound = self.text.member(tag, name)
        if bound is None:
            raise error(
                node,
                f"struct {tag} has no member `{name}` that the modelled kernel knows; bind it in the manifest, [members] "
                f'"{tag}.{name}" = "Record.field", or leave it out',
            )
        if bound == "address(self)":
            return StackAddress(pointer.expression, build.integer(position, 0))
        is_address = bound.startswith("address(") and bound.endswith(")")
        record, _, field = (bound[len("address(") : -1] if is_address else bound).partition(".")
        if pointer.expression.type != tree.ReferenceType(record):
            raise error(node, f'the manifest has "{tag}.{name}" = "{bound}", and a struct {tag} is no {record} to the kernel')
        variable = self.text.field(record, field)
        region = Region(variable, record, pointer.expression, build.integer(position, 0))
        if is_address:
            return StackAddress(self.load(node, self.cell(node, region)).expression, build.integer(position, 0))
        return region if variable.shape else self.cell(node, region)

    def address_of(self, node: syntax.Unary) -> Value:
        """`&place`: a pointer to it."""
        match node.operand:
            case syntax.Name(name=name) if name in self.scope:
                raise error(
                    node, f"the address of the local `{name}` has no counterpart in a model; pass its value, and return one"
                )
            case syntax.Name(name=name):
                variable = self.text.variable(name)
                if variable is not None:
                    return Region(variable, None, None, build.integer(at(node), 0))
                if name in self.text.api.opaque:
                    return Opaque(self.text.api.opaque[name])
                raise self.unknown(node.operand, name)
            case syntax.Index(base=base, index=index):
                return self.element(node, base, index)
            case syntax.Unary(operator="*", operand=operand):
                return self.region(operand)
            case syntax.Member(base=base, name=name) as member:
                found = self.member(member, base, name)
                if isinstance(found, Cell):
                    return Region(found.place.variable, found.place.record, found.place.base, build.integer(at(node), 0))
                if isinstance(found, Region):
                    return found
        raise error(node, "the address of this has no counterpart in a model")

    def store(self, node: syntax.Node, target: Target, value: Value) -> None:
        """Emit the assignment of a value."""
        if isinstance(target, CLocal):
            self.write(node, target, value)
            return
        if isinstance(target, Region):
            if isinstance(value, Opaque) and value.what == ARRAY:
                return
            raise error(
                node, f"`{target.variable.name}` is a part of {target.record} here, with room for all; it is not replaced"
            )
        place = target.place
        expression = fitted(at(node), value, place.variable.type, f"`{place.variable.name}`")
        self.emit(tree.Assign(place.position, place, expression))

    def unknown(self, node: syntax.Node, name: str) -> Exception:
        return error(
            node,
            f"`{name}` is not known: neither the text nor the modelled kernel has it; give --base with the tree that has it, or "
            "bind it in the manifest",
        )


ARRAY = "memory for an array that the kernel's record has in it"
"""What kmalloc gives for it, as an Opaque value."""
