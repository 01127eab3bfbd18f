# SPDX-License-Identifier: GPL-2.0-only
"""Terms as Z3's, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from checker.symbolic.terms.terms import Term, postorder

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "bvult": z3.ULT,
    "bvslt": lambda a, b: a < b,
    "bvadd": lambda a, b: a + b,
    "bvsub": lambda a, b: a - b,
    "bvmul": lambda a, b: a * b,
    "bvand": lambda a, b: a & b,
    "bvor": lambda a, b: a | b,
    "bvxor": lambda a, b: a ^ b,
    "bvudiv": z3.UDiv,
    "bvurem": z3.URem,
    "bvshl": lambda a, b: a << b,
    "bvlshr": z3.LShR,
    "bvashr": lambda a, b: a >> b,
}


class InZ3:
    """Remembers what was made."""

    def __init__(self) -> None:
        self.made: dict[Term, Any] = {}

    def of(self, term: Term) -> Any:
        for part in postorder([term]) if term not in self.made else ():
            if part not in self.made:
                self.made[part] = self._make(part, [self.made[argument] for argument in part.arguments])
        return self.made[term]

    def _make(self, term: Term, arguments: list[Any]) -> Any:
        match term.op:
            case "constant":
                return z3.BitVecVal(term.value, term.width) if term.width else z3.BoolVal(bool(term.value))
            case "variable":
                return z3.BitVec(term.name, term.width) if term.width else z3.Bool(term.name)
            case "and":
                return z3.And(*arguments)
            case "or":
                return z3.Or(*arguments)
            case "not":
                return z3.Not(*arguments)
            case "ite":
                return z3.If(*arguments)
            case "zero_extend":
                return z3.ZeroExt(term.value, arguments[0])
            case "sign_extend":
                return z3.SignExt(term.value, arguments[0])
            case "extract":
                return z3.Extract(term.width - 1, 0, arguments[0])
        return _BINARY[term.op](*arguments)
