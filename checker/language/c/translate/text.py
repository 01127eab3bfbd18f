# SPDX-License-Identifier: GPL-2.0-only
"""What the translation of a function asks of the program around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.binding.manifest import Addresses, Manifest
from checker.language.c.translate.items import Item
from checker.language.c.translate.table import Api
from checker.language.c.translate.types import CPointer, CType
from checker.language.c.translate.values import Kind, Opaque, Scalar
from checker.language.foreign import Kernel


class Text(Protocol):
    """All C text of a program, with what its names are.

    area_type, offset_type, index_type: of the parts of addresses in areas and of pointers into arrays. cpu_type: of what C has
    as the number of a CPU.
    """

    kernel: Kernel
    manifest: Manifest
    api: Api
    index_type: tree.IntType
    cpu_type: tree.ReferenceType

    @property
    def addresses(self) -> Addresses: ...

    @property
    def area_type(self) -> tree.ReferenceType: ...

    @property
    def offset_type(self) -> tree.IntType: ...

    # -- types --

    def c_type(self, type_: syntax.Type) -> CType: ...

    def kind_of(self, type_: CType) -> Kind | None:
        """What a local of a type holds, None where its first value decides."""

    def integer_type(self, type_: CType) -> tree.IntType:
        """The range of a local integer."""

    def type_of_value(self, type_: tree.Type) -> CType:
        """What C has for values of a type of the tree."""

    def type_of_variable(self, variable: tree.Variable) -> CType:
        """What C has for the values of a variable."""

    def record_of(self, type_: CPointer) -> str | None:
        """The record that a pointer of the type points to, if the kernel has one for it."""

    def address_range(self, type_: tree.ReferenceType) -> tree.IntType:
        """The numbers that pointers to a record are, tag bits included."""

    # -- names --

    def constant(self, node: syntax.Node, name: str) -> Scalar | Opaque | None:
        """The constant that a name stands for, if it stands for one."""

    def size(self, name: str) -> int:
        """A size of C or of the kernel, such as PAGE_SIZE."""

    def item(self, record: str | None, name: str) -> Item | None:
        """What the text defines by a name, at file scope, as a per-CPU variable (record: Cpu), or as a member that it adds to the
        struct that is a record; `a.b` for the member b of a struct a. ModelError if a model does not have such a thing."""

    def member(self, tag: str, name: str) -> str | None:
        """What a member is to the kernel, as the manifest says it."""

    # -- functions --

    def defines(self, name: str) -> bool:
        """Whether the text has the function, with its body."""

    def parameter(self, node: syntax.Call, name: str, index: int) -> tuple[CType, bool]:
        """The type of a parameter of a function of the text, and whether the function changes it."""

    def specialise(self, node: syntax.Node, name: str, kinds: Sequence[Kind]) -> tuple[str, Kind | None]:
        """The routine for a function of the text, called with such arguments, and what it returns (None: nothing)."""

    def is_function(self, name: str) -> bool:
        """Whether what a call calls has no effects."""

    # -- what a verdict has to say --

    def assume(self, what: str) -> None:
        """Note what the translation takes for granted."""

    def left_out(self, node: syntax.Statement | None) -> None:
        """Note statements that the setting switches off."""
