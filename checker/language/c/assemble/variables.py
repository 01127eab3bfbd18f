# SPDX-License-Identifier: GPL-2.0-only
"""Variables at file scope -> fields of the kernel's records, or variables of the program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.translate.constants import as_type, evaluate
from checker.language.c.translate.names import RECORDS, Names
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import CBool, CInteger, CPointer, CType, spell
from checker.language.c.translate.values import ScalarKind


@dataclass
class Variables:
    """static: by name. per_cpu: by name, the fields of Cpu that they are. new, new_per_cpu: those that the kernel lacks. members:
    what the text adds to structs that the kernel has, by record and name. types: what C has all these as, by record and name."""

    static: dict[str, tree.Variable] = field(default_factory=dict)
    per_cpu: dict[str, tree.Variable] = field(default_factory=dict)
    new: list[tree.Variable] = field(default_factory=list)
    new_per_cpu: list[tree.Variable] = field(default_factory=list)
    types: dict[tuple[str | None, str], CType] = field(default_factory=dict)
    members: dict[tuple[str, str], tree.Variable] = field(default_factory=dict)

    def fields(self) -> dict[str, tuple[tree.Variable, ...]]:
        """The new fields of each record."""
        found = {"Cpu": tuple(self.new_per_cpu)}
        for (record, _), variable in self.members.items():
            found[record] = (*found.get(record, ()), variable)
        return found


def declared(names: Names, definitions: Iterable[syntax.VariableDefinition]) -> Variables:
    """The variables that a text defines. ModelError for one of a type that a model does not have."""
    found = Variables()
    for definition in definitions:
        if "extern" in definition.attributes:
            continue
        bound = names.manifest.data.get(definition.name)
        if bound is not None:
            record, _, name = bound.is_.partition(".")
            variable = names.kernel.field(record, name)
            if record != "Cpu" or not definition.per_cpu:
                raise error(
                    definition,
                    f"{names.manifest.path} has `{definition.name}` as {bound.is_}; only per-CPU variables can be bound",
                )
            _check_length(names, definition, variable, bound.length)
            found.per_cpu[definition.name] = variable
            continue
        variable, c_type = _variable(names, definition)
        found.types["Cpu" if definition.per_cpu else None, variable.name] = c_type
        if definition.per_cpu:
            found.per_cpu[definition.name] = variable
            found.new_per_cpu.append(variable)
        else:
            found.static[definition.name] = variable
            found.new.append(variable)
    return found


def add_members(names: Names, pieces: Iterable[syntax.MembersInStruct], found: Variables) -> None:
    """The members that a text adds to structs which are records of the kernel, added to `found`. ModelError for one of a type
    that a model does not have, or of another struct."""
    for piece in pieces:
        for member in piece.members:
            if not member.position.added or member.name is None:
                continue
            record = RECORDS.get(piece.tag)
            if record is None:
                raise error(
                    member, f"struct {piece.tag} is no record of the kernel; a member of it needs a place in the manifest"
                )
            if member.bits is not None:
                raise error(
                    member, f"`{member.name}` is a bit-field: a store to it also stores its neighbours; use a member of its own"
                )
            definition = syntax.VariableDefinition(member.position, member.name, member.type, None, ())
            found.members[record, member.name], found.types[record, member.name] = _variable(names, definition)


def length_of(definition: syntax.VariableDefinition) -> syntax.Expression | None:
    """The length of an array, None for another variable."""
    return definition.type.length if isinstance(definition.type, syntax.ArrayType) else None


def _check_length(names: Names, definition: syntax.VariableDefinition, variable: tree.Variable, given: str | None) -> None:
    """ModelError if an array is not as long as the kernel's, and the manifest does not say that it decides."""
    length = length_of(definition)
    mine = () if length is None else (evaluate(length, names.size),)
    if given is None and mine != variable.shape:
        raise error(definition, f"`{definition.name}` has {mine} elements, and the kernel's {variable.name} has {variable.shape}")


def _variable(names: Names, definition: syntax.VariableDefinition) -> tuple[tree.Variable, CType]:
    type_: syntax.Type = definition.type
    shape: tuple[int, ...] = ()
    length = length_of(definition)
    if isinstance(type_, syntax.ArrayType):
        if length is None:
            raise error(definition, f"`{definition.name}` has no length; write it")
        number = evaluate(length, names.size)
        if number < 1:
            raise error(definition, f"`{definition.name}` has {number} elements; it needs at least one")
        shape, type_ = (number,), type_.element
    c_type = names.c_type(type_)
    of_tree = _type(names, definition, c_type)
    initial = 0
    if definition.initialiser is not None:
        if shape:
            raise error(definition, "an array with initial values; leave them out, all elements begin as 0")
        initial = as_type(evaluate(definition.initialiser, names.size), c_type)
    return tree.Variable(definition.name, of_tree, at(definition), shape, initial), c_type


def _type(names: Names, definition: syntax.VariableDefinition, c_type: CType) -> tree.Type:
    kind = names.kind_of(c_type)
    match kind, c_type:
        case ScalarKind(type_, _), _:
            return type_
        case _, CInteger():
            return names.integer_type(c_type)
        case _, CBool():
            return tree.BoolType()
        case _, CPointer():
            raise error(definition, f"`{definition.name}`: a model has no variable of the type {spell(c_type)}")
    raise error(
        definition, f"`{definition.name}`: a model has no variable of the type {spell(c_type)}; bind it in the manifest, [data]"
    )
