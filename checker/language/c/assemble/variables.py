# SPDX-License-Identifier: GPL-2.0-only
"""Variables at file scope, and members that a text adds to the kernel's structs -> variables of the program, fields of the
kernel's records, instances of its locks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from checker.counting import counted
from checker.language import tree
from checker.language.c import syntax
from checker.language.c.assemble.locks import FoundLock, lock_type
from checker.language.c.translate.integers import as_type
from checker.language.c.translate.items import Holder, Item, Lock, Refused, Stored, Work
from checker.language.c.translate.names import ATOMICS, Names
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import CBool, CInteger, CNamed, CPointer, CStruct, CType, spell
from checker.language.c.translate.values import ScalarKind
from checker.language.errors import ModelError, UsageError
from checker.language.types import MOST

_DEEPEST = 8
"""How deep structs are inside each other: far more than code has."""

Structs = Mapping[str, syntax.StructDefinition]


@dataclass
class Variables:
    """items: what each name is, by the record that it is a field of (None: none) and the name. new: those that the kernel lacks,
    by record. works: each struct irq_work, with its name and its initial value. initial: what sets the references to locks of
    which each CPU has one."""

    items: dict[tuple[str | None, str], Item] = field(default_factory=dict)
    new: dict[str | None, list[tree.Variable]] = field(default_factory=dict)
    works: list[tuple[syntax.Node, str, syntax.Expression | None]] = field(default_factory=list)
    initial: list[tree.Statement] = field(default_factory=list)


def declared(
    names: Names,
    definitions: Iterable[syntax.VariableDefinition],
    members: Iterable[tuple[str, syntax.StructMember]],
    structs: Structs,
    locks: Iterable[FoundLock],
) -> Variables:
    """What a text defines. members: those that it adds to structs, with the tag. A type that a model does not have is an error
    where the variable is reached."""
    reader = _Reader(names, structs, {(lock.record, lock.name): lock for lock in locks})
    for definition in definitions:
        if "extern" not in definition.attributes:
            reader.variable(definition)
    records = names.manifest.records
    for tag, member in members:
        if tag not in records or member.name is None or f"{tag}.{member.name}" in names.manifest.members:
            continue
        if member.bits is not None:
            reader.refuse(records[tag], member.name, member)
        else:
            reader.add(records[tag], member.name, member.type, member, None)
    return reader.found


def length_of(definition: syntax.VariableDefinition) -> syntax.Expression | None:
    """The length of an array, None for another variable."""
    return definition.type.length if isinstance(definition.type, syntax.ArrayType) else None


class _Reader:
    """Reads the definitions of one text."""

    def __init__(self, names: Names, structs: Structs, locks: Mapping[tuple[str | None, str], FoundLock]) -> None:
        self.names = names
        self.structs = structs
        self.locks = locks
        self.found = Variables()

    def variable(self, definition: syntax.VariableDefinition) -> None:
        bound = self.names.manifest.data.get(definition.name)
        if bound is None:
            record = "Cpu" if definition.per_cpu else None
            self.add(record, definition.name, definition.type, definition, definition.initialiser)
            return
        of, _, name = bound.is_.partition(".")
        variable = self.names.kernel.field(of, name)
        if of != "Cpu" or not definition.per_cpu:
            raise error(
                definition,
                f"{self.names.manifest.path} has `{definition.name}` as {bound.is_}; only per-CPU variables can be bound",
            )
        self.check_length(definition, variable, bound.length)
        self.found.items[of, definition.name] = Stored(variable, self.names.type_of_value(variable.type))

    def check_length(self, definition: syntax.VariableDefinition, variable: tree.Variable, given: str | None) -> None:
        """ModelError if an array is not as long as the kernel's, and the manifest does not say that it decides."""
        length = length_of(definition)
        mine = () if length is None else (self.names.sizes.evaluate(length),)
        if given is None and mine != variable.shape:
            raise error(
                definition,
                f"`{definition.name}` is {_shape(mine)}, and the kernel's {variable.name} is {_shape(variable.shape)}",
            )

    def add(
        self, record: str | None, name: str, type_: syntax.Type, node: syntax.Node, initial: syntax.Expression | None
    ) -> None:
        """One variable or member, with all that is in it."""
        if (record, name) in self.found.items:
            self.found.items[record, name] = Refused(
                error(node, f"`{name}` is defined twice; rename one, as a model keeps them in one place")
            )
            return
        try:
            self.found.items[record, name] = self.item(record, name, type_, node, initial)
        except ModelError as refused:
            self.found.items[record, name] = Refused(refused)

    def item(
        self, record: str | None, name: str, type_: syntax.Type, node: syntax.Node, initial: syntax.Expression | None
    ) -> Item:
        shape: tuple[int, ...] = ()
        if isinstance(type_, syntax.ArrayType):
            shape, type_ = (self.length(name, type_, node),), type_.element
        c_type = self.names.c_type(type_)
        lock = lock_type(c_type)
        if lock is not None:
            return self.lock(record, name, node, c_type, shape)
        if isinstance(c_type, CStruct) and c_type.tag == "irq_work" and not shape:
            self.found.works.append((node, name, initial))
            return Work(name)
        if isinstance(c_type, CStruct) and c_type.tag in self.structs:
            return self.holder(record, name, c_type.tag, node, initial, shape)
        variable = self.stored(name, node, c_type, shape, initial)
        self.found.new.setdefault(record, []).append(variable)
        self.names.declared_types[variable] = c_type
        return Stored(variable, c_type)

    def length(self, name: str, type_: syntax.ArrayType, node: syntax.Node) -> int:
        if type_.length is None:
            raise error(node, f"`{name}` has no length; write it")
        number = self.names.sizes.evaluate(type_.length)
        if number < 1:
            raise error(node, f"`{name}` has {counted(number, 'element')}; it needs at least one")
        if number > MOST:
            raise error(node, f"`{name}` has {number:,} elements, and {MOST:,} are the most; choose a smaller length")
        return number

    def lock(self, record: str | None, name: str, node: syntax.Node, c_type: CType, shape: tuple[int, ...]) -> Item:
        """A lock, which is an instance of the kernel's record, or a field that refers to one."""
        found = self.locks.get((record, name))
        if found is None or shape:
            raise error(
                node, f"`{name}`: a model has single locks and one for each CPU, no arrays of them and none in other structs"
            )
        if record is None:
            return Lock(found.kernel_record, c_type, found.first)
        position = at(node)
        type_ = tree.ReferenceType(found.kernel_record)
        variable = tree.Variable(name, type_, position)
        self.found.new.setdefault(record, []).append(variable)
        owner = self.names.kernel.record(record)
        for index in range(owner.count):
            instance = tree.Constant(position, tree.ReferenceType(record), (index + 1) * owner.alignment)
            value = tree.Constant(position, type_, found.first + index + 1)
            self.found.initial.append(tree.Assign(position, tree.Place(position, variable, record, instance), value))
        return Lock(found.kernel_record, c_type, None, variable)

    def holder(
        self,
        record: str | None,
        name: str,
        tag: str,
        node: syntax.Node,
        initial: syntax.Expression | None,
        shape: tuple[int, ...],
    ) -> Item:
        """A struct of the text: each member is one of its own."""
        if name.count(".") > _DEEPEST:
            raise error(node, f"`{tag}` has itself inside, or structs {_DEEPEST} deep; a model has flatter ones")
        if shape:
            raise error(node, f"`{name}` is an array of structs, which a model does not have; use one array for each member")
        given = dict(_given(initial, name))
        for member in self.structs[tag].members:
            if member.name is None:
                continue
            if member.bits is not None:
                self.refuse(record, f"{name}.{member.name}", member)
                continue
            self.add(record, f"{name}.{member.name}", member.type, member, given.get(member.name))
        return Holder(tag)

    def refuse(self, record: str | None, name: str, member: syntax.StructMember) -> None:
        self.found.items[record, name] = Refused(
            error(member, f"`{member.name}` is a bit-field: a store to it also stores its neighbours; use a member of its own")
        )

    def stored(
        self, name: str, node: syntax.Node, c_type: CType, shape: tuple[int, ...], initial: syntax.Expression | None
    ) -> tree.Variable:
        type_ = self.type_of(name, node, c_type)
        if initial is not None and shape:
            raise error(node, "an array with initial values; leave them out, all elements begin as 0")
        value = 0 if initial is None else self.initial(name, type_, c_type, initial)
        return tree.Variable(name, type_, at(node), shape, value)

    def initial(self, name: str, type_: tree.Type, c_type: CType, given: syntax.Expression) -> int:
        """The initial value of a variable."""
        if isinstance(given, syntax.Call) and len(given.arguments) == 1:  # ATOMIC_INIT(1)
            (given,) = given.arguments
        if isinstance(given, syntax.Name) and given.name in self.names.api.numbers:
            value = self.names.api.numbers[given.name]
        else:
            try:
                value = as_type(self.names.sizes.evaluate(given), c_type)
            except UsageError as found:
                raise error(given, found.message) from None
        match type_:
            case tree.BoolType():
                return int(value != 0)
            case tree.IntType(low, high) if low <= value <= high:
                return value
            case tree.ReferenceType() | tree.FlagsType() if value == 0:
                return 0
        raise error(given, f"`{name}` begins as {value}, which a model does not have there; begin with 0")

    def type_of(self, name: str, node: syntax.Node, c_type: CType) -> tree.Type:
        kind = self.names.kind_of(c_type)
        match kind, c_type:
            case ScalarKind(type_, _), _:
                return type_
            case _, CInteger():
                return self.names.integer_type(c_type)
            case _, CNamed(named) if named in ATOMICS:
                return self.names.integer_type(ATOMICS[named])
            case _, CBool():
                return tree.BoolType()
            case _, CPointer():
                raise error(node, f"`{name}`: a model has no variable of the type {spell(c_type)}")
        raise error(node, f"`{name}`: a model has no variable of the type {spell(c_type)}; bind it in the manifest, [data]")


def _shape(shape: tuple[int | str, ...]) -> str:
    return f"an array of {shape[0]}" if shape else "no array"


def _given(initial: syntax.Expression | None, name: str) -> Iterator[tuple[str, syntax.Expression]]:
    """The members of an initial value { .member = value }."""
    if initial is None:
        return
    if not isinstance(initial, syntax.InitialiserList):
        raise error(initial, f"`{name}` begins as another struct; write {{ .member = value }}")
    for item in initial.items:
        match item.designators:
            case (syntax.Designator(member=str(member)),):
                yield member, item.value
            case () if isinstance(item.value, syntax.Number) and not item.value.value:
                continue
            case _:
                raise error(item, f"`{name}`: write the members with their names, {{ .member = value }}")
