# SPDX-License-Identifier: GPL-2.0-only
"""Conditions on whole runs: what is demanded of them (@eventually, @bounded,
@eventually_always, @leads_to) and what is assumed of them (@fair)."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from checker.language import build, tree
from checker.language.errors import ModelError
from checker.language.python.code.functions import function_body
from checker.language.python.code.messages import message
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.symbols import Code
from checker.language.walking import called_functions, nodes


class RunConditions:
    """Translates the conditions on runs of one program. processor: the record that executes, if there is one."""

    def __init__(self, symbols: Symbols, processor: str | None) -> None:
        self.symbols = symbols
        self.processor = processor

    def eventuality(self, code: Code, property_: str) -> tree.Eventuality:
        """The condition of code that something is demanded of runs with."""
        self._is_condition(code)
        translator = self.symbols.code.translator(code)
        body = function_body(translator, code.node.body, build.BOOL, code.node)
        parameters = self.symbols.parameters_of(code)
        (demanded,) = [kind for kind in tree.Demanded if kind.value in code.decorators]
        if demanded is tree.Demanded.BOUNDED and (not parameters or not self._is_processor(parameters[0].local.type)):
            raise code.module.error(code.node, "the first parameter of a @bounded condition is the processor whose steps count")
        call = code.decorators[demanded.value]
        assert call is not None
        given = None
        if demanded is tree.Demanded.ANSWERED:
            (keyword,) = call.keywords
            given = self._given(code, parameters, keyword.value)
        assert isinstance(call.args[1], ast.Constant)
        text = message(translator, call.args[1])
        return tree.Eventuality(property_, code.name, parameters, body, demanded, given, text, code.module.position(code.node))

    def assumption(self, code: Code) -> tree.Assumption:
        """The condition of @fair code."""
        self._is_condition(code)
        form = '@fair("what is assumed") or @fair("what is assumed", given=function)'
        call = code.decorators["fair"]
        prose = call.args[0] if call is not None and len(call.args) == 1 else None
        keywords = {} if call is None else {keyword.arg: keyword.value for keyword in call.keywords}
        if not isinstance(prose, ast.Constant) or not isinstance(prose.value, str) or not keywords.keys() <= {"given"}:
            raise code.module.error(code.node, f"write {form}")
        body = function_body(self.symbols.code.translator(code), code.node.body, build.BOOL, code.node)
        parameters = self.symbols.parameters_of(code)
        given = None if "given" not in keywords else self._given(code, parameters, keywords["given"])
        return tree.Assumption(code.name, prose.value, parameters, given, body, code.module.position(code.node))

    def _is_condition(self, code: Code) -> None:
        if self.symbols.result_of(code) != build.BOOL:
            raise code.module.error(code.node, f"the condition `{code.name}` holds or not; write `-> bool`")

    def _is_processor(self, type_: tree.Type) -> bool:
        return self.processor is not None and type_ == tree.ReferenceType(self.processor)

    def _given(self, code: Code, parameters: tuple[tree.Binding, ...], node: ast.expr) -> tree.Expression:
        """The call of the function that says when the condition is assumed, with the condition's own parameters."""
        symbol = self.symbols.resolve(code.module, node.id, node) if isinstance(node, ast.Name) else None
        if not isinstance(symbol, Code) or not symbol.is_function or self.symbols.result_of(symbol) != build.BOOL:
            raise code.module.error(node, "`given` is a @function that gives a bool")
        types = [parameter.local.type for parameter in parameters]
        if [parameter.local.type for parameter in self.symbols.parameters_of(symbol)] != types:
            raise code.module.error(node, f"`{symbol.name}` has to take the same parameters as `{code.name}`")
        position = code.module.position(node)
        reads = tuple(tree.LocalRead(position, p.local.type, p.local.name) for p in parameters)
        return tree.Call(position, build.BOOL, self.symbols.use_code(symbol), reads)

    def check_calls(self, functions: Mapping[str, tree.Function], conditions: object, steps: object) -> None:
        """ModelError for a `calls` of something that is not a processor, and for one where only single states are judged. steps:
        all code that runs or is evaluated in a single state."""
        asking = {name for name, function in functions.items() if _asks(function.body)}
        while True:
            more = {n for n, f in functions.items() if n not in asking and asking & set(called_functions(f.body))}
            if not more:
                break
            asking |= more
        for node in nodes((conditions, dict(functions))):
            if isinstance(node, tree.Calls) and not self._is_processor(node.processor.type):
                raise ModelError(node.position, "`calls` takes a processor; the parameter of @executes is one")
        for node in nodes(steps):
            if isinstance(node, tree.Calls) or (isinstance(node, tree.Call) and node.callee in asking):
                raise ModelError(
                    node.position, "`calls` is about the next step of a run; only @eventually, @bounded and @fair ask it"
                )


def _asks(body: tree.Expression) -> bool:
    return any(isinstance(node, tree.Calls) for node in nodes(body))
