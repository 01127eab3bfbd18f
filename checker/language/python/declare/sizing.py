# SPDX-License-Identifier: GPL-2.0-only
"""What the number of a record's instances depends on: what to raise where there are too few."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checker.language.python.source.modules import LANGUAGE, Import, Module, ModuleSet


def what_to_raise(modules: ModuleSet, module: Module, record: ast.ClassDef) -> str:
    """What gives the record more instances: the parameters that do nothing else, and the constants that a model gives; where
    there are none, all parameters that its count depends on, or else the count itself."""
    (decorator,) = record.decorator_list
    assert isinstance(decorator, ast.Call)
    count = next(keyword.value for keyword in decorator.keywords if keyword.arg == "count")
    chain = dict(_chain(modules, module, count))
    parameters = [name for name, definition in chain.items() if _calls(definition) == "parameter"]
    given = [f"{name} in the model" for name, definition in chain.items() if _calls(definition) == "constant_of_model"]
    within = {id(definition) for _, definition in chain.values()}
    only_for_it = [name for name in parameters if not _used_elsewhere(modules, chain[name][0], name, within)]
    names = [*only_for_it, *given] or parameters
    return f"raise {' or '.join(names)}" if names else f"raise the count of @record at {module.position(decorator)}"


def _used_elsewhere(modules: ModuleSet, home: Module, name: str, within: set[int]) -> bool:
    """Whether anything but the definitions within uses a name of a module. What another module imports counts as used."""
    if any(name in other.definitions for other in modules.modules.values() if other is not home):
        return True
    return any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load)
        for definition in home.definitions.values()
        if isinstance(definition, ast.stmt) and id(definition) not in within
        for part in ast.walk(definition)
    )


Definition = tuple[Module, ast.stmt]


def _chain(modules: ModuleSet, module: Module, expression: ast.expr) -> Iterator[tuple[str, Definition]]:
    """The constants that an expression is made of, with those that these are made of, each with its definition."""
    for part in _amounts(expression):
        if isinstance(part, ast.Name) and part.id in module.definitions:
            home, definition = modules.home(module, part.id)
            if isinstance(definition, ast.Assign):
                yield part.id, (home, definition)
                if _calls((home, definition)) is None:
                    yield from _chain(modules, home, definition.value)


def _amounts(expression: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression that its amount is made of, in the order of the text; a condition only chooses between them."""
    yield expression
    for field, value in ast.iter_fields(expression):
        if isinstance(expression, ast.IfExp) and field == "test":
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from _amounts(part)


def _calls(definition: Definition) -> str | None:
    """The name of the language that a constant is declared with."""
    home, statement = definition
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id=called))):
            match home.definitions.get(called):
                case Import(module=source, name=name) if source == LANGUAGE:
                    return name
    return None
