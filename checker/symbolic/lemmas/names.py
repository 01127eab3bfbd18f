# SPDX-License-Identifier: GPL-2.0-only
"""How the cells, frames and values of a state print in lemmas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.language import tree
from checker.language.values import format_value, indexed_name, instance_name
from checker.symbolic.lemmas.features import ABSENT


@dataclass(frozen=True)
class Names:
    """How things of a model print."""

    program: tree.Program
    system: ir.System

    def instance(self, record: str, index: int) -> str:
        return instance_name(self.program.records[record], index)

    def cell(self, variable: ir.Variable, indices: Sequence[int]) -> str:
        keys = variable.keys or (None,) * len(indices)
        parts = [str(index) if key is None else self.instance(key, index) for key, index in zip(keys, indices, strict=True)]
        name = variable.name if variable.record is None else f"{parts.pop(0)}.{variable.own_name}"
        return indexed_name(name, parts)

    def location(self, number: int) -> str:
        if not number:
            return "no frame"
        call = self.system.location(number).calls[-1]
        return f"{call.position.file}:{call.position.line} ({call.routine})"

    def local(self, procedure: str, name: str) -> str:
        """A local of a routine, or of one that is inline in it, with the number that makes it unique only where it takes that."""
        if name == ir.RESULT:
            return f"what {procedure} was returned"
        plain = name.partition("#")[0]
        alike = [other for other in self.system.procedures[procedure].locals if other.partition("#")[0] == plain]
        name = plain if len(alike) == 1 else name
        return name if "." in name else f"{procedure}.{name}"

    def value(self, type_: tree.Type | None, value: int) -> str:
        if value == ABSENT:
            return "not live"
        return str(value) if type_ is None else format_value(self.program, type_, value)
