# SPDX-License-Identifier: GPL-2.0-only
"""Bitwuzla as bounded.py uses a solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bitwuzla
from bitwuzla import Kind, Option, Result


class BitwuzlaSolver:
    """See solvers.Solver. memory: what it may take, in bytes; None for no limit."""

    name = "Bitwuzla"

    def __init__(self, memory: int | None) -> None:
        self.memory = memory
        self.manager = bitwuzla.TermManager()
        options = bitwuzla.Options()
        options.set(Option.PRODUCE_MODELS, True)
        options.set(Option.PREPROCESS, False)  # it would look at all that was added again with each question: twice the time
        if memory is not None:
            options.set(Option.MEMORY_LIMIT, max(memory >> 20, 1))
        self.solver = bitwuzla.Bitwuzla(self.manager, options)
        self.variables: dict[str, Any] = {}

    def parsed(self, text: str) -> list[Any]:
        parser = bitwuzla.Parser(self.manager, bitwuzla.Options())
        parser.parse(text, True, False)
        self.variables = {variable.symbol().strip("|"): variable for variable in parser.get_declared_funs()}
        return [equation[1] for equation in parser.bitwuzla().get_assertions()]

    def variable(self, name: str, width: int) -> Any:
        name = name.strip("|")
        if name not in self.variables:
            sort = self.manager.mk_bv_sort(width) if width else self.manager.mk_bool_sort()
            self.variables[name] = self.manager.mk_const(sort, name)
        return self.variables[name]

    def value(self, number: int, width: int) -> Any:
        if width:
            return self.manager.mk_bv_value(self.manager.mk_bv_sort(width), number)
        return self.manager.mk_true() if number else self.manager.mk_false()

    def substituted(self, terms: Sequence[Any], variables: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        if not terms:
            return []
        return list(self.manager.substitute_terms(list(terms), dict(zip(variables, values, strict=True))))

    def is_leaf(self, term: Any) -> bool:
        return bool(term.is_value() or term.is_const())

    def is_false(self, term: Any) -> bool:
        return bool(term.is_false())

    def equal(self, a: Any, b: Any) -> Any:
        return self.manager.mk_term(Kind.EQUAL, [a, b])

    def conjunction(self, a: Any, b: Any) -> Any:
        if a.is_false() or b.is_false():
            return self.manager.mk_false()
        return self.manager.mk_term(Kind.AND, [a, b])

    def disjunction(self, terms: Sequence[Any]) -> Any:
        kept = [term for term in terms if not term.is_false()]
        if len(kept) < 2:
            return kept[0] if kept else self.manager.mk_false()
        return self.manager.mk_term(Kind.OR, kept)

    def at_most(self, a: Any, b: Any) -> Any:
        return self.manager.mk_term(Kind.BV_ULE, [a, b])

    def add(self, term: Any) -> None:
        self.solver.assert_formula(term)

    def add_negation(self, term: Any) -> None:
        self.solver.assert_formula(self.manager.mk_term(Kind.NOT, [term]))

    def ask(self, terms: Sequence[Any]) -> bool | str:
        question = terms[0] if len(terms) == 1 else self.manager.mk_term(Kind.OR, list(terms))
        answer = self.solver.check_sat(question)
        if answer == Result.UNKNOWN:
            return "no answer" if self.memory is None else "memory ran out"  # there is no other limit
        return bool(answer == Result.SAT)

    def worth(self, term: Any) -> int:
        value = self.solver.get_value(term)
        return int(value.is_true()) if term.sort().is_bool() else int(value.value(10))
