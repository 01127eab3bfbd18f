# SPDX-License-Identifier: GPL-2.0-only
"""What loops, choices and quantifiers run over."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from checker.language import build, tree
from checker.language.python.code.scope import CodeScope
from checker.language.types import MOST


class GeneratorTranslator(CodeScope):
    """Translates domains and generators."""

    def domain(self, node: ast.expr) -> tuple[tree.Domain, tree.Type]:
        """What a loop, a quantifier or a choice runs over, and the type of its elements."""
        position = self.module.position(node)
        match node:
            case ast.Call(func=function, args=arguments, keywords=[]):
                called = self.builtin(function)
                if called == "range" and 1 <= len(arguments) <= 2:
                    bounds = [self.expression(argument) for argument in arguments]
                    low, high = bounds if len(bounds) == 2 else (build.integer(position, 0), bounds[0])
                    if not isinstance(low.type, tree.IntType) or not isinstance(high.type, tree.IntType):
                        raise self.module.error(node, "range takes integers")
                    longest = high.type.high - low.type.low
                    if longest > MOST:
                        raise self.module.error(
                            node, f"this could be {longest:,} values, and {MOST:,} are the most; give the bounds smaller ranges"
                        )
                    return tree.RangeDomain(low, high), tree.IntType(low.type.low, max(low.type.low, high.type.high - 1))
                if called == "range":
                    raise self.module.error(node, "range takes one or two bounds here, and counts up by 1")
                if called == "every" and len(arguments) == 1:
                    record = self.record(arguments[0])
                    return tree.ArenaDomain(record), tree.ReferenceType(record)
            case ast.Tuple(elts=elements) if elements:
                values = [self.expression(element) for element in elements]
                type_ = values[0].type
                for value in values[1:]:
                    type_ = build.common_type(position, type_, value.type, "the tuple")
                return tree.ValuesDomain(tuple(build.fit(value, type_, "") for value in values)), type_
            case ast.Name() if node.id not in self.names and node.id in self.module.definitions:
                symbol = self.symbol(node)
                if isinstance(symbol, tree.EnumType):
                    return tree.ValuesDomain(
                        tuple(tree.Constant(position, symbol, i) for i in range(len(symbol.members)))
                    ), symbol
        raise self.module.error(node, "this runs over range(...), every(Record), an enumeration or a tuple of values")

    def quantifier(self, kind: str, node: ast.Call) -> tree.Expression:
        position = self.module.position(node)
        if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.GeneratorExp):
            raise self.module.error(node, f"{kind} takes one generator: {kind}(... for x in every(Record))")
        bindings, condition, body = self.generator(node.args[0], lambda element: self.expression(element))
        rounds = self.rounds(bindings)
        if rounds > MOST:
            raise self.module.error(node, f"this could be {rounds:,} rounds, and {MOST:,} are the most; use smaller domains")
        if kind == "sum":
            if not isinstance(body.type, tree.IntType):
                raise self.module.error(node, "sum adds integers; write sum(1 for ... if ...) to count")
            range_ = tree.IntType(min(0, body.type.low * rounds), max(0, body.type.high * rounds))
            type_: tree.Type = build.within_bounds(position, range_)
        else:
            type_, body = build.BOOL, build.truth(body)
        return tree.Quantifier(position, type_, kind, bindings, condition, body)  # type: ignore[arg-type]

    def first(self, node: ast.Call) -> tree.Expression:
        """`first(x for x in every(Record) if condition)`."""
        options = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if isinstance(options, ast.GeneratorExp) and len(options.generators) == 1:
            bindings, condition, body = self.generator(options, lambda element: self.expression(element))
            local, domain = bindings[0].local, bindings[0].domain
            if isinstance(body, tree.LocalRead) and body.name == local.name and isinstance(domain, tree.ArenaDomain):
                return tree.Quantifier(self.module.position(node), local.type, "first", bindings, condition, body)
        raise self.module.error(node, "first takes `x for x in every(Record) if condition`")

    def rounds(self, bindings: Sequence[tree.Binding]) -> int:
        product = 1
        for binding in bindings:
            match binding.domain:
                case tree.RangeDomain(low, high):
                    assert isinstance(low.type, tree.IntType)
                    assert isinstance(high.type, tree.IntType)
                    product *= max(0, high.type.high - low.type.low)
                case tree.ArenaDomain(record):
                    product *= self.resolver.records[record].count
                case tree.ValuesDomain(values):
                    product *= len(values)
        return product

    def generator(
        self, node: ast.GeneratorExp, element: Callable[[ast.expr], tree.Expression]
    ) -> tuple[tuple[tree.Binding, ...], tree.Expression | None, tree.Expression]:
        bindings: list[tree.Binding] = []
        conditions: list[tree.Expression] = []
        hidden: list[tuple[str, tree.Expression | None]] = []
        effects, self.effects = self.effects, False
        for clause in node.generators:
            if not isinstance(clause.target, ast.Name):
                raise self.module.error(clause.target, "a generator binds one name at a time")
            domain, type_ = self.domain(clause.iter)
            local = self.fresh(clause.target.id, type_)
            hidden.append((clause.target.id, self.names.get(clause.target.id)))
            self.names[clause.target.id] = tree.LocalRead(self.module.position(clause.target), type_, local.name)
            bindings.append(tree.Binding(local, domain))
            conditions.extend(self.condition(test) for test in clause.ifs)
        body = element(node.elt)
        for name, previous in reversed(hidden):
            if previous is None:
                del self.names[name]
            else:
                self.names[name] = previous
        self.effects = effects
        condition = build.logical(self.module.position(node), "and", conditions) if conditions else None
        return tuple(bindings), condition, body
