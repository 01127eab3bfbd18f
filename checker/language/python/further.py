# SPDX-License-Identifier: GPL-2.0-only
"""What else is wrong with a model, where reading it has found one error: each definition is read by itself.

A definition that uses one that is in error is in the same error, at the same place, and so is not told again. Where a stage of
reading has errors, a later stage that would only suffer from them is left out: it tells its own when these are fixed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from checker.language import tree
from checker.language.errors import ModelError, UsageError
from checker.language.python.conditions import Conditions
from checker.language.python.declare.decorators import CONDITIONS, DEMANDED
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.hooks import find_implementations
from checker.language.python.runs import RunConditions
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Code
from checker.language.python.steps import StepCode, executes


class Errors:
    """Errors that were met, in the order in which they were."""

    def __init__(self) -> None:
        self.found: list[ModelError] = []

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """An error of the model ends the context, and is kept. One that has no place says nothing of a definition."""
        try:
            yield
        except ModelError as error:
            self.found.append(error)
        except (UsageError, RecursionError):
            return


def further_errors(symbols: Symbols, whole: Sequence[Module]) -> list[ModelError]:
    """The errors of all definitions of the model itself. symbols: of a model that was not read yet. whole: its modules and those
    of the kernel that it is for."""
    errors = Errors()
    codes: list[Code] = []
    for module in whole:
        for name, definition in module.definitions.items():
            with errors.keeping():
                symbol = symbols.resolve(module, name, definition if isinstance(definition, ast.AST) else ast.Pass())
                if isinstance(symbol, Code) and isinstance(definition, ast.FunctionDef):
                    codes.append(symbol)
    for record in list(symbols.records):
        with errors.keeping():
            symbols.fields(record)
    with errors.keeping():
        symbols.code.implementations = find_implementations(symbols, codes)
    conditions = Conditions(symbols)
    before = len(errors.found)
    for code in codes:
        if not code.decorators.keys().isdisjoint(CONDITIONS):
            with errors.keeping():
                conditions.declare(code)
    if len(errors.found) == before:  # else whatever names a property would be in error too
        _code(symbols, codes, conditions, errors)
    return errors.found


def _code(symbols: Symbols, codes: Sequence[Code], conditions: Conditions, errors: Errors) -> None:
    processor: str | None = None
    before = len(errors.found)
    with errors.keeping():
        processor, _ = executes(symbols, [code for code in codes if "executes" in code.decorators])
    if len(errors.found) > before:
        return
    steps = StepCode(symbols, conditions.property_of, processor)
    on_runs = RunConditions(symbols, processor)
    for code in codes:
        if not code.module.of_kernel:
            with errors.keeping():
                _reader(code, symbols, conditions, steps, on_runs)(code)


def _reader(
    code: Code, symbols: Symbols, conditions: Conditions, steps: StepCode, on_runs: RunConditions
) -> Callable[[Code], object]:
    """What reads a piece of code of its kind."""
    kinds = set(code.decorators)
    if "action" in kinds:
        return steps.action
    if kinds & {"invariant", "lemma"}:
        return conditions.invariant
    if kinds & set(DEMANDED):
        return lambda each: on_runs.eventuality(each, conditions.properties[each.name])
    if "fair" in kinds:
        return on_runs.assumption
    if "constraint" in kinds:
        return conditions.constraint
    if code.is_function and "executes" not in kinds:
        return symbols.code.function
    return steps.routine if code.is_routine else lambda _: None


def told(first: ModelError, others: Sequence[ModelError]) -> tuple[ModelError, ...]:
    """Those of the others that are not the first one again, each once, in the order of the text."""
    known: set[tree.Position] = {first.position}
    kept = []
    for error in sorted(others, key=lambda error: error.position):
        if error.position not in known:
            known.add(error.position)
            kept.append(error)
    return tuple(kept)
