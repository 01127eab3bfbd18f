# SPDX-License-Identifier: GPL-2.0-only
"""Random programs, translated into a model's tree and executed by the replayer's interpreter, which no engine shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.api.linux import linux
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.assemble.variables import declared
from checker.language.c.binding.manifest import read_manifest
from checker.language.c.patch.reading import read_c_source
from checker.language.c.syntax import Position
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.items import Item
from checker.language.c.translate.names import Sizes
from checker.language.c.translate.ranges import narrowed
from checker.language.c.translate.values import Kind as KindOfLocal
from checker.language.c.translate.values import ScalarKind
from checker.language.errors import UsageError
from checker.language.foreign import Callee
from checker.trace.evaluation import Scope, scope_of
from checker.trace.execution import Execution, Flow
from checker.trace.state import Kind, State, Steps, Stopped

from .compiled import Values
from .random.programs import Program

_AT = tree.Position("program.c", 1, 1)

MANIFEST = read_manifest(Path(__file__).with_name("programs.toml"), "programs.toml")


class NoKernel:
    """A kernel that has nothing but what the translation itself asks for: foreign.Kernel."""

    def type(self, name: str) -> tree.Type:
        if name == "Cpu":
            return tree.ReferenceType(name)
        raise UsageError(f"no type {name}")

    def constant(self, name: str) -> tree.Constant:
        raise UsageError(f"no constant {name}")

    def record(self, name: str) -> tree.Record:
        raise UsageError(f"no record {name}")

    def field(self, record: str, name: str) -> tree.Variable:
        raise UsageError(f"no field {record}.{name}")

    def fields(self, record: str) -> Mapping[str, tree.Variable]:
        return {}

    def service(self, name: str) -> Callee:
        raise UsageError(f"no service {name}")

    def has_code(self, name: str) -> bool:
        return False

    def hook(self, name: str) -> Callee:
        raise UsageError(f"no hook {name}")


@dataclass(frozen=True)
class Translated:
    """A program in the tree. routine: of its entry."""

    program: tree.Program
    routine: str


def translated(program: Program) -> Translated:
    """The program as the front end translates it. ModelError where it refuses that."""
    source = read_c_source(program.text.encode(), "program.c")
    definitions = Definitions(source, MANIFEST, linux().bound_names())
    kernel = NoKernel()
    items: dict[tuple[str | None, str], Item] = {}
    sizes = Sizes(kernel, MANIFEST, definitions.sizes, definitions.typedefs, definitions.enum_of)
    functions = Functions(sizes, linux(), definitions.function, items)
    variables = declared(functions, definitions.variables, (), definitions.structs, ())
    items |= variables.items
    entry = definitions.function(program.entry)
    assert entry is not None
    kinds: list[KindOfLocal] = []
    for parameter in entry.parameters:
        type_ = functions.c_type(parameter.type)
        kinds.append(functions.kind_of(type_) or ScalarKind(functions.integer_type(type_), type_))
    routine, _ = functions.specialise(syntax.Name(Position("program.c", 1, 1), program.entry), program.entry, kinds)
    routines = {each.name: each for each in narrowed(functions.routines(), {routine})}
    by_name = {variable.name: variable for variable in variables.new.get(None, [])}
    return Translated(
        tree.Program("program.c", "", (), (), {}, by_name, {}, routines, {}, {}, (), (), (), None, None, ()), routine
    )


MOST_STATEMENTS = 20_000
"""Far more than the calls of a program execute: what goes on has lost its way."""


class _Bounded(Execution):
    """Execution that comes to an end."""

    executed = 0

    def execute(self, statement: tree.Statement, scope: Scope) -> Steps[Flow]:
        self.executed += 1
        if self.executed > MOST_STATEMENTS:
            raise Stopped(Kind.HALT, "this does not end", statement.position)
        return (yield from super().execute(statement, scope))


def run(program: Program, made: Translated) -> list[Values]:
    """What each call of the program gives. Stopped where the tree has no value for it, or does not end."""
    state = State(made.program)
    code = _Bounded(state)
    routine = made.program.routines[made.routine]
    found = []
    for given in program.given:
        arguments = tuple(
            tree.Constant(_AT, parameter.type, value) for parameter, value in zip(routine.parameters, given, strict=True)
        )
        assert routine.result is not None
        result = code.at_once(code.call(tree.Call(_AT, routine.result, routine.name, arguments), scope_of((), ())))
        state.looked.clear()
        values = {name: [] for name in made.program.variables}
        for cell, value in state.memory.items():
            values[str(cell.variable)].append(value)
        found.append((result, *(value for variable in program.statics for value in values[variable.name])))
    return found
