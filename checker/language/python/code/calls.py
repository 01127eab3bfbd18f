# SPDX-License-Identifier: GPL-2.0-only
"""Calls: of routines, of functions, and of the language's own names."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from checker.counting import counted
from checker.language import build, tree
from checker.language.python.code.generators import GeneratorTranslator
from checker.language.python.source.symbols import Code
from checker.language.types import describe


class CallTranslator(GeneratorTranslator):
    """Translates calls."""

    def call(self, node: ast.Call) -> tree.Expression:
        called = self.builtin(node.func)
        if called in ("all", "any", "sum"):
            return self.quantifier(called, node)
        if called == "first":
            return self.first(node)
        if node.keywords:
            raise self.module.error(node, "arguments are given by position here")
        if called is not None:
            return self.builtin_call(called, node)
        if not isinstance(node.func, ast.Name) or node.func.id in self.names:
            raise self.module.error(
                node,
                f"`{ast.unparse(node.func)}` cannot be called; a model calls its own @routine and @function code, and what "
                "checker.language has",
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
            raise self.module.error(node, f"`{code.name}` takes {counted(len(parameters), 'argument')}, not {len(given)}")
        return tuple(
            build.fit(self.expression(argument), parameter.local.type, f"`{parameter.local.name}`")
            for argument, parameter in zip(given, parameters, strict=True)
        )

    def takes(self, node: ast.Call, count: int) -> None:
        if len(node.args) != count:
            assert isinstance(node.func, ast.Name)
            raise self.module.error(node, f"`{node.func.id}` takes {counted(count, 'argument')}, not {len(node.args)}")

    def owner(self, node: ast.expr) -> tuple[str, tree.Expression]:
        """An owner of frames: the record, and which instance."""
        owner = self.expression(node)
        if not isinstance(owner.type, tree.ReferenceType) or not owner.type.record:
            raise self.module.error(node, "an owner of frames is an instance of a record")
        self.owns_frames(owner.type.record, node)
        return owner.type.record, owner

    def owns_frames(self, record: str, node: ast.expr) -> None:
        if not self.resolver.records[record].frames:
            raise self.module.error(node, f"{record} owns no frames; declare it with @record(frames=...)")

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
                return tree.Constant(position, tree.ReferenceType(self.record(node.args[0], may_be_quoted=True)), 0)
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
            case "processor" | "frame_owner" | "in_routine" | "calls" | "has_frames":
                return self.execution_call(called, node)
        raise self.module.error(node, f"`{called}` is not an expression; it has no place here")

    def execution_call(self, called: str, node: ast.Call) -> tree.Expression:
        """What asks who runs, and what stands on frames."""
        position = self.module.position(node)
        match called:
            case "processor":
                self.takes(node, 1)
                return tree.Processor(position, tree.ReferenceType(self.record(node.args[0])))
            case "frame_owner":
                self.takes(node, 1)
                record = self.record(node.args[0])
                self.owns_frames(record, node.args[0])
                return tree.FrameOwner(position, tree.ReferenceType(record))
            case "in_routine":
                self.takes(node, 2)
                record, owner = self.owner(node.args[0])
                return tree.InRoutine(
                    position, build.BOOL, record, owner, self.resolver.use_code(self.routine_name(node.args[1]))
                )
            case "calls":
                self.takes(node, 2)
                processor = self.expression(node.args[0])
                if not isinstance(processor.type, tree.ReferenceType) or not processor.type.record:
                    raise self.module.error(node.args[0], "`calls` takes a processor, and a routine")
                routine = self.resolver.use_code(self.routine_name(node.args[1]))
                return tree.Calls(position, build.BOOL, processor, routine)
            case "has_frames":
                self.takes(node, 1)
                record, owner = self.owner(node.args[0])
                return tree.HasFrames(position, build.BOOL, record, owner)
        raise AssertionError(called)

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
