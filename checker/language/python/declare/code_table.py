# SPDX-License-Identifier: GPL-2.0-only
"""Code by name: what it takes and gives, and the functions, whose text is one expression."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from checker.language import build, tree
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.code.functions import function_body
from checker.language.python.declare.variables import sized
from checker.language.python.source.symbols import Code, Resolver


class CodeTable:
    """What is known of code. used: what the program needs, by name. functions: those that are translated. implementations: the
    name of the code that implements each hook. foreign: the names of functions in another language."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.used: dict[str, Code] = {}
        self.functions: dict[str, tree.Function] = {}
        self.implementations: dict[str, str] = {}
        self.foreign: set[str] = set()
        self._begun: set[str] = set()

    def parameters_of(self, code: Code) -> tuple[tree.Binding, ...]:
        """The parameters with what they run over, which only those of actions and invariants do."""
        found = []
        runs = not code.is_function and not code.is_routine
        combinations = 1
        for argument in code.node.args.args:
            if argument.annotation is None:
                raise code.module.error(argument, f"the parameter `{argument.arg}` needs a type")
            type_ = self.resolver.annotation(code.module, argument.annotation)
            if runs:
                combinations *= _values_of(type_, self.resolver.records)
                sized(code.module, argument, "the number of values that the parameters run over together", combinations)
            domain = _domain_of(code.module.position(argument), type_) if runs else tree.ValuesDomain(())
            found.append(tree.Binding(tree.Local(argument.arg, type_), domain))
        return tuple(found)

    def result_of(self, code: Code) -> tree.Type | None:
        """The type that the code returns, None for nothing. A function may say `int`: the range is that of its body."""
        returns = code.node.returns
        assert returns is not None
        if isinstance(returns, ast.Constant) and returns.value is None:
            return None
        if code.is_function and isinstance(returns, ast.Name) and returns.id == "int":
            return self.function(code).body.type
        return self.resolver.annotation(code.module, returns)

    def translator(self, code: Code) -> ExpressionTranslator:
        """A translator that knows the code's parameters."""
        translator = ExpressionTranslator(self.resolver, code.module)
        for binding in self.parameters_of(code):
            local = binding.local
            translator.names[local.name] = tree.LocalRead(code.module.position(code.node), local.type, local.name)
            translator.local_types[local.name] = local.type
        return translator

    def function(self, code: Code) -> tree.Function:
        """The syntax tree of a function, translated once."""
        if code.name in self.functions:
            return self.functions[code.name]
        if code.name in self._begun:
            raise code.module.error(code.node, f"the function `{code.name}` calls itself; a function has no recursion")
        self._begun.add(code.name)
        try:
            self.functions[code.name] = self._function(code)
        finally:
            self._begun.discard(code.name)
        return self.functions[code.name]

    def _function(self, code: Code) -> tree.Function:
        returns = code.node.returns
        assert returns is not None
        if isinstance(returns, ast.Constant) and returns.value is None:
            raise code.module.error(code.node, f"the function `{code.name}` has to return a value; a @routine can return none")
        result = None if isinstance(returns, ast.Name) and returns.id == "int" else self.resolver.annotation(code.module, returns)
        body = function_body(self.translator(code), code.node.body, result, code.node)
        if not isinstance(body.type, tree.IntType) and result is None:
            raise code.module.error(code.node, f"`{code.name}` promises an int, and its value is none")
        parameters = tuple(binding.local for binding in self.parameters_of(code))
        return tree.Function(code.name, parameters, body, code.module.position(code.node))

    def use_code(self, code: Code) -> str:
        """Note that the program needs this code; the name that stands for it (a hook's implementation, if it has one)."""
        implementation = self.implementations.get(code.name)
        if implementation is not None:
            return implementation
        self.used.setdefault(code.name, code)
        return code.name


def _values_of(type_: tree.Type, records: Mapping[str, tree.Record]) -> int:
    """How many values a parameter of the type runs over."""
    match type_:
        case tree.ReferenceType(record):
            return records[record].count
        case tree.IntType(low, high):
            return high - low + 1
        case tree.BoolType():
            return 2
        case tree.EnumType(members=members):
            return len(members)
        case tree.FlagsType():
            return 1 << type_.mask.bit_count()


def _domain_of(position: tree.Position, type_: tree.Type) -> tree.Domain:
    """All values of a type: what an action's or invariant's parameter runs over."""
    match type_:
        case tree.ReferenceType(record):
            return tree.ArenaDomain(record)
        case tree.IntType(low, high):
            return tree.RangeDomain(build.integer(position, low), build.integer(position, high + 1))
        case tree.BoolType():
            return tree.ValuesDomain((build.boolean(position, False), build.boolean(position, True)))
        case tree.EnumType(members=members):
            return tree.ValuesDomain(tuple(tree.Constant(position, type_, i) for i in range(len(members))))
        case tree.FlagsType():
            values = [0]
            for _, bit in sorted(type_.members, key=lambda member: member[1]):
                values += [value | bit for value in values]
            return tree.ValuesDomain(tuple(tree.Constant(position, type_, v) for v in values))
