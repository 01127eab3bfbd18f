# SPDX-License-Identifier: GPL-2.0-only
"""What the translation of a function asks of the program around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.manifest import Manifest
from checker.language.c.translate.types import CType
from checker.language.c.translate.values import Kind, Region, Scalar, Value
from checker.language.foreign import Kernel


class Text(Protocol):
    """All C text of a program, with what its names are. area_type, offset_type, index_type: of the parts of addresses in stacks
    and of pointers into arrays."""

    kernel: Kernel
    manifest: Manifest
    area_type: tree.ReferenceType
    offset_type: tree.IntType
    index_type: tree.IntType

    def c_type(self, type_: syntax.Type) -> CType: ...

    def kind_of(self, type_: CType) -> Kind | None:
        """What a local of a type holds, None where its first value decides."""

    def integer_type(self, type_: CType) -> tree.IntType:
        """The range of a local integer."""

    def type_of_record(self, record: str) -> CType:
        """What C has for a reference to the record."""

    def constant(self, node: syntax.Node, name: str) -> Scalar | None:
        """The constant that a name stands for, if it stands for one."""

    def variable(self, name: str) -> tree.Variable | None:
        """The variable of the text, not per CPU, if the name is one."""

    def per_cpu(self, name: str) -> tree.Variable | None:
        """The field of Cpu that a per-CPU variable is, if the name is one."""

    def member(self, tag: str, name: str) -> str | None:
        """What a member is to the kernel, as the manifest says it."""

    def defines(self, name: str) -> bool:
        """Whether the text has the function, with its body."""

    def specialise(self, node: syntax.Node, name: str, kinds: Sequence[Kind]) -> tuple[str, Kind | None]:
        """The routine for a function of the text, called with such arguments, and what it returns (None: nothing)."""

    def size(self, name: str) -> int:
        """A size of the kernel or of C, such as PAGE_SIZE."""

    @property
    def api(self) -> Mapping[str, object]: ...


__all__ = ["Region", "Text", "Value"]
