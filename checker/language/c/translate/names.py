# SPDX-License-Identifier: GPL-2.0-only
"""What the names and types of a C text are, beside its functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.binding.manifest import Addresses, Manifest
from checker.language.c.translate.constants import evaluate, value_of
from checker.language.c.translate.enumerators import FindEnum, enumerators
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.table import Api
from checker.language.c.translate.types import (
    INT,
    UNSIGNED_LONG,
    CBool,
    CInteger,
    CNamed,
    CPointer,
    CStruct,
    CType,
    CVoid,
    c_type,
)
from checker.language.c.translate.values import Kind, Opaque, Scalar, ScalarKind
from checker.language.errors import ModelError, UsageError
from checker.language.foreign import Kernel

LOCKS: Mapping[str, str] = {"raw_spinlock_t": "RawSpinlock", "spinlock_t": "Spinlock"}
"""The types of C that are records of the kernel."""

ATOMICS: Mapping[str, CInteger] = {
    "atomic_t": CInteger(32, True),
    "atomic_long_t": CInteger(64, True),
    "atomic64_t": CInteger(64, True),
    "refcount_t": CInteger(32, True),
}
"""The types of C that hold one integer, with that."""

SIGNED = tree.IntType(-(1 << 20), (1 << 20) - 1)
_LONGEST = 64
"""The longest array of a kernel without addresses."""

UNSIGNED = tree.IntType(0, (1 << 21) - 1)
"""The range of local integers: far more than any model counts to, and few enough bits."""


class Sizes:
    """Constants of C and of the kernel, evaluated. expressions: those of [sizes], parsed. typedefs: those of the text. find_enum:
    the enum of the text that has a constant."""

    def __init__(
        self,
        kernel: Kernel,
        manifest: Manifest,
        expressions: Mapping[str, syntax.Expression],
        typedefs: Mapping[str, syntax.Type],
        find_enum: FindEnum,
    ) -> None:
        self.kernel = kernel
        self.manifest = manifest
        self.expressions = expressions
        self.typedefs = typedefs
        self.find_enum = find_enum
        self._busy: set[str] = set()
        self._enumerators: dict[syntax.Position, dict[str, int]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.expressions

    def c_type(self, type_: syntax.Type) -> CType:
        return c_type(type_, self.typedefs)

    def size(self, name: str) -> int:
        return self._number(self.scalar(name))

    def scalar(self, name: str) -> Scalar:
        """The constant of that name. UsageError if there is none."""
        if name in self.expressions:
            if name in self._busy:
                raise UsageError(f"[sizes] {name} is made of itself; write a number", self.manifest.path)
            self._busy.add(name)
            found = evaluate(self.expressions[name], self.lookup, self.c_type)
            self._busy.discard(name)
            return found
        enumerator = self.enumerator(name)
        if enumerator is not None:
            return Scalar(build.integer(at(enumerator[0]), enumerator[1]), INT)
        try:
            constant = self.kernel.constant(name)
        except UsageError:
            raise UsageError(
                f"`{name}` is not a size: neither the text, [sizes] nor the kernel has it", self.manifest.path
            ) from None
        return Scalar(build.integer(constant.position, constant.value), UNSIGNED_LONG)

    def enumerator(self, name: str) -> tuple[syntax.EnumDefinition, int] | None:
        """The enum that has the constant, and its value. ModelError if it has none."""
        found = self.find_enum(name)
        if found is None:
            return None
        key = found.definition.position
        if key not in self._enumerators:
            if str(key) in self._busy:
                raise ModelError(at(found.definition), f"`{name}` is made of itself; write a number")
            self._busy.add(str(key))
            self._enumerators[key] = enumerators(found, partial(self._before, key), self.c_type)
            self._busy.discard(str(key))
        return found.definition, self._enumerators[key][name]

    def _before(self, place: syntax.Position, node: syntax.Name) -> Scalar:
        """What a name in the enum that stands there is: of the same file, only what is defined further up."""
        other = None if node.name in self.expressions else self.find_enum(node.name)
        if other is not None:
            there = other.definition.position
            if there.file == place.file and (there.line, there.column) >= (place.line, place.column):
                raise error(node, f"`{node.name}` has no value yet: it is defined further down")
        try:
            return self.lookup(node)
        except UsageError as wrong:
            raise (wrong if isinstance(wrong, ModelError) else error(node, wrong.message)) from None

    def lookup(self, node: syntax.Name) -> Scalar:
        """What a name in a constant expression is."""
        found = self.scalar(node.name)
        return Scalar(build.integer(at(node), self._number(found)), found.type)

    def evaluate(self, node: syntax.Expression) -> int:
        """A constant expression of the text."""
        return value_of(node, self.lookup, self.c_type)

    @staticmethod
    def _number(found: Scalar) -> int:
        assert isinstance(found.expression, tree.Constant)
        return found.expression.value


class Names:
    """The names of a text, by what the manifest, the table of the API and the kernel have for them."""

    def __init__(self, sizes: Sizes, api: Api) -> None:
        self.kernel = sizes.kernel
        self.manifest = sizes.manifest
        self.api = api
        self.sizes = sizes
        self.declared_types: dict[tree.Variable, CType] = {}
        self.cpu_type = self._reference("Cpu")
        addresses = self.manifest.addresses
        self.index_type = tree.IntType(-1, _LONGEST if addresses is None else 2 * self.size(addresses.pages) + 2)

    @property
    def addresses(self) -> Addresses:
        """What addresses lead to. UsageError where the kernel has no addresses that are numbers."""
        if self.manifest.addresses is None:
            raise UsageError(f"the domain {self.manifest.domain} has no addresses; [addresses] is for those that have them")
        return self.manifest.addresses

    @cached_property
    def area_type(self) -> tree.ReferenceType:
        return self._reference(self.addresses.area)

    @cached_property
    def offset_type(self) -> tree.IntType:
        page, pages = self.size(self.addresses.page), self.size(self.addresses.pages)
        return tree.IntType(-2 * page, (pages + 2) * page - 1)

    def _reference(self, record: str) -> tree.ReferenceType:
        found = self.kernel.type(record)
        assert isinstance(found, tree.ReferenceType)
        return found

    # -- types --

    def c_type(self, type_: syntax.Type) -> CType:
        return self.sizes.c_type(type_)

    def kind_of(self, type_: CType) -> Kind | None:
        match type_:
            case CBool():
                return ScalarKind(tree.BoolType(), type_)
            case CPointer(CNamed(name)) if name in LOCKS:
                return ScalarKind(self.kernel.type(LOCKS[name]), type_)
            case CNamed(name) if name in self.manifest.types:
                return ScalarKind(self.kernel.type(self.manifest.types[name]), type_)
            case CPointer(CStruct(tag)) if tag in self.manifest.records:
                return ScalarKind(self.kernel.type(self.manifest.records[tag]), type_)
        return None

    def integer_type(self, type_: CType) -> tree.IntType:
        if isinstance(type_, CInteger) and type_.bits < 32:
            high = (1 << (type_.bits - 1 if type_.signed else type_.bits)) - 1
            return tree.IntType(-high - 1 if type_.signed else 0, high)
        return SIGNED if isinstance(type_, CInteger) and type_.signed else UNSIGNED

    def type_of_value(self, type_: tree.Type) -> CType:
        match type_:
            case tree.ReferenceType(record):
                if record == self.cpu_type.record:
                    return CInteger(32, False)
                tag = next((tag for tag, known in self.manifest.records.items() if known == record), None)
                return CPointer(CVoid() if tag is None else CStruct(tag))
            case tree.BoolType():
                return CBool()
            case tree.FlagsType(name=name):
                return next((CNamed(c) for c, kernel in self.manifest.types.items() if kernel == name), CInteger(32, False))
            case tree.IntType(low=low):
                return CInteger(32, low < 0)
        return INT

    def type_of_variable(self, variable: tree.Variable) -> CType:
        """What C has for the values of a variable: as the text declares it, or for one of the kernel's by its type."""
        return self.declared_types.get(variable) or self.type_of_value(variable.type)

    def type_syntax(self, at_: syntax.Node, type_: tree.Type) -> syntax.Type:
        """How C writes the type of values of the tree, for text of our own."""
        position = at_.position
        match self.type_of_value(type_):
            case CPointer(CStruct(tag)):
                return syntax.PointerType(position, (), syntax.TaggedType(position, (), "struct", tag))
            case CNamed(name):
                return syntax.TypedefType(position, (), name)
            case CBool():
                return syntax.TypedefType(position, (), "bool")
        return syntax.BuiltinType(position, (), "unsigned int")

    def record_of(self, type_: CPointer) -> str | None:
        return self.manifest.records.get(type_.target.tag) if isinstance(type_.target, CStruct) else None

    def address_range(self, type_: tree.ReferenceType) -> tree.IntType:
        record = self.kernel.record(type_.record)
        return tree.IntType(0, (record.count + 1) * record.alignment - 1)

    # -- names --

    def constant(self, node: syntax.Node, name: str) -> Scalar | Opaque | None:
        position = at(node)
        if name in self.manifest.constants:
            return self._bound(node, name, self.manifest.constants[name])
        if name in self.sizes:
            return self.sizes.lookup(syntax.Name(node.position, name))
        if name in self.api.flags:
            flags, members = self.api.flags[name]
            return self._flags(position, flags, members)
        if name in self.api.opaque:
            return Opaque(self.api.opaque[name])
        if name in self.api.numbers:
            return Scalar(build.integer(position, self.api.numbers[name]), INT)
        enumerator = self.sizes.enumerator(name)
        return None if enumerator is None else Scalar(build.integer(position, enumerator[1]), INT)

    def _flags(self, position: tree.Position, name: str, members: tuple[str, ...]) -> Scalar:
        type_ = self.kernel.type(name)
        assert isinstance(type_, tree.FlagsType)
        bits = dict(type_.members)
        value = 0
        for member in members:
            value |= bits[member]
        return Scalar(tree.Constant(position, type_, value), self.type_of_value(type_))

    def _bound(self, node: syntax.Node, name: str, bound: str) -> Scalar:
        """A constant that the manifest has as `Type.MEMBER`."""
        type_name, _, member = bound.partition(".")
        type_ = self.kernel.type(type_name)
        if isinstance(type_, tree.FlagsType) and member in dict(type_.members):
            return self._flags(at(node), type_name, (member,))
        raise error(node, f"{self.manifest.path} has `{name}` as {bound}, which the kernel does not have")

    def size(self, name: str) -> int:
        return self.sizes.size(name)
