# SPDX-License-Identifier: GPL-2.0-only
"""Python expressions -> expressions of the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from checker.language import build, tree
from checker.language.errors import ModelError
from checker.language.modules import Module
from checker.language.symbols import Builtin, Code, RecordName, Resolver, Symbol
from checker.language.types import describe

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


class ExpressionTranslator:
    """Translates expressions in one piece of code.

    names: what the code's own names (parameters, locals, quantified variables) stand for. effects: whether `choose`, routine
    calls and `allocate` may occur here.
    """

    def __init__(self, resolver: Resolver, module: Module, effects: bool = False) -> None:
        self.resolver = resolver
        self.module = module
        self.effects = effects
        self.names: dict[str, tree.Expression] = {}
        self.local_types: dict[str, tree.Type] = {}
        self.reads_ghost: list[tree.Position] = []

    # -- names --

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

    # -- expressions --

    def condition(self, node: ast.expr) -> tree.Expression:
        return build.truth(self.expression(node))

    def constant(self, node: ast.expr, what: str) -> int:
        value = self.expression(node)
        if not isinstance(value, tree.Constant):
            raise self.module.error(node, f"{what} has to be a constant")
        return value.value

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
                raise self.module.error(
                    node, f"{value!r} is not a value of the language, which has integers, True, False and None"
                )
            case ast.Name():
                return self.name(node)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Subscript():
                return tree.Read(position, (place := self.place(node)).variable.type, place)
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
        advice = _ADVICE.get(type(node), f"{type(node).__name__}: see docs/language.md for what is")
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
            case tree.Variable():
                if symbol.length is not None or symbol.key is not None:
                    raise self.module.error(node, f"`{node.id}` has several values; index it")
                return self.read(tree.Place(position, symbol))
        raise self.module.error(node, f"`{node.id}` is not a value")

    def read(self, place: tree.Place) -> tree.Expression:
        if place.variable.ghost:
            self.reads_ghost.append(place.position)
        return tree.Read(place.position, place.variable.type, place)

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
        place = self.place(node)
        if place.variable.length is not None or place.variable.key is not None:
            raise self.module.error(node, f"`{node.attr}` is an array; index it")
        return self.read(place)

    def place(self, node: ast.expr) -> tree.Place:
        """The place of the shared state that a field, an element or a module variable is."""
        position = self.module.position(node)
        match node:
            case ast.Name(id=name) if name not in self.names and name not in self.local_types:
                symbol = self.symbol(node)
                if isinstance(symbol, tree.Variable):
                    return tree.Place(position, symbol)
            case ast.Attribute(value=value, attr=attribute):
                base = self.expression(value)
                if not isinstance(base.type, tree.ReferenceType) or not base.type.record:
                    raise self.module.error(node, f"`.{attribute}`: this is {describe(base.type)}, which has no fields")
                found = self.resolver.field(base.type.record, attribute)
                if found is None:
                    known = ", ".join(f.name for f in self.resolver.records[base.type.record].fields)
                    raise self.module.error(node, f"{base.type.record} has no field `{attribute}`; it has {known}")
                return tree.Place(position, found, base.type.record, base)
            case ast.Subscript(value=value, slice=slice_):
                place = self.place(value)
                if place.index is not None or (place.variable.length is None and place.variable.key is None):
                    raise self.module.error(node, f"`{place.variable.name}` is not an array here; do not index it")
                index = self.expression(slice_)
                if place.variable.key is not None:
                    index = build.fit(index, tree.ReferenceType(place.variable.key), "the index")
                elif not isinstance(index.type, tree.IntType):
                    raise self.module.error(slice_, f"an array is indexed by an integer, not by {describe(index.type)}")
                return tree.Place(position, place.variable, place.record, place.base, index)
        raise self.module.error(node, f"`{ast.unparse(node)}` is not a field, an array element or a module variable")

    def comparison(self, node: ast.Compare) -> tree.Expression:
        parts: list[tree.Expression] = []
        left = self.expression(node.left)
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self.once(left)
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            position = self.module.position(node)
            if isinstance(operator, (ast.In, ast.NotIn)):
                if not isinstance(right_node, ast.Tuple):
                    raise self.module.error(right_node, "`in` takes a tuple of values here: `x in (a, b)`")
                member = build.logical(
                    position, "or", [build.compare(position, "==", left, self.expression(value)) for value in right_node.elts]
                )
                parts.append(build.unary(position, "not", member) if isinstance(operator, ast.NotIn) else member)
                continue
            right = self.expression(right_node)
            if operator is not node.ops[-1]:
                self.once(right)
            if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(left.type, (tree.IntType, tree.BoolType)):
                raise self.module.error(node, "`is` compares references; use `==` here")
            parts.append(build.compare(position, _COMPARE[type(operator)], left, right))
            left = right
        return build.logical(self.module.position(node), "and", parts)

    def once(self, operand: tree.Expression) -> None:
        """The operand stands once in the text and several times in the tree: right only where nothing happens in between."""
        if self.effects and not isinstance(operand, (tree.Constant, tree.LocalRead)):
            raise ModelError(operand.position, "this would be read more than once here; assign it to a local first")

    # -- domains and quantifiers --

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

    def record(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name) and node.id not in self.names:
            symbol = self.symbol(node)
            if isinstance(symbol, RecordName):
                return symbol.name
        raise self.module.error(node, f"`{ast.unparse(node)}` is not a record")

    def quantifier(self, kind: str, node: ast.Call) -> tree.Expression:
        position = self.module.position(node)
        if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.GeneratorExp):
            raise self.module.error(node, f"{kind} takes one generator: {kind}(... for x in every(Record))")
        bindings, condition, body = self.generator(node.args[0], lambda element: self.expression(element))
        if kind == "sum":
            if not isinstance(body.type, tree.IntType):
                raise self.module.error(node, "sum adds integers; write sum(1 for ... if ...) to count")
            rounds = self.rounds(bindings)
            type_: tree.Type = tree.IntType(min(0, body.type.low * rounds), max(0, body.type.high * rounds))
        else:
            type_, body = build.BOOL, build.truth(body)
        return tree.Quantifier(position, type_, kind, bindings, condition, body)  # type: ignore[arg-type]

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

    # -- calls --

    def call(self, node: ast.Call) -> tree.Expression:
        called = self.builtin(node.func)
        if called in ("all", "any", "sum"):
            return self.quantifier(called, node)
        if node.keywords:
            raise self.module.error(node, "arguments are given by position here")
        if called is not None:
            return self.builtin_call(called, node)
        if not isinstance(node.func, ast.Name) or node.func.id in self.names:
            raise self.module.error(
                node, f"`{ast.unparse(node.func)}` cannot be called; call a routine, function or built-in by name"
            )
        symbol = self.symbol(node.func)
        position = self.module.position(node)
        match symbol:
            case tree.FlagsType() as type_ if len(node.args) == 1:
                return build.cast(position, type_, self.expression(node.args[0]))
            case Code() if symbol.is_function or symbol.is_routine:
                return self.code_call(symbol, node)
            case Code():
                raise self.module.error(node, f"`{symbol.name}` is not called by a model; only routines and functions are")
        raise self.module.error(node, f"`{node.func.id}` cannot be called")

    def code_call(self, code: Code, node: ast.Call) -> tree.Expression:
        if not code.is_function and not self.effects:
            raise self.module.error(node, f"`{code.name}` is a routine, and here only functions can be called; it has effects")
        result = self.resolver.result_of(code)
        arguments = self.arguments(code, node, node.args)
        return tree.Call(self.module.position(node), result or build.BOOL, self.resolver.use_code(code), arguments)

    def arguments(self, code: Code, node: ast.AST, given: Sequence[ast.expr]) -> tuple[tree.Expression, ...]:
        parameters = self.resolver.parameters_of(code)
        if len(given) != len(parameters):
            raise self.module.error(node, f"`{code.name}` takes {len(parameters)} arguments, not {len(given)}")
        return tuple(
            build.fit(self.expression(argument), parameter.local.type, f"`{parameter.local.name}`")
            for argument, parameter in zip(given, parameters, strict=True)
        )

    def takes(self, node: ast.Call, count: int) -> None:
        if len(node.args) != count:
            assert isinstance(node.func, ast.Name)
            raise self.module.error(
                node, f"`{node.func.id}` takes {count} argument{'s' if count > 1 else ''}, not {len(node.args)}"
            )

    def owner(self, node: ast.expr) -> tuple[str, tree.Expression]:
        """An owner of frames: the record, and which instance."""
        owner = self.expression(node)
        if not isinstance(owner.type, tree.ReferenceType) or not owner.type.record:
            raise self.module.error(node, "an owner of frames is an instance of a record")
        if not self.resolver.records[owner.type.record].frames:
            raise self.module.error(node, f"{owner.type.record} owns no frames; declare it with @record(frames=...)")
        return owner.type.record, owner

    def routine_name(self, node: ast.expr) -> Code:
        if isinstance(node, ast.Name) and node.id not in self.names:
            symbol = self.symbol(node)
            if isinstance(symbol, Code) and symbol.is_routine:
                return symbol
        raise self.module.error(node, f"`{ast.unparse(node)}` is not a routine")

    def builtin_call(self, called: str, node: ast.Call) -> tree.Expression:
        position = self.module.position(node)
        match called:
            case "choose":
                return self.choice(node)
            case "bool":
                self.takes(node, 1)
                return self.condition(node.args[0])
            case "int" | "address":
                self.takes(node, 1)
                return self.as_integer(called, node)
            case "reference" | "instance":
                self.takes(node, 2)
                record = self.record(node.args[0])
                number = self.expression(node.args[1])
                if not isinstance(number.type, tree.IntType):
                    raise self.module.error(node, f"`{called}` takes an integer, not {describe(number.type)}")
                if called == "instance":
                    number = build.binary(position, "+", number, build.integer(position, 1))
                    number = build.binary(position, "*", number, build.integer(position, self.resolver.records[record].alignment))
                return build.cast(position, tree.ReferenceType(record), number)
            case "null":
                self.takes(node, 1)
                return tree.Constant(position, tree.ReferenceType(self.record(node.args[0])), 0)
            case "processor":
                self.takes(node, 1)
                return tree.Processor(position, tree.ReferenceType(self.record(node.args[0])))
            case "allocate":
                self.takes(node, 1)
                if not self.effects:
                    raise self.module.error(node, "`allocate` changes the state; it has no place here")
                record = self.record(node.args[0])
                self.has_allocator(record, node)
                return tree.Allocate(position, tree.ReferenceType(record), record)
            case "is_allocated":
                self.takes(node, 1)
                pointer = self.expression(node.args[0])
                if not isinstance(pointer.type, tree.ReferenceType) or not pointer.type.record:
                    raise self.module.error(node, "`is_allocated` takes a reference")
                self.has_allocator(pointer.type.record, node)
                return tree.IsAllocated(position, build.BOOL, pointer.type.record, pointer)
            case "in_routine":
                self.takes(node, 2)
                record, owner = self.owner(node.args[0])
                return tree.InRoutine(
                    position, build.BOOL, record, owner, self.resolver.use_code(self.routine_name(node.args[1]))
                )
            case "has_frames":
                self.takes(node, 1)
                record, owner = self.owner(node.args[0])
                return tree.HasFrames(position, build.BOOL, record, owner)
        raise self.module.error(node, f"`{called}` is not an expression; it has no place here")

    def has_allocator(self, record: str, node: ast.AST) -> None:
        if not self.resolver.records[record].allocated:
            raise self.module.error(node, f"{record} has no allocator state; declare it with @record(allocated=True)")

    def as_integer(self, called: str, node: ast.Call) -> tree.Expression:
        operand = self.expression(node.args[0])
        match operand.type:
            case tree.ReferenceType("") if called == "address":
                return build.integer(operand.position, 0)
            case tree.ReferenceType(record) if called == "address":
                arena = self.resolver.records[record]
                type_ = tree.IntType(0, (arena.count + 1) * arena.alignment - 1)
            case tree.BoolType() if called == "int":
                type_ = tree.IntType(0, 1)
            case tree.FlagsType() as flags if called == "int":
                type_ = tree.IntType(0, flags.mask)
            case tree.IntType() if called == "int":
                return operand
            case _:
                raise self.module.error(node, f"`{called}` does not take {describe(operand.type)}")
        return build.cast(self.module.position(node), type_, operand)

    def choice(self, node: ast.Call) -> tree.Expression:
        if not self.effects:
            raise self.module.error(
                node, "`choose` has no place here: conditions and functions have one value; assign the choice first"
            )
        self.takes(node, 1)
        position = self.module.position(node)
        options = node.args[0]
        if isinstance(options, ast.GeneratorExp):
            if not isinstance(options.elt, ast.Name) or len(options.generators) != 1:
                raise self.module.error(options, "choose takes `x for x in domain if condition`")
            bindings, condition, body = self.generator(options, self.expression)
            if not isinstance(body, tree.LocalRead) or body.name != bindings[0].local.name:
                raise self.module.error(options, "choose takes `x for x in domain if condition`")
            return tree.Choose(position, bindings[0].local.type, bindings[0], condition)
        domain, type_ = self.domain(options)
        return tree.Choose(position, type_, tree.Binding(self.fresh("choice", type_), domain), None)
