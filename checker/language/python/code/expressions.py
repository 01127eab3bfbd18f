# SPDX-License-Identifier: GPL-2.0-only
"""Python expressions -> expressions of the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from checker.language import build, tree
from checker.language.errors import ModelError, similar
from checker.language.python.code.places import PlaceTranslator
from checker.language.python.source.modules import Module
from checker.language.walking import nodes

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "==",
    ast.IsNot: "!=",
}
_UNARY: dict[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.Invert: "~"}
_ADVICE: dict[type[ast.AST], str] = {
    ast.Lambda: "a lambda: write a @function",
    ast.Dict: "a dictionary: use an array or a record",
    ast.Set: "a set: use flags, or `x in (a, b)`",
    ast.List: "a list: declare an array",
    ast.ListComp: "a list: use all, any, sum or choose over a generator",
    ast.SetComp: "a set: use all, any, sum or choose over a generator",
    ast.DictComp: "a dictionary: use an array or a record",
    ast.Await: "await: routines interleave by themselves",
    ast.Yield: "yield: routines interleave by themselves",
    ast.JoinedStr: "an f-string: messages have {expressions} without the f",
    ast.NamedExpr: "`:=`: assign in a line of its own",
    ast.Starred: "`*`: name each value",
    ast.Slice: "a slice: index single elements",
    ast.GeneratorExp: "a generator: use it inside all, any, sum or choose",
    ast.Tuple: "a tuple: use a record, or separate variables",
}


def operator_of(module: Module, node: ast.operator, at: ast.AST) -> str:
    if type(node) not in _BINARY:
        raise module.error(at, f"the operator {type(node).__name__} is not in the language; it has + - * // % & | ^ << >>")
    return _BINARY[type(node)]


class ExpressionTranslator(PlaceTranslator):
    """Translates the expressions of one piece of code."""

    def condition(self, node: ast.expr) -> tree.Expression:
        return build.truth(self.expression(node))

    def constant(self, node: ast.expr, what: str) -> int:
        return build.known(self.expression(node), f"{what} has to be a constant")

    def expression(self, node: ast.expr) -> tree.Expression:
        position = self.module.position(node)
        match node:
            case ast.Constant(value=bool(value)):
                return build.boolean(position, value)
            case ast.Constant(value=int(value)):
                return build.integer(position, value)
            case ast.Constant(value=None):
                return build.null(position)
            case ast.Constant(value=value):
                text = "; a text stands where a parameter with named values is compared" if isinstance(value, str) else ""
                raise self.module.error(
                    node, f"{value!r} is not a value of the language, which has integers, True, False and None{text}"
                )
            case ast.Name():
                return self.name(node)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Subscript():
                path = self.path(node)
                if path is None:
                    what = ast.unparse(node.value)
                    raise self.module.error(node.value, f"`{what}` is not a field, an array element or a module variable")
                return self.whole(path, node)
            case ast.UnaryOp(op=operator, operand=operand):
                if isinstance(operator, ast.UAdd):
                    return self.expression(operand)
                return build.unary(position, _UNARY[type(operator)], self.expression(operand))
            case ast.BinOp(left=left, op=operator, right=right):
                return build.binary(
                    position, operator_of(self.module, operator, node), self.expression(left), self.expression(right)
                )
            case ast.BoolOp(op=operator, values=values):
                return build.logical(position, "and" if isinstance(operator, ast.And) else "or", self.operands(operator, values))
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return build.conditional(position, self.expression(test), self.expression(body), self.expression(orelse))
            case ast.Call():
                return self.call(node)
        raise self.refused(node)

    def operands(self, operator: ast.boolop, values: Sequence[ast.expr]) -> list[tree.Expression]:
        """The operands, up to a constant one that decides: what stands after it is not part of this configuration."""
        found = []
        for value in values:
            operand = self.condition(value)
            found.append(operand)
            if isinstance(operand, tree.Constant) and bool(operand.value) == isinstance(operator, ast.Or):
                break
        return found

    def refused(self, node: ast.AST) -> Exception:
        advice = _ADVICE.get(type(node), f"{type(node).__name__}: see docs/reference/language.md for what is")
        return self.module.error(node, f"the language does not have {advice}")

    def name(self, node: ast.Name) -> tree.Expression:
        if node.id in self.names:
            found = self.names[node.id]
            if isinstance(found, tree.LocalRead):
                return tree.LocalRead(self.module.position(node), found.type, found.name)
            return found
        if node.id in self.local_types:
            raise self.module.error(node, f"`{node.id}` is read before it has a value here; assign it first")
        symbol = self.symbol(node)
        position = self.module.position(node)
        match symbol:
            case tree.Constant(type=type_, value=value):
                return tree.Constant(position, type_, value)
        if (path := self.path(node)) is not None:
            return self.whole(path, node)
        raise self.module.error(node, f"`{node.id}` is not a value")

    def attribute(self, node: ast.Attribute) -> tree.Expression:
        position = self.module.position(node)
        if isinstance(node.value, ast.Name) and node.value.id not in self.names and node.value.id in self.module.definitions:
            match self.symbol(node.value):
                case tree.EnumType(name, members) as type_:
                    if node.attr not in members:
                        raise self.module.error(node, f"{name} has no member {node.attr}; it has " + ", ".join(members))
                    return tree.Constant(position, type_, members.index(node.attr))
                case tree.FlagsType(name, flags) as type_:
                    if node.attr not in dict(flags):
                        raise self.module.error(node, f"{name} has no flag {node.attr}; it has " + ", ".join(dict(flags)))
                    return tree.Constant(position, type_, dict(flags)[node.attr])
        path = self.path(node)
        assert path is not None
        return self.whole(path, node)

    def comparison(self, node: ast.Compare) -> tree.Expression:
        parts: list[tree.Expression] = []
        left = self.expression(node.left)
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self.once(left)
        for number, (operator, right_node) in enumerate(zip(node.ops, node.comparators, strict=True), 1):
            position = self.module.position(node)
            if isinstance(operator, (ast.In, ast.NotIn)):
                if not isinstance(right_node, ast.Tuple):
                    raise self.module.error(right_node, "`in` takes a tuple of values here: `x in (a, b)`")
                # One after the other, and no further than a match: Python evaluates all of them first.
                effects, self.effects = self.effects, False
                elements = [self.compared(value, left) for value in right_node.elts]
                self.effects = effects
                member = build.logical(position, "or", [build.compare(position, "==", left, element) for element in elements])
                parts.append(build.unary(position, "not", member) if isinstance(operator, ast.NotIn) else member)
                continue
            right = self.compared(right_node, left)
            if number < len(node.ops):
                self.once(right)
            if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(left.type, (tree.IntType, tree.BoolType)):
                raise self.module.error(node, "`is` compares references; use `==` here")
            parts.append(build.compare(position, _COMPARE[type(operator)], left, right))
            left = right
        return build.logical(self.module.position(node), "and", parts)

    def compared(self, node: ast.expr, left: tree.Expression) -> tree.Expression:
        """What the value on the left is compared with: a text where that is a parameter with named values."""
        match node, left.type:
            case ast.Constant(value=str(name)), tree.EnumType(name=parameter, members=names, of_parameter=True) as type_:
                if name not in names:
                    raise self.module.error(
                        node, f"{parameter} is never {name!r}; it is one of {', '.join(names)}{similar(name, names)}"
                    )
                return tree.Constant(self.module.position(node), type_, names.index(name))
        return self.expression(node)

    def once(self, operand: tree.Expression) -> None:
        """The operand stands once in the text and several times in the tree: right only where nothing happens in between, which
        in a routine is between two steps."""
        changes = (tree.Choose, tree.Allocate) if self.at_once else (tree.Choose, tree.Allocate, tree.Read, tree.IsAllocated)
        if self.effects and any(isinstance(node, changes) or self.runs(node) for node in nodes(operand)):
            raise ModelError(operand.position, "this would be read more than once here; assign it to a local first")

    def runs(self, node: object) -> bool:
        """Whether this part of the tree is a call of a routine."""
        return isinstance(node, tree.Call) and not self.resolver.is_function(node.callee)
