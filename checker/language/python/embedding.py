# SPDX-License-Identifier: GPL-2.0-only
"""The kernel in Python, as a protocol in another language meets it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from checker.language import tree
from checker.language.errors import ModelError, UsageError, similar
from checker.language.foreign import Callee, Declared, ForeignText, NotThere
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.modules import Import, Module, Roots, display_path
from checker.language.python.source.symbols import Code, RecordName, Symbol, TypeName


def module_of(path: Path, text: ForeignText, roots: Roots) -> Module:
    """What stands for a protocol among the modules of a program: it imports what the protocol needs, and defines nothing."""
    display = display_path(path, roots)
    begin = tree.Position(display, 1, 1)
    module = Module("__main__", path, display, "", text.doc)
    for name, taken in text.imports.items():
        module.imports.append((name, begin))
        module.definitions |= {each: Import(name, each, begin) for each in taken}
    return module


class KernelOfModules:
    """Answers a foreign.Kernel's questions from the modules of a program."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def type(self, name: str) -> tree.Type:
        match self._symbol(name):
            case RecordName(record):
                return tree.ReferenceType(record)
            case tree.EnumType() | tree.FlagsType() as type_:
                return type_
            case TypeName(type_):
                return type_
        raise UsageError(f"the kernel's `{name}` is not a type")

    def constant(self, name: str) -> tree.Constant:
        found = self._symbol(name)
        if not isinstance(found, tree.Constant):
            raise UsageError(f"the kernel's `{name}` is not a parameter or constant")
        return found

    def record(self, name: str) -> tree.Record:
        self.type(name)
        return self.symbols.records[name]

    def field(self, record: str, name: str) -> tree.Variable:
        fields = self.fields(record)
        if name not in fields:
            raise UsageError(f"the kernel's {record} has no field `{name}`{similar(name, fields)}")
        return fields[name]

    def fields(self, record: str) -> Mapping[str, tree.Variable]:
        self.type(record)
        return self.symbols.fields(record)

    def service(self, name: str) -> Callee:
        code = self._code(name)
        return self._callee(self.symbols.use_code(code), code)

    def hook(self, name: str) -> Callee:
        code = self._code(name)
        if "hook" not in code.decorators:
            raise UsageError(f"the kernel's `{name}` is not a hook; the hooks.py of the kernel has them")
        return self._callee(name, code)

    def has_code(self, name: str) -> bool:
        return any(
            isinstance(definition := module.definitions.get(name), ast.FunctionDef)
            and not any(ast.unparse(each) == "hook" for each in definition.decorator_list)
            for module in self._kernel()
        )

    def check(self, declared: Declared) -> None:
        """ModelError where a routine or function does not fit the hook that it implements, or another implements that too."""
        routines = {routine.name: (routine, routine.result) for routine in declared.routines}
        functions = {function.name: (function, function.body.type) for function in declared.functions}
        for name, implementation in declared.implementations.items():
            hook = self.hook(name)
            code, result = functions[implementation] if hook.is_function else routines[implementation]
            if name in self.symbols.code.implementations:
                raise ModelError(code.position, f"the hook {name} is implemented already; leave one out")
            if [p.type for p in hook.parameters] != [p.type for p in code.parameters] or hook.result != result:
                raise ModelError(code.position, f"the hook {name} has other parameters, or another result")

    def _callee(self, name: str, code: Code) -> Callee:
        parameters = tuple(binding.local for binding in self.symbols.parameters_of(code))
        return Callee(name, parameters, self.symbols.result_of(code), code.is_function)

    def _code(self, name: str) -> Code:
        found = self._symbol(name)
        if not isinstance(found, Code):
            raise UsageError(f"the kernel's `{name}` is not a routine or function")
        return found

    def _kernel(self) -> list[Module]:
        return [module for module in self.symbols.modules.modules.values() if module.name.startswith("spec.")]

    def _symbol(self, name: str) -> Symbol:
        kernel = self._kernel()
        for module in kernel:
            definition = module.definitions.get(name)
            if definition is not None and not isinstance(definition, Import):
                return self.symbols.resolve(module, name, definition)
        raise NotThere(f"the kernel has no `{name}`{similar(name, {n for module in kernel for n in module.definitions})}")
