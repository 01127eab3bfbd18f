# SPDX-License-Identifier: GPL-2.0-only
"""Values of C where the tree needs one of a certain type."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c.translate.integers import as_integer
from checker.language.c.translate.types import CPointer
from checker.language.c.translate.values import AreaAddress, Opaque, Region, Scalar, Struct, Value
from checker.language.errors import ModelError
from checker.language.types import describe


def fitted(position: tree.Position, value: Value, wanted: tree.Type, purpose: str) -> tree.Expression:
    """A value as C would convert it for a place of that type. purpose: what needs it, as an error says it. ModelError if C would
    need a cast, or if the model cannot have it there."""
    if not isinstance(value, Scalar):
        what = {
            AreaAddress: "an address in an area",
            Region: "a pointer into an array",
            Struct: "a pointer to a struct of the text",
        }.get(type(value), "no value of the model")
        raise ModelError(position, f"{purpose} takes {describe(wanted)}, and this is {what}")
    expression = value.expression
    have = expression.type
    match wanted:
        case tree.ReferenceType():
            if isinstance(expression, tree.Constant) and expression.value == 0 and not isinstance(have, tree.ReferenceType):
                if wanted.record == "Cpu":
                    raise ModelError(
                        position, f"{purpose} is the number of a CPU, and none has a fixed number here; take it from a call"
                    )
                return tree.Constant(position, wanted, 0)
            if isinstance(have, tree.IntType) and isinstance(value.type, CPointer):
                return build.cast(position, wanted, expression)
        case tree.BoolType():
            return truth(position, value)
        case tree.IntType():
            return build.fit(as_integer(position, value).expression, wanted, purpose)
        case tree.FlagsType(members=members) if isinstance(have, tree.IntType):
            if isinstance(expression, tree.Constant) and expression.value == 0:
                return tree.Constant(position, wanted, 0)
            names = ", ".join(name for name, _ in members)
            raise ModelError(position, f"{purpose} takes {wanted.name}, whose bits have names here and no numbers: {names}")
    return build.fit(expression, wanted, purpose)


def truth(position: tree.Position, value: Value) -> tree.Expression:
    """A value as a condition."""
    match value:
        case Scalar(expression, _):
            if expression.type == tree.ReferenceType("Cpu"):
                raise ModelError(
                    position, "the number of a CPU is tested, and none has a fixed number here; compare it with another"
                )
            return build.truth(expression)
        case Region() | Struct():
            return build.boolean(position, True)
        case AreaAddress(area, _):
            return build.truth(area)
        case Opaque(what):
            raise ModelError(position, f"{what} makes no difference in the model, and cannot be tested")
    raise ModelError(position, "a function without a result is tested here")
