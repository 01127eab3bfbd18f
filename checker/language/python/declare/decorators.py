# SPDX-License-Identifier: GPL-2.0-only
"""Decorators: what kind of code a function is."""

from __future__ import annotations

import ast

from checker.language import tree
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Builtin, Code, Resolver

DEMANDED = tuple(demanded.value for demanded in tree.Demanded)
"""Decorators of what is demanded of whole runs."""
ON_RUNS = (*DEMANDED, "fair")
"""Decorators of conditions on whole runs."""
CONDITIONS = {"invariant", "lemma", *DEMANDED}
"""Decorators of what can be violated or proved."""

CODE_DECORATORS = (
    *("routine", "action", "function", "hook", "implements", "initial", "executes", "invariant", "lemma", "constraint"),
    *ON_RUNS,
)

_OPTIONS = {"routine": (0, {"noinline"}), "action": (0, {"interrupt"}), "implements": (1, set())}


def code_of(resolver: Resolver, module: Module, node: ast.FunctionDef, name: str) -> Code:
    """The code that a function of a module is, by its decorators; its name is the one given. ModelError if the decorators do not
    fit together."""
    decorators: dict[str, ast.Call | None] = {}
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        called = call.func if call else decorator
        symbol = resolver.resolve(module, called.id, called) if isinstance(called, ast.Name) else None
        if not isinstance(symbol, Builtin) or symbol.name not in CODE_DECORATORS:
            known = ", @".join(CODE_DECORATORS)
            raise module.error(decorator, f"`@{ast.unparse(called)}` is not of the language, which has @{known}")
        _check_options(module, symbol.name, decorator)
        if decorators and {symbol.name, *decorators} not in ({"hook", "function"}, {"implements", "function"}):
            raise module.error(decorator, f"@{symbol.name} and @{' @'.join(decorators)} exclude each other; keep one")
        decorators[symbol.name] = call
    if not decorators:
        raise module.error(node, f"`{node.name}` has no decorator; write @routine, @action, @function, @invariant or @initial")
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or arguments.posonlyargs:
        raise module.error(node, "parameters are plain: `name: Type`, without defaults or stars")
    if node.returns is None:
        raise module.error(node, f"`{node.name}` needs a result type: `-> None`, or what it returns")
    return Code(name, module, node, decorators)


def _check_options(module: Module, name: str, decorator: ast.expr) -> None:
    """ModelError if a decorator has arguments that it does not take."""
    if not isinstance(decorator, ast.Call) or name in ("invariant", "lemma", "constraint", *ON_RUNS):
        return
    count, keywords = _OPTIONS.get(name, (None, set[str]()))
    given = {keyword.arg for keyword in decorator.keywords}
    if count is None or len(decorator.args) != count or not given <= keywords:
        forms = {"routine": "noinline=True", "action": "interrupt=True", "implements": "hook"}
        form = f"@{name}({forms[name]})" if name in forms else f"@{name}"
        raise module.error(decorator, f"@{name} does not take these arguments; write {form}")
