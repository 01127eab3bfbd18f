# SPDX-License-Identifier: GPL-2.0-only
"""What the names of a model mean: the table that all reading of a model asks."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Mapping

from checker.language import build, tree
from checker.language.errors import ModelError, similar
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.declare.code_table import CodeTable
from checker.language.python.declare.decorators import code_of
from checker.language.python.declare.literals import texts
from checker.language.python.declare.properties import PropertyTable
from checker.language.python.declare.records import RecordReader
from checker.language.python.declare.settings import SettingReader, is_parameter
from checker.language.python.declare.sizing import what_to_raise
from checker.language.python.declare.types import TypeReader
from checker.language.python.declare.variables import VariableReader
from checker.language.python.source.modules import LANGUAGE, PYTHON_MODULES, Import, Module, ModuleSet
from checker.language.python.source.symbols import Builtin, Code, StructVariable, Symbol, TypeName

OF_PYTHON = {
    "print": "a model is explored, never run. Leave it out: a counterexample shows what each step reads and writes",
    "len": "write the number or the parameter that the array is declared with",
    "isinstance": "a pointer is one of its record, or None: write `is None`",
    "float": "all numbers are integers in a range, as Annotated[int, Range(low, high)]",
    **dict.fromkeys(("abs", "min", "max"), "write `a if a < b else b`"),
    **dict.fromkeys(("list", "dict", "set", "frozenset", "tuple"), "declare an array or a record"),
    **dict.fromkeys(("enumerate", "zip", "map", "filter", "reversed", "sorted", "iter", "next"), "write a `for` over range(...)"),
    **dict.fromkeys(("str", "repr", "format", "bytes"), "it has no text: write an Enum"),
}
"""Built-ins of Python that somebody may expect in a model, with what to write."""


def undefined(name: str, known: Iterable[str]) -> str:
    """What is wrong with a name that a file does not define, and what to do."""
    if hasattr(builtins, name):
        other = "use what the model defines, and what checker.language has"
        return f"the language does not have Python's `{name}`: {OF_PYTHON.get(name, other)}"
    return f"`{name}` is not defined; define it or import it{similar(name, known)}"


class Symbols:
    """Gives names their meaning, each once; definitions may stand in any order and in any of the modules. It is the Resolver of
    those that read them, each of whom keeps what it has read.

    settings: values of parameters, by name. events: the names of those switched on, None for all.
    """

    def __init__(self, modules: ModuleSet, settings: Mapping[str, tree.Setting], events: frozenset[str] | None) -> None:
        self.modules = modules
        self.settings = SettingReader(self, modules, settings, events)
        self.properties = PropertyTable()
        self.code = CodeTable(self)
        self.variables: dict[str, tree.Variable] = {}
        self._types = TypeReader(self)
        self._variables = VariableReader(self)
        self._records = RecordReader(self, self._variables)
        self.records = self._records.records
        self._known: dict[tuple[str, str], Symbol] = {}
        self._busy: set[tuple[str, str]] = set()
        self._owners: dict[str, Module] = {}

    def with_the_models(self, codes: Iterable[Code], decorator: str) -> list[Code]:
        """The codes, then what else the model defines, or imports by name, with this decorator, in the order of its text."""
        found = list(codes)
        found += [code for code in self.given_by(self.modules.main, decorator) if code not in found]
        return found

    def given_by(self, module: Module, decorator: str) -> Iterable[Code]:
        """What a module defines, or imports by name, with this decorator, in the order of its text."""
        for name in module.definitions:
            _, definition = self.modules.home(module, name)
            symbol = self.resolve(module, name, definition) if isinstance(definition, ast.FunctionDef) else None
            if isinstance(symbol, Code) and decorator in symbol.decorators:
                yield symbol

    def resolve(self, module: Module, name: str, node: ast.AST) -> Symbol:
        key = (module.name, name)
        if key in self._known:
            return self._known[key]
        if name not in module.definitions:
            raise module.error(node, undefined(name, module.definitions))
        if key in self._busy:
            raise module.error(node, f"`{name}` is defined by itself; break the circle")
        self._busy.add(key)
        try:
            symbol = self._define(module, name, module.definitions[name])
        finally:
            self._busy.discard(key)
        self._known[key] = symbol
        return symbol

    def _define(self, module: Module, name: str, definition: ast.stmt | Import) -> Symbol:
        if isinstance(definition, Import):
            if definition.module == LANGUAGE or definition.module in PYTHON_MODULES:
                return Builtin(definition.name)
            target = self.modules.modules[definition.module]
            if definition.name not in target.definitions:
                known = similar(definition.name, target.definitions)
                raise ModelError(definition.position, f"{definition.module} has no `{definition.name}`{known}")
            return self.resolve(target, definition.name, ast.Pass())
        if name in ("EXPECTED", "RECORDED", "ASSUMPTIONS") and isinstance(definition, (ast.Assign, ast.AnnAssign)):
            return Builtin(name)
        if isinstance(definition, ast.FunctionDef):
            return code_of(self, module, definition, self._own_name(module, name))
        other = self._owners.setdefault(name, module)
        if other is not module and isinstance(definition, (ast.ClassDef, ast.AnnAssign)):
            raise module.error(definition, f"`{name}` is also defined in {other.display}; rename one of them")
        match definition:
            case ast.ClassDef(decorator_list=[]):
                return self._types.enumeration(module, definition)
            case ast.ClassDef(decorator_list=[ast.Name(id=decorator), *_]) if self._is(module, decorator, "struct", definition):
                return self._variables.declare_struct(module, definition)
            case ast.ClassDef():
                return self._records.record(module, definition)
            case ast.AnnAssign(annotation=annotation, value=value):
                if value is None:
                    raise module.error(definition, "a module variable needs its initial value")
                parts = self._variables.read(module, name, annotation, value, definition, 1)
                self.variables |= {part.name: part for part in parts}
                return parts[0] if parts[0].name == name else StructVariable(name)
            case ast.Assign(value=value):
                return self._assigned(module, name, value)
        raise module.error(definition, f"`{name}` is defined in a way that has no meaning in a model")

    def _own_name(self, module: Module, name: str) -> str:
        """What code is called in the program: its name, or another one where code of another file has that."""
        own = name
        while self._owners.setdefault(own, module) is not module:
            own += "_of_" + re.sub(r"\W", "_", module.path.stem)
        return own

    def _is(self, module: Module, name: str, builtin: str, node: ast.AST) -> bool:
        return name in module.definitions and self.resolve(module, name, node) == Builtin(builtin)

    def _assigned(self, module: Module, name: str, value: ast.expr) -> Symbol:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in module.definitions:
            match self.resolve(module, value.func.id, value.func):
                case Builtin("parameter"):
                    return self.settings.parameter(module, name, value)
                case Builtin("constant_of_model"):
                    return self.settings.constant_of_model(module, name, value)
                case Builtin("event"):
                    return self.settings.event(module, value)
                case Builtin("demand"):
                    identifier, why = texts(module, value, 2, 'demand("id", "why")')
                    return self.properties.add(module, value, identifier, why)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            for kernel in self.modules.modules.values():
                if kernel is not module and kernel.of_kernel and is_parameter(kernel.definitions.get(name)):
                    return self.resolve(kernel, name, value)
        if isinstance(value, ast.Subscript):
            return TypeName(self.settings.named(name, self.annotation(module, value)))
        expression = ExpressionTranslator(self, module).expression(value)
        form = f"`{name}: Type = initial value`"
        number = build.known(expression, f"`{name}` is a constant, and this is not; a module variable is written {form}")
        return tree.Constant(expression.position, expression.type, number)

    def all_code(self, module: Module) -> Iterable[Code]:
        """The decorated functions that a module defines itself, in source order."""
        for name, definition in module.definitions.items():
            if isinstance(definition, ast.FunctionDef):
                symbol = self.resolve(module, name, definition)
                assert isinstance(symbol, Code)
                yield symbol

    # -- what Resolver asks of the readers --

    def annotation(self, module: Module, node: ast.expr) -> tree.Type:
        return self._types.annotation(module, node)

    def what_to_raise(self, record: str) -> str:
        return what_to_raise(self.modules, *self._records.nodes[record])

    def fields(self, record: str) -> dict[str, tree.Variable]:
        return self._records.fields(record)

    def extend(self, variables: Iterable[tree.Variable], fields: Mapping[str, Iterable[tree.Variable]]) -> None:
        """Add module variables, and fields of records, that no Python text declares."""
        for variable in variables:
            if variable.name in self.variables:
                raise ModelError(variable.position, f"the kernel has a variable `{variable.name}` already; rename this one")
            self.variables[variable.name] = variable
        for record, more in fields.items():
            self._records.extend(record, more)

    def use_code(self, code: Code) -> str:
        return self.code.use_code(code)

    def is_function(self, name: str) -> bool:
        return name in self.code.foreign or (name in self.code.used and self.code.used[name].is_function)

    def parameters_of(self, code: Code) -> tuple[tree.Binding, ...]:
        return self.code.parameters_of(code)

    def result_of(self, code: Code) -> tree.Type | None:
        return self.code.result_of(code)
