# SPDX-License-Identifier: GPL-2.0-only
"""The names that expressions of one piece of code are read with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from checker.language import tree
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Builtin, RecordName, Resolver, Symbol


class CodeScope:
    """names: what the code's own names (parameters, locals, quantified variables) stand for. effects: whether `choose`,
    routine calls and `allocate` may occur where the translation is. at_once: whether all of it is part of one step. left_out: the
    statements that a constant switches off."""

    def __init__(self, resolver: Resolver, module: Module, effects: bool = False) -> None:
        self.resolver = resolver
        self.module = module
        self.effects = effects
        self.at_once = False
        self.names: dict[str, tree.Expression] = {}
        self.local_types: dict[str, tree.Type] = {}
        self.reads_ghost: list[tree.Position] = []
        self.left_out: list[tree.Position] = []

    def fresh(self, name: str, type_: tree.Type) -> tree.Local:
        """A local under a name that no other local of this code has."""
        unique, number = name, 1
        while unique in self.local_types:
            number += 1
            unique = f"{name}@{number}"
        self.local_types[unique] = type_
        return tree.Local(unique, type_)

    @contextmanager
    def bound(self, name: str, local: tree.Local, position: tree.Position) -> Iterator[None]:
        """While the context lasts, `name` stands for the local."""
        hidden = self.names.get(name)
        self.names[name] = tree.LocalRead(position, local.type, local.name)
        yield
        if hidden is None:
            del self.names[name]
        else:
            self.names[name] = hidden

    def symbol(self, node: ast.Name) -> Symbol:
        return self.resolver.resolve(self.module, node.id, node)

    def builtin(self, node: ast.expr) -> str | None:
        """The language's own name that the node is, if it is one: also Python's all, any, sum, range, bool, int."""
        if not isinstance(node, ast.Name) or node.id in self.names:
            return None
        if node.id in self.module.definitions:
            found = self.symbol(node)
            return found.name if isinstance(found, Builtin) else None
        return node.id if node.id in ("all", "any", "sum", "range", "bool", "int") else None

    def record(self, node: ast.expr, may_be_quoted: bool = False) -> str:
        """The record that a node names. may_be_quoted: as text too, which Python needs before the record's declaration."""
        if may_be_quoted and isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            node = ast.copy_location(ast.Name(node.value, ast.Load()), node)
        if isinstance(node, ast.Name) and node.id not in self.names:
            symbol = self.symbol(node)
            if isinstance(symbol, RecordName):
                return symbol.name
        raise self.module.error(node, f"`{ast.unparse(node)}` is not a record")

    def expression(self, node: ast.expr) -> tree.Expression:
        """Translate any expression; see ExpressionTranslator."""
        raise NotImplementedError

    def condition(self, node: ast.expr) -> tree.Expression:
        """Translate an expression that is tested; see ExpressionTranslator."""
        raise NotImplementedError
