# SPDX-License-Identifier: GPL-2.0-only
"""Places of shared state: variables, members, elements, what pointers point to."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.code import CLocal, Code, described
from checker.language.c.translate.fitting import fitted, truth
from checker.language.c.translate.integers import as_integer
from checker.language.c.translate.items import Holder, Item, Lock, Stored, Work
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.table import OwnArray
from checker.language.c.translate.types import ALLOCATED, CPointer, CStruct, CType, spell
from checker.language.c.translate.values import AreaAddress, Opaque, Region, Scalar, Struct, Value
from checker.language.errors import ModelError


@dataclass(frozen=True)
class Cell:
    """A place that holds a value of the tree. type: what it is to C."""

    place: tree.Place
    type: CType


@dataclass(frozen=True)
class LockPlace:
    """A lock, which only its address can be taken of. pointer: that."""

    pointer: Scalar


Designated = Cell | Region | Struct | LockPlace | AreaAddress | Opaque
"""What an lvalue is. A Region: an array. A Struct: one of the text. An AreaAddress: a member that is an address in an area."""

Target = CLocal | Cell | Region
"""What can be assigned to. A Region: the member that holds the pointer to an array, which the record has in it."""


class PlaceTranslator(Code):
    """Translates what C calls lvalues."""

    def value(self, node: syntax.Expression) -> Value:
        """Translate any expression; see ExpressionTranslator."""
        raise NotImplementedError

    def service(self, node: syntax.Node, name: str, *given: tree.Expression) -> Value:
        """A call of a service of the kernel; see CallTranslator."""
        raise NotImplementedError

    def target(self, node: syntax.Expression) -> Target:
        """What an assignment to the expression assigns to."""
        if isinstance(node, syntax.Name) and node.name in self.scope:
            return self.scope[node.name]
        found = self.designated(node)
        if isinstance(found, AreaAddress) and isinstance(node, syntax.Member):
            raise error(node, f"`{node.name}` is set by the kernel alone; leave it")
        if isinstance(found, Cell) or (isinstance(found, Region) and isinstance(node, syntax.Member)):
            return found
        raise error(node, "this cannot be assigned to in a model; assign to a variable, a member or an element")

    def designated(self, node: syntax.Expression, cpu: tree.Expression | None = None) -> Designated:
        """What an lvalue stands for. cpu: names are per-CPU variables, those of this CPU."""
        match node:
            case syntax.Name(name=name) if name in self.scope and cpu is None:
                raise error(node, f"the local `{name}` has no members and no address in a model; use its value")
            case syntax.Name(name=name):
                record = None if cpu is None else "Cpu"
                item = self.text.item(record, name)
                if item is None:
                    raise self.unknown(node, name, cpu is not None)
                return self.of_item(node, item, name, record, cpu)
            case syntax.Member(base=base, name=name, arrow=False):
                holder = self.designated(base, cpu)
                if not isinstance(holder, Struct):
                    raise error(node, f"`.{name}`: this is no struct of the text, and only such a one has members in a model")
                return self.member_of(node, holder, name)
            case syntax.Member(base=base, name=name):
                return self.member(node, base, name)
            case syntax.Index(base=base, index=index):
                region = self.region(base) if cpu is None else self.designated(base, cpu)
                if not isinstance(region, Region):
                    raise error(node, "this is no array, and has no elements")
                return self.cell(node, self.moved_region(node, region, "+", self.scalar(index)))
            case syntax.Unary(operator="*", operand=operand):
                pointer = self.value(operand)
                if isinstance(pointer, Struct):
                    return pointer
                if not isinstance(pointer, Region):
                    raise error(
                        node, f"this is {described(pointer)}, and not a pointer into an array; only such a one has elements"
                    )
                return self.cell(node, pointer)
            case syntax.Call(function=syntax.Name(name=name)) if (name, len(node.arguments)) in self.text.api.places:
                found: Designated = self.text.api.places[(name, len(node.arguments))](self, node)
                return found
        raise error(node, "this is no place in a model; write a variable, a member or an element")

    def of_item(self, node: syntax.Node, item: Item, name: str, record: str | None, base: tree.Expression | None) -> Designated:
        """A variable or member of the text."""
        match item:
            case Stored(variable):
                region = Region(variable, record, base, build.integer(at(node), 0))
                return region if variable.shape else self.cell(node, region)
            case Lock():
                return LockPlace(self.lock(node, item, record, base))
            case Holder(tag):
                return Struct(tag, name, record, base)
            case Work(what):
                return Opaque(f"the irq_work `{what}`")
        raise TypeError(item)

    def lock(self, node: syntax.Node, item: Lock, record: str | None, base: tree.Expression | None) -> Scalar:
        """A pointer to a lock."""
        type_ = tree.ReferenceType(item.record)
        if item.number is not None:
            return Scalar(tree.Constant(at(node), type_, item.number + 1), CPointer(item.type))
        assert item.field is not None
        return Scalar(tree.Read(at(node), type_, tree.Place(at(node), item.field, record, base)), CPointer(item.type))

    def member_of(self, node: syntax.Node, holder: Struct, name: str) -> Designated:
        """A member of a struct of the text."""
        whole = f"{holder.name}.{name}"
        item = self.text.item(holder.record, whole)
        if item is None:
            raise error(node, f"struct {holder.tag} has no member `{name}`")
        return self.of_item(node, item, whole, holder.record, holder.base)

    def cell(self, node: syntax.Node, region: Region) -> Cell:
        """The element that a pointer points to."""
        position, variable = at(node), region.variable
        indices: tuple[tree.Expression, ...] = ()
        if variable.shape:
            indices = (region.index,)
        elif not isinstance(region.index, tree.Constant) or region.index.value:
            raise error(node, f"`{variable.name}` is one value, not an array; the pointer may only point to it")
        place = tree.Place(position, variable, region.record, region.base, indices)
        return Cell(place, self.text.type_of_variable(variable))

    def type_of_value(self, type_: tree.Type) -> CType:
        """What C has for values of a type of the tree."""
        return self.text.type_of_value(type_)

    def load(self, node: syntax.Node, cell: Cell) -> Scalar:
        return Scalar(tree.Read(at(node), cell.place.variable.type, cell.place), cell.type)

    def loaded(self, node: syntax.Node, found: Designated) -> Value:
        """The value of an lvalue; an array is a pointer to its first element."""
        match found:
            case Cell():
                return self.load(node, found)
            case Region() | AreaAddress() | Opaque():
                return found
            case Struct(tag, _, _, _):
                raise error(node, f"a struct {tag} is a value here, which a model does not have; use a pointer to it")
        raise error(node, "a lock is a value here; take its address")

    def pointer_to(self, node: syntax.Node, found: Designated) -> Value:
        """The address of an lvalue."""
        match found:
            case Cell(place):
                index = place.indices[0] if place.indices else build.integer(at(node), 0)
                return Region(place.variable, place.record, place.base, index)
            case Region() | Struct() | Opaque():
                return found
            case LockPlace(pointer):
                return pointer
        raise error(node, "the address of this has no counterpart in a model")

    def region(self, node: syntax.Expression) -> Region:
        """An expression that has to be a pointer into an array."""
        value = self.value(node)
        if not isinstance(value, Region):
            raise self.not_into_an_array(node, value)
        return value

    def not_into_an_array(self, node: syntax.Node, value: Value) -> ModelError:
        return error(node, f"this is {described(value)}, and not a pointer into an array; only such a one has elements")

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

    def member(self, node: syntax.Member, base: syntax.Expression, name: str) -> Designated:
        """A member of what a pointer points to: of a struct of the text, or of one of the kernel's, as the manifest has it or the
        text adds it."""
        pointer = self.value(base)
        if isinstance(pointer, Struct):
            return self.member_of(node, pointer, name)
        position = at(node)
        if not isinstance(pointer, Scalar):
            raise error(node, f"`->{name}`: this is {described(pointer)}, which has no members")
        if not isinstance(pointer.type, CPointer) or not isinstance(pointer.type.target, CStruct):
            raise error(node, f"`->{name}`: this is {spell(pointer.type)}, which has no members")
        tag = pointer.type.target.tag
        bound = self.text.member(tag, name)
        if bound is None:
            return self.added_member(node, pointer, tag, name)
        if bound == "address(self)":
            return AreaAddress(pointer.expression, build.integer(position, 0))
        is_address = bound.startswith("address(") and bound.endswith(")")
        record, _, field = (bound[len("address(") : -1] if is_address else bound).partition(".")
        if pointer.expression.type != tree.ReferenceType(record):
            raise error(node, f'the manifest has "{tag}.{name}" = "{bound}", and a struct {tag} is no {record} to the kernel')
        variable = self.text.kernel.field(record, field)
        region = Region(variable, record, pointer.expression, build.integer(position, 0))
        if is_address:
            return AreaAddress(self.load(node, self.cell(node, region)).expression, build.integer(position, 0))
        return region if variable.shape else self.cell(node, region)

    def added_member(self, node: syntax.Member, pointer: Scalar, tag: str, name: str) -> Designated:
        """A member that the text adds to a struct of the kernel's."""
        type_ = pointer.expression.type
        item = self.text.item(type_.record, name) if isinstance(type_, tree.ReferenceType) else None
        if item is None or not isinstance(type_, tree.ReferenceType):
            raise error(
                node,
                f"struct {tag} has no member `{name}` that the modelled kernel knows; bind it in the manifest, [members] "
                f'"{tag}.{name}" = "Record.field", or leave it out',
            )
        return self.of_item(node, item, name, type_.record, pointer.expression)

    def address_of(self, node: syntax.Unary) -> Value:
        """`&place`: a pointer to it."""
        match node.operand:
            case syntax.Name(name=name) if name in self.scope:
                raise error(
                    node, f"the address of the local `{name}` has no counterpart in a model; pass its value, and return one"
                )
            case syntax.Name(name=name) if name in self.text.api.opaque:
                return Opaque(self.text.api.opaque[name])
        return self.pointer_to(node, self.designated(node.operand))

    def store(self, node: syntax.Node, target: Target, value: Value) -> None:
        """Emit the assignment of a value."""
        if isinstance(target, CLocal):
            self.write(node, target, value)
            return
        if isinstance(target, Region):
            if isinstance(value, Scalar) and value.type == ALLOCATED and self.gives(node, target, value):
                return
            raise error(
                node, f"`{target.variable.name}` is a part of {target.record} here, with room for all; it is not replaced"
            )
        place = target.place
        expression = fitted(at(node), value, place.variable.type, f"`{place.variable.name}`")
        self.emit(tree.Assign(place.position, place, expression))

    def own_array(self, region: Region) -> OwnArray | None:
        """What the kernel has for an array that the text allocates, if the pointer is to the beginning of one."""
        is_begin = isinstance(region.index, tree.Constant) and region.index.value == 0
        return self.text.api.arrays.get(f"{region.record}.{region.variable.name}") if is_begin else None

    def gives(self, node: syntax.Node, target: Region, value: Scalar) -> bool:
        """Emit that an array gets its memory, or NULL. False: it is none that the text allocates."""
        own = self.own_array(target)
        if own is None or target.base is None:
            return False
        if self.text.kernel.constant(own.event).value:
            self.service(node, own.give, target.base, value.expression)
        return True

    def is_set(self, node: syntax.Node, value: Value) -> tree.Expression:
        """A value as a condition. A pointer to an array that the text allocates may be NULL."""
        own = self.own_array(value) if isinstance(value, Region) else None
        if own is None or not isinstance(value, Region) or value.base is None or not self.text.kernel.constant(own.event).value:
            return truth(at(node), value)
        found = self.service(node, own.is_there, value.base)
        assert isinstance(found, Scalar)
        return found.expression

    def of_domain(self, domain: str) -> str:
        """What an error says of a name that only another domain has."""
        return (
            f"belongs to the domain {domain!r}, and the manifest is for the domain {self.text.manifest.domain!r}; leave it out, "
            f'or write domain = "{domain}" in the manifest'
        )

    def unknown(self, node: syntax.Node, name: str, per_cpu: bool = False) -> Exception:
        if per_cpu:
            return error(
                node,
                "this is no per-CPU variable of the text; define it with DEFINE_PER_CPU, or bind it in the manifest, [data]",
            )
        elsewhere = self.text.api.elsewhere.get(name)
        if elsewhere is not None:
            return error(node, f"`{name}` {self.of_domain(elsewhere)}")
        if self.text.item("Cpu", name) is not None:
            return error(node, f"`{name}` is per CPU; take it by this_cpu_ptr, per_cpu_ptr or this_cpu_read")
        return error(
            node,
            f"`{name}` is not known: neither the text nor the modelled kernel has it; give --base with the tree that has it, or "
            "bind it in the manifest",
        )
