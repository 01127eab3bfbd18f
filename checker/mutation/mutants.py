# SPDX-License-Identifier: GPL-2.0-only
"""The mutants of a model: every change of every definition of its protocol, each under a name."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from checker.language import tree
from checker.language.front.inputs import Inputs
from checker.language.python.source.modules import Import, Module, ModuleSet, load_modules
from checker.language.walking import called_functions, nodes
from checker.mutation.changes import Change, changes, changes_of_constant
from checker.mutation.source import Source


@dataclass(frozen=True)
class Mutant:
    """name: does not change with other definitions. kind: of the change. position: of the statement that is changed. path,
    text: the file and what it would hold."""

    name: str
    kind: str
    position: tree.Position
    path: Path
    text: str

    def inputs(self, given: Inputs) -> Inputs:
        """What reading the mutant takes, from what reading the model takes."""
        return replace(given, texts={**given.texts, self.path: self.text})


def mutants_of(model: Path, programs: Sequence[tree.Program]) -> tuple[Mutant, ...]:
    """All mutants of a model, in the order of its text, those of other models that it imports from after its own. programs:
    the model in each configuration of interest; only what one of them uses is changed, and of an atomic block only what
    makes a difference there."""
    loaded = load_modules(model)
    used = {position for program in programs for position in protocol(program)}
    divisible = {position for program in programs for position in divisible_blocks(program)}
    found: list[Mutant] = []
    files = [loaded.main, *(m for m in loaded.modules.values() if m is not loaded.main and not m.of_kernel)]
    for module in files:
        source = Source(module.text)
        enumerations = _Enumerations(loaded, module)
        for name, definition in _definitions(module, used):
            if isinstance(definition, ast.FunctionDef):
                made = changes(source, definition, enumerations.members, partial(_is_in, divisible, module))
            else:
                made = changes_of_constant(source, definition, enumerations.members)
            found += _mutants(module, source, name, definition, made)
    return tuple(found)


def _is_in(positions: set[tree.Position], module: Module, block: ast.With) -> bool:
    return module.position(block) in positions


def _definitions(module: Module, used: set[tree.Position]) -> Iterator[tuple[str, ast.FunctionDef | ast.Assign]]:
    """What is changed of a file: the code that is used, and constants that nothing but such code uses."""
    codes = {n: d for n, d in module.definitions.items() if isinstance(d, ast.FunctionDef) and module.position(d) in used}
    by_code = {name for code in codes.values() for name in _names(code)}
    others = [d for n, d in module.definitions.items() if n not in codes and isinstance(d, ast.AST)]
    by_others = {name for other in others for name in _names(other)}
    for name, definition in module.definitions.items():
        if name in codes:
            yield name, codes[name]
        elif isinstance(definition, ast.Assign) and name in by_code - by_others:
            yield name, definition


def _names(part: ast.AST) -> Iterator[str]:
    """The names that are read in a part of a file."""
    return (node.id for node in ast.walk(part) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))


def _mutants(
    module: Module, source: Source, name: str, definition: ast.FunctionDef | ast.Assign, made: Iterable[Change]
) -> Iterator[Mutant]:
    seen = {ast.dump(definition)}
    names: set[str] = set()
    for change in made:
        text = source.edited([change.edit])
        key = _definition_in(text, definition)
        if key in seen:
            continue
        seen.add(key)
        full = " ".join(f"{name}: {change.kind}: {change.what}".split())
        others = (f"{full} ({number})" for number in itertools.count(2))
        numbered = next(n for n in itertools.chain([full], others) if n not in names)
        names.add(numbered)
        yield Mutant(numbered, change.kind, _position(module, change), module.path.resolve(), text)


def _position(module: Module, change: Change) -> tree.Position:
    return tree.Position(module.display, change.line, 1)


def _definition_in(text: str, original: ast.FunctionDef | ast.Assign) -> str:
    """The syntax tree of the definition as it is in a changed text, in comparable form; the text itself if it has none."""
    assert original.end_lineno is not None
    lines = text.split("\n")[original.lineno - 1 : original.end_lineno]
    decorators = [f"@{ast.unparse(decorator)}" for decorator in getattr(original, "decorator_list", ())]
    try:
        return ast.dump(ast.parse("\n".join([*decorators, *lines])).body[0])
    except SyntaxError:
        return "\n".join(lines)


# --- what of a program is its protocol -------------------------------------------------------------------------------


def protocol(program: tree.Program) -> Iterator[tree.Position]:
    """Where the routines, actions and functions of a protocol are defined. A function that only properties use is none."""
    codes: list[tree.Routine | tree.Action] = [*program.routines.values(), *program.actions.values()]
    bodies: list[object] = [code.body for code in codes]
    yield from (code.position for code in codes)
    reached: set[str] = set()
    while bodies:
        for name in called_functions(bodies.pop()):
            if name in program.functions and name not in reached:
                reached.add(name)
                bodies.append(program.functions[name].body)
                yield program.functions[name].position


def divisible_blocks(program: tree.Program) -> Iterator[tree.Position]:
    """Where the atomic blocks are that consist of more than one access to shared state."""
    for routine in program.routines.values():
        for node in nodes(routine.body):
            if isinstance(node, tree.Atomic) and _accesses(program, node.body, frozenset()) > 1:
                yield node.position


def _accesses(program: tree.Program, part: object, inside: frozenset[str]) -> int:
    """How many accesses stand in a part of a program and in what it calls."""
    count = 0
    for node in nodes(part):
        match node:
            case tree.Read(place=place):
                count += not (place.variable.constant or place.variable.ghost)
            case tree.Assign(target=tree.Place(variable=variable), operator=operator) if not variable.ghost:
                count += 1 if operator is None else 2
            case tree.Choose() | tree.Require() | tree.Check() | tree.Allocate() | tree.Free() | tree.IsAllocated():
                count += 1
            case tree.InRoutine() | tree.HasFrames():
                count += 1
            case tree.Call(callee=callee) if callee not in inside:
                code = program.functions.get(callee) or program.routines.get(callee)
                count += 0 if code is None else _accesses(program, code.body, inside | {callee})
    return count


# --- enumerations ----------------------------------------------------------------------------------------------------


class _Enumerations:
    """What the names of one file stand for, as far as enumerations are concerned."""

    def __init__(self, loaded: ModuleSet, module: Module) -> None:
        self.loaded = loaded
        self.module = module

    def members(self, node: ast.expr) -> tuple[str, ...]:
        """See FlagNames."""
        return self._members(self.module, node)

    def _members(self, module: Module, node: ast.expr) -> tuple[str, ...]:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=member):
                found = self._defined(module, name)
                if found is not None and isinstance(found[1], ast.ClassDef):
                    names = _members_of(found[1])
                    return names if member in names else ()
            case ast.Name(id=name):
                found = self._defined(module, name)
                if found is not None and isinstance(found[1], ast.Assign):
                    return self._members(found[0], found[1].value)
            case ast.BinOp(left=left, op=ast.BitOr()):
                return self._members(module, left)
        return ()

    def _defined(self, module: Module, name: str) -> tuple[Module, ast.stmt] | None:
        """Where a name is defined, through imports."""
        definition = module.definitions.get(name)
        if isinstance(definition, Import):
            other = self.loaded.modules.get(definition.module)
            return None if other is None else self._defined(other, definition.name)
        return None if definition is None else (module, definition)


def _members_of(definition: ast.ClassDef) -> tuple[str, ...]:
    bases = {base.id for base in definition.bases if isinstance(base, ast.Name)}
    if not bases & {"Enum", "IntFlag"}:
        return ()
    names = tuple(_targets(definition.body))
    return ("", *names) if "IntFlag" in bases else names


def _targets(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name
