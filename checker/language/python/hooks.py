# SPDX-License-Identifier: GPL-2.0-only
"""Hooks: which code of the model implements each, and which of them decide what the kernel does."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from checker.language import tree
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.symbols import Code
from checker.language.walking import called_functions


def find_implementations(symbols: Symbols, codes: Iterable[Code]) -> dict[str, str]:
    """Which routine implements each hook: one that the model defines, or imports by name, or else inherits. It counts as used."""
    found: dict[str, Code] = {}
    for code in symbols.with_the_models((code for code in codes if "implements" in code.decorators), "implements"):
        hook = _hook(symbols, code)
        if hook.name in found:
            raise code.module.error(code.node, f"the hook {hook.name} is implemented by {found[hook.name].name} already")
        found[hook.name] = code
    for parent in symbols.modules.lineage()[1:]:
        for code in symbols.given_by(parent, "implements"):
            found.setdefault(_hook(symbols, code).name, code)
    for code in found.values():
        symbols.code.used.setdefault(code.name, code)
    return {hook: code.name for hook, code in found.items()}


def dropped(symbols: Symbols) -> tuple[tuple[str, str], ...]:
    """The hooks that a model which this one takes hooks from implements, and this one does not, each with that model's file."""
    mine = symbols.code.implementations
    used = [code for name in mine.values() if (code := symbols.code.used.get(name)) is not None]
    sources = {code.module.name: code.module for code in used if not code.module.of_kernel}
    return tuple(
        (hook, module.display)
        for module in sources.values()
        if module is not symbols.modules.main
        for code in symbols.all_code(module)
        if "implements" in code.decorators and (hook := _hook(symbols, code).name) not in mine
    )


def _hook(symbols: Symbols, code: Code) -> Code:
    """The hook that the code says it implements, and fits."""
    call = code.decorators["implements"]
    target = call.args[0] if call is not None and len(call.args) == 1 else None
    hook = symbols.resolve(code.module, target.id, target) if isinstance(target, ast.Name) else None
    if not isinstance(hook, Code) or "hook" not in hook.decorators:
        raise code.module.error(code.node, "@implements takes a hook of the kernel; spec/kernel/hooks.py has them")
    if hook.is_function != code.is_function:
        raise code.module.error(code.node, f"the hook {hook.name} is a @function, and so is what implements it")
    mine, its = symbols.parameters_of(code), symbols.parameters_of(hook)
    if [p.local.type for p in mine] != [p.local.type for p in its]:
        raise code.module.error(code.node, f"the hook {hook.name} has other parameters; see {hook.module.position(hook.node)}")
    if symbols.result_of(code) != symbols.result_of(hook):
        raise code.module.error(code.node, f"the hook {hook.name} has another result; see {hook.module.position(hook.node)}")
    return hook


def demanded(
    implementations: Mapping[str, str], functions: Mapping[str, tree.Function], steps: Iterable[tree.Routine | tree.Action]
) -> tuple[tuple[str, str], ...]:
    """The hooks which are functions, have an implementation and decide what the kernel does, each with that."""
    reached: set[str] = set()
    pending = [name for step in steps for name in called_functions(step.body)]
    while pending:
        name = pending.pop()
        if name in functions and name not in reached:
            reached.add(name)
            pending += called_functions(functions[name].body)
    return tuple((hook, name) for hook, name in implementations.items() if name in reached)
