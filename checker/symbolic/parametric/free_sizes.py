# SPDX-License-Identifier: GPL-2.0-only
"""Which parameters are only sizes: nothing but the number of instances depends on them. And the form of `@initial` code.

A model's text is instantiated for one value of each parameter before anything else is done with it, so that what is proved of it
would be about these values. Of a parameter that stands nowhere but in the counts of records, and in `@initial` code, the rest of
the text does not depend; that is looked up in the text itself.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from checker.language import tree
from checker.language.walking import nodes
from checker.symbolic.terms.terms import Unsupported


def free_parameters(sources: Mapping[str, str], program: tree.Program) -> tuple[str, ...]:
    """The parameters with more values than one that only counts of records and `@initial` code depend on. sources: the text of
    each file of the model."""
    if not all(map(tree.is_python, sources)):
        return ()  # how sizes are used in the text of another language is not looked at
    modules = [ast.parse(text) for text in sources.values()]
    if any("initial" in _renamed(module) for module in modules):
        return ()
    return tuple(
        parameter.name
        for parameter in program.parameters
        if not parameter.names
        and parameter.low < parameter.high
        and parameter.name in _counting(modules) - _seen(modules, parameter.name)
    )


def named(node: ast.AST) -> set[str]:
    """All names in a piece of text; those in quotes too, as annotations may be quoted."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            try:
                found |= named(ast.parse(part.value.strip(), mode="eval"))
            except (SyntaxError, ValueError):
                continue
    return found


def constants(modules: list[ast.Module]) -> list[tuple[str, ast.expr]]:
    """Names that stand for expressions, also those that another module imports under another name."""
    found: list[tuple[str, ast.expr]] = []
    for module in modules:
        for statement in module.body:
            if isinstance(statement, ast.Assign):
                found += [(t.id, statement.value) for t in statement.targets if isinstance(t, ast.Name)]
            elif isinstance(statement, ast.ImportFrom):
                found += [(a.asname, ast.Name(a.name)) for a in statement.names if a.asname not in (None, a.name) if a.asname]
    return found


def counts(module: ast.AST, keywords: tuple[str, ...] = ("count", "names")) -> list[ast.expr]:
    """What stands in `count=` and `names=` of records, or in one of these."""
    return [
        keyword.value
        for part in ast.walk(module)
        if isinstance(part, ast.ClassDef)
        for decorator in part.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
        if keyword.arg in keywords
    ]


def closed(modules: list[ast.Module], names: set[str]) -> set[str]:
    """With all names that depend on these."""
    found = set(names)
    while True:
        more = {name for name, value in constants(modules) if name not in found and named(value) & found}
        if not more:
            return found
        found |= more


def _counting(modules: list[ast.Module]) -> set[str]:
    """The names that counts of records depend on, directly or through others."""
    found = {name for module in modules for count in counts(module) for name in named(count)}
    while True:
        more = {n for name, value in constants(modules) if name in found for n in named(value)} - found
        if not more:
            return found
        found |= more


def _seen(modules: list[ast.Module], parameter: str) -> set[str]:
    """The parameter, if anything but counts, constants and `@initial` code depends on it."""
    tainted = closed(modules, {parameter})
    for module in modules:
        for statement in module.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)) or is_initial(statement):
                continue
            if isinstance(statement, ast.Assign):
                if all(isinstance(t, ast.Name) for t in statement.targets) and not _declares_type(statement.value):
                    continue
            if named(_without_counts(statement)) & tainted:
                return {parameter}
    return set()


def _renamed(module: ast.Module) -> set[str]:
    """Names that a module gives to something else."""
    found = {a.asname for part in ast.walk(module) if isinstance(part, ast.ImportFrom) for a in part.names if a.asname != a.name}
    return {name for name in found if name is not None} | {name for name, _ in constants([module])}


def is_initial(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef) and any(
        isinstance(d, ast.Name) and d.id == "initial" for d in statement.decorator_list
    )


