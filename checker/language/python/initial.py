# SPDX-License-Identifier: GPL-2.0-only
"""The code that makes the initial state: the kernel's, then the model's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from checker.language import tree
from checker.language.errors import ModelError
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.symbols import Code
from checker.language.python.steps import StepCode
from checker.language.walking import rebuilt, walk


def initial_codes(symbols: Symbols, codes: Iterable[Code]) -> list[Code]:
    """The @initial code: the kernel's, then what the model defines, or imports by name, or else inherits."""
    kernels = [code for code in codes if "initial" in code.decorators and code.module is not symbols.modules.main]
    found = symbols.with_the_models(kernels, "initial")
    for parent in symbols.modules.lineage()[1:]:
        if len(found) == len(kernels):
            found += symbols.given_by(parent, "initial")
    places: dict[bool, Code] = {}
    for code in found:
        known = places.setdefault(code.module.of_kernel, code)
        if known is not code:
            raise code.module.error(code.node, f"there is an @initial at {known.module.position(known.node)} already")
    return found


def initial(steps: StepCode, codes: Sequence[Code]) -> tuple[tuple[tree.Statement, ...], tuple[tree.Local, ...]]:
    """What makes the initial state, one code after the other."""
    whole: tuple[tree.Statement, ...] = ()
    all_locals: tuple[tree.Local, ...] = ()
    for number, code in enumerate(codes):
        if code.node.args.args or steps.symbols.result_of(code) is not None:
            raise code.module.error(code.node, "@initial code takes no parameters and returns nothing")
        body, locals_, _ = steps.statements(code, False)
        for statement in walk(body):
            if isinstance(statement, tree.Return):
                raise ModelError(statement.position, "`return` has no place in @initial code; let it run to its end")
        if number > 0:
            # Each code has locals of its own, whatever those of the others are called.
            body, locals_ = _renamed_locals((body, locals_), f"{code.name}.")
        whole, all_locals = whole + body, all_locals + locals_
    return whole, all_locals


def _renamed_locals(part: Any, prefix: str) -> Any:
    """A copy of a part of the tree in which the name of each local has the prefix."""
    if isinstance(part, tree.Local | tree.LocalRead):
        return dataclasses.replace(part, name=prefix + part.name)
    renamed = rebuilt(part, lambda inner: _renamed_locals(inner, prefix))
    if isinstance(part, tree.Assign) and isinstance(part.target, str):
        return dataclasses.replace(renamed, target=prefix + part.target)
    return renamed
