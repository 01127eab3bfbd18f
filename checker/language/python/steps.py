# SPDX-License-Identifier: GPL-2.0-only
"""What takes steps: routines and actions, and the functions that they use."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping

from checker.language import tree
from checker.language.errors import ModelError
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.code.flow import falls_out
from checker.language.python.code.statements import StatementTranslator
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Code
from checker.language.walking import called_functions, nodes


class StepCode:
    """Translates the code of one program. property_of: the property that a `check` names. processor: the record that executes,
    if there is one. functions, routines: what the program uses of each. left_out: by the name of the code, the statements
    that the parameters and events switch off."""

    def __init__(self, symbols: Symbols, property_of: Callable[[Module, ast.expr], str], processor: str | None) -> None:
        self.symbols = symbols
        self.property_of = property_of
        self.processor = processor
        self.functions: dict[str, tree.Function] = {}
        self.routines: dict[str, tree.Routine] = {}
        self.left_out: dict[str, list[tree.Position]] = {}

    def translate_used(self) -> None:
        """Translate what the program uses, until nothing new is used."""
        while missing := [c for n, c in self.symbols.code.used.items() if n not in self.functions and n not in self.routines]:
            for code in missing:
                if code.is_function:
                    self.functions[code.name] = self.symbols.code.function(code)
                else:
                    self.routines[code.name] = self.routine(code)

    def add(self, code: tree.Routine | tree.Function) -> None:
        """A routine or function of a protocol in another language."""
        if code.name in self.routines or code.name in self.functions or code.name in self.symbols.code.used:
            raise ModelError(code.position, f"the kernel has a routine `{code.name}` already; rename this function")
        self.check_processors(code.body)
        if isinstance(code, tree.Function):
            self.functions[code.name] = code
            return
        self.routines[code.name] = code
        self.left_out[code.name] = []

    def check_unused(self, codes: Iterable[Code]) -> None:
        """Translate what nothing calls all the same, so that its errors are found; it is then left out."""
        for code in codes:
            if code.is_function and "executes" not in code.decorators and code.name not in self.functions:
                self.symbols.code.function(code)
            elif code.is_routine and code.name not in self.routines:
                self.routine(code)

    def statements(
        self, code: Code, is_routine: bool
    ) -> tuple[tuple[tree.Statement, ...], tuple[tree.Local, ...], ExpressionTranslator]:
        translator = self.symbols.code.translator(code)
        parameters = _locals_of(self.symbols, code)
        result = self.symbols.result_of(code)
        statements = StatementTranslator(
            translator,
            lambda node: self.symbols.annotation(code.module, node),
            lambda node: self.property_of(code.module, node),
            parameters,
            result,
            is_routine,
        )
        body = statements.body(code.node.body)
        if result is not None and falls_out(body):
            raise code.module.error(code.node, f"`{code.name}` promises a result and can end without `return`")
        self.left_out[code.name] = translator.left_out
        return body, statements.locals(parameters), translator

    def routine(self, code: Code) -> tree.Routine:
        body, locals_, translator = self.statements(code, True)
        is_protocol = not code.module.of_kernel
        if is_protocol and translator.reads_ghost:
            raise code.module.error(
                code.node,
                f"`{code.name}` reads ghost state (line {translator.reads_ghost[0].line}), which is for properties only",
            )
        self.check_processors(body)
        if is_protocol:
            for name in called_functions(body):
                if self.reads_ghost(name, set()):
                    raise code.module.error(
                        code.node, f"`{code.name}` reads ghost state through `{name}`, which is for properties only"
                    )
        call = code.decorators.get("routine")
        noinline = "implements" in code.decorators
        for keyword in call.keywords if call is not None else []:
            noinline = bool(translator.constant(keyword.value, "`noinline`"))
        implementations = self.symbols.code.implementations
        hook = next((name for name, implementation in implementations.items() if implementation == code.name), None)
        if "hook" in code.decorators:
            hook = code.name
        return tree.Routine(
            code.name,
            _locals_of(self.symbols, code),
            locals_,
            self.symbols.result_of(code),
            body,
            noinline,
            is_protocol,
            hook,
            code.module.position(code.node),
        )

    def reads_ghost(self, name: str, seen: set[str]) -> bool:
        """Whether a function reads ghost state, itself or through others."""
        if name in seen:
            return False
        seen.add(name)
        code = self.symbols.code.used.get(name)
        if code is None or not code.is_function:
            return False
        body = self.symbols.code.function(code).body
        if any(isinstance(node, tree.Read) and node.place.variable.ghost for node in nodes(body)):
            return True
        return any(self.reads_ghost(other, seen) for other in called_functions(body))

    def no_processor(self) -> str:
        if self.processor is None:
            return "no record runs code in this model; add @executes, whose parameter is the one that does"
        return f"{self.processor} runs code in this model, the parameter of @executes; no other record does"

    def check_processors(self, part: object) -> None:
        """ModelError where a part of the tree asks for the processor under another record than the one that executes."""
        for node in nodes(part):
            if isinstance(node, tree.Processor) and node.type != tree.ReferenceType(self.processor or ""):
                raise ModelError(node.position, self.no_processor())

    def action(self, code: Code) -> tree.Action:
        if self.symbols.result_of(code) is not None:
            raise code.module.error(code.node, f"the action `{code.name}` has nobody to return a value to; write `-> None`")
        body, locals_, _ = self.statements(code, False)
        call = code.decorators["action"]
        interrupt = False
        for keyword in call.keywords if call is not None else []:
            interrupt = bool(ExpressionTranslator(self.symbols, code.module).constant(keyword.value, "`interrupt`"))
        parameters = self.symbols.parameters_of(code)
        return tree.Action(code.name, parameters, locals_, body, interrupt, code.module.position(code.node))


def executes(symbols: Symbols, codes: list[Code]) -> tuple[str | None, tree.Function | None]:
    """The record that executes and the function that says whose frames it steps, of the @executes code; None, None without."""
    if not codes:
        return None, None
    if len(codes) > 1:
        known = codes[0].module.position(codes[0].node)
        raise codes[1].module.error(codes[1].node, f"there is an @executes at {known} already; a model has one processor record")
    function = symbols.code.function(codes[0])
    parameters = function.parameters
    if len(parameters) != 1 or not isinstance(parameters[0].type, tree.ReferenceType):
        raise codes[0].module.error(codes[0].node, "@executes takes a function of one processor")
    return parameters[0].type.record, function


def check_recursion(functions: Mapping[str, tree.Function]) -> None:
    """ModelError for a function that comes back to itself."""

    def reaches(name: str, target: str, seen: set[str]) -> bool:
        called = set(called_functions(functions[name].body)) & set(functions)
        fresh = called - seen
        return target in called or any(reaches(other, target, seen | fresh) for other in sorted(fresh))

    for function in sorted(functions.values(), key=lambda f: f.position):
        if reaches(function.name, function.name, set()):
            raise ModelError(function.position, f"the function `{function.name}` calls itself; a function has no recursion")


def _locals_of(symbols: Symbols, code: Code) -> tuple[tree.Local, ...]:
    return tuple(binding.local for binding in symbols.parameters_of(code))
