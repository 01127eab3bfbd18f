# SPDX-License-Identifier: GPL-2.0-only
"""Conditions on single states: invariants, lemmas, and bounds on the search."""

from __future__ import annotations

import ast

from checker.language import build, tree
from checker.language.python.code.functions import function_body
from checker.language.python.code.messages import message
from checker.language.python.declare.literals import texts
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Code


class Conditions:
    """Translates the conditions of one program. properties: the property of each condition that is declared, those on runs too,
    by the name of its code."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.properties: dict[str, str] = {}

    def property_of(self, module: Module, node: ast.expr) -> str:
        """The identifier of the property that a `check` names."""
        if isinstance(node, ast.Name):
            symbol = self.symbols.resolve(module, node.id, node)
            if isinstance(symbol, tree.Property):
                return symbol.identifier
            if isinstance(symbol, Code) and "lemma" in symbol.decorators:
                raise module.error(node, f"`{node.id}` is a lemma, which steps cannot violate; name a property")
            if isinstance(symbol, Code) and symbol.name in self.properties:
                return self.properties[symbol.name]
        raise module.error(node, f"`{ast.unparse(node)}` is not a property")

    def declare(self, code: Code) -> None:
        """Declare the property that a condition belongs to, on states or on runs."""
        (kind, call), *_ = code.decorators.items()
        named = ("given",) if kind == tree.Demanded.ANSWERED.value else ()
        more = ", given=function" if named else ""
        form = f'@{kind}("id", "message with {{expressions}}"{more})'
        if call is None:
            raise code.module.error(code.node, f"write {form}")
        identifier, _ = texts(code.module, call, 2, form, named)
        why = ast.get_docstring(code.node)
        if not why:
            article = "an" if kind[0] in "aeiou" else "a"
            what = f"{article} {kind}" if kind in ("invariant", "lemma") else f"{article} @{kind} condition"
            raise code.module.error(code.node, f"{what} needs a docstring that says why it matters")
        declared = self.symbols.properties.add(code.module, code.node, identifier, why, kind == "lemma")
        self.properties[code.name] = declared.identifier

    def invariant(self, code: Code) -> tree.Invariant:
        if self.symbols.result_of(code) != build.BOOL:
            kind = "lemma" if "lemma" in code.decorators else "invariant"
            raise code.module.error(code.node, f"the {kind} `{code.name}` holds or not; write `-> bool`")
        translator = self.symbols.code.translator(code)
        body = function_body(translator, code.node.body, build.BOOL, code.node)
        (call,) = code.decorators.values()
        assert call is not None
        assert isinstance(call.args[1], ast.Constant)
        return tree.Invariant(
            self.properties[code.name],
            code.name,
            self.symbols.parameters_of(code),
            body,
            message(translator, call.args[1]),
            code.module.position(code.node),
        )

    def constraint(self, code: Code) -> tree.Constraint:
        call = code.decorators["constraint"]
        bound = call.args[0] if call is not None and len(call.args) == 1 and not call.keywords else None
        if not isinstance(bound, ast.Constant) or not isinstance(bound.value, str):
            raise code.module.error(code.node, 'write @constraint("the bound, in words")')
        if self.symbols.result_of(code) != build.BOOL:
            raise code.module.error(code.node, f"the constraint `{code.name}` holds or not; write `-> bool`")
        if self.symbols.parameters_of(code):
            raise code.module.error(code.node, f"the constraint `{code.name}` takes no parameters; write all(... for x in ...)")
        body = function_body(self.symbols.code.translator(code), code.node.body, build.BOOL, code.node)
        return tree.Constraint(code.name, bound.value, body, code.module.position(code.node))