def _declares_type(value: ast.expr) -> bool:
    """Whether a constant is a type, whose values a size would change; or recorded outcomes, which do not matter."""
    return isinstance(value, ast.Subscript)


def _without_counts(statement: ast.stmt) -> ast.AST:
    if not isinstance(statement, ast.ClassDef):
        return statement
    rest = [d for d in statement.decorator_list if not isinstance(d, ast.Call)]
    kept = [
        keyword.value
        for d in statement.decorator_list
        if isinstance(d, ast.Call)
        for keyword in d.keywords
        if keyword.arg not in ("count", "names")
    ]
    return ast.Module([*statement.body, *(ast.Expr(value) for value in [*rest, *kept])], [])


def check_records(program: tree.Program, free: Sequence[str]) -> None:
    """Unsupported unless each record is symmetric, so that nothing but equality is asked of its instances, or has the same count
    at all sizes."""
    modules = [ast.parse(text) for text in program.sources.values()]
    sized = closed(modules, set(free))
    for module in modules:
        for part in ast.walk(module):
            record = program.records.get(part.name) if isinstance(part, ast.ClassDef) else None
            if record is not None and not record.symmetric and any(named(count) & sized for count in counts(part)):
                raise Unsupported(
                    f"{record.position}: {record.name} is not symmetric, so that its instances may be told apart by their "
                    "numbers; declare it so, or prove at fixed sizes"
                )


def check_initial(program: tree.Program) -> None:
    """Unsupported unless each round of a loop in `@initial` code makes a block of its own, and does so without looking at which
    round it is or at what others made."""
    choice = next((node for node in nodes(program.initial) if isinstance(node, tree.Choose)), None)
    if choice is not None:
        raise Unsupported(f"{choice.position}: `@initial` code that chooses; prove at fixed sizes, or take the choice out")
    for statement in program.initial:
        match statement:
            case tree.For(binding=binding, body=body):
                _round(body, binding.local.name, set())
            case tree.Assign(target=tree.Place(record=None), value=tree.Constant()):
                continue
            case _:
                raise Unsupported(f"{statement.position}: `@initial` code is not loops that make instances, each by itself")


def _round(body: tuple[tree.Statement, ...], counter: str, own: set[str]) -> None:
    for s in body:
        match s:
            case tree.Assign(target=str(name), value=value, operator=None):
                _value(value, counter, own)
                own.add(name)
            case tree.Assign(
                target=tree.Place(record=str(), base=tree.LocalRead(name=base)) as place, value=value, operator=None
            ):
                if base not in own:
                    raise Unsupported(f"{s.position}: a round of `@initial` code changes what another made")
                for index in place.indices:
                    _value(index, counter, own)
                _value(value, counter, own)
            case tree.Enter(owner=owner, arguments=arguments):
                for value in (owner, *arguments):
                    _value(value, counter, own)
            case tree.For(binding=binding, body=inner):
                if not isinstance(binding.domain, tree.RangeDomain) or any(
                    not isinstance(bound, tree.Constant) for bound in (binding.domain.low, binding.domain.high)
                ):
                    raise Unsupported(f"{s.position}: a loop in a round of `@initial` code that is not over known numbers")
                _round(inner, counter, own | {binding.local.name})
            case _:
                raise Unsupported(f"{s.position}: `@initial` code of which it is not known that each round stands for itself")


def _value(value: tree.Expression, counter: str, own: set[str]) -> None:
    """An expression that a round may use: constants, what it made, a new instance, and the one with the round's number."""
    if isinstance(value, tree.Cast) and isinstance(value.type, tree.ReferenceType):
        reads = {node.name for node in nodes(value) if isinstance(node, tree.LocalRead)}
        if reads <= {counter} and not any(isinstance(node, tree.Read) for node in nodes(value)):
            return
    match value:
        case tree.Constant() | tree.Allocate():
            return
        case tree.LocalRead(name=name) if name in own:
            return
    raise Unsupported(f"{value.position}: `@initial` code that may depend on which round it is, or on what other rounds did")
