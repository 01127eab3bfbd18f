# SPDX-License-Identifier: GPL-2.0-only
"""Functions of C -> routines. A function is translated once for each kind of arguments that it is called with: a pointer into one
array is another kind than one into another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from checker.counting import counted
from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.code import CLocal
from checker.language.c.translate.items import Item, Refused
from checker.language.c.translate.names import Names, Sizes
from checker.language.c.translate.parts import assigned_names, moving_names
from checker.language.c.translate.predicates import Predicates
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import Result, StatementTranslator
from checker.language.c.translate.table import Api
from checker.language.c.translate.types import CType, CVoid
from checker.language.c.translate.values import (
    AddressKind,
    Kind,
    RegionKind,
    ScalarKind,
    StructKind,
    Value,
)
from checker.language.walking import called_functions

Definition = Callable[[str], syntax.FunctionDefinition | None]
"""Gives the function of the text with that name, None if there is none."""


@dataclass(frozen=True)
class _Done:
    """A function that is translated for some kinds of arguments. routine: None while it is being translated."""

    name: str
    result: Kind | None
    routine: tree.Routine | None


class Functions(Names):
    """Translates functions as they are reached. It is the Text that their translation asks."""

    def __init__(
        self,
        sizes: Sizes,
        api: Api,
        definition: Definition,
        items: Mapping[tuple[str | None, str], Item],
    ) -> None:
        super().__init__(sizes, api)
        self.definition = definition
        self.items = items
        self.assumed: dict[str, None] = {}
        self.switched_off: list[tree.Position] = []
        self.translated: dict[str, syntax.FunctionDefinition] = {}
        self._done: dict[tuple[str, tuple[Kind, ...]], _Done] = {}
        self._taken: set[str] = set()
        self._functions: set[str] = set()

    # -- names --

    def item(self, record: str | None, name: str) -> Item | None:
        found = self.items.get((record, name))
        if isinstance(found, Refused):
            raise found.error
        return found

    def member(self, tag: str, name: str) -> str | None:
        return self.manifest.members.get(f"{tag}.{name}")

    def defines(self, name: str) -> bool:
        return self.definition(name) is not None

    def is_function(self, name: str) -> bool:
        if name in self._functions:
            return True
        if name in self._taken:
            return False
        known = self.kernel.service(name).is_function
        if known:
            self._functions.add(name)
        return known

    def assume(self, what: str) -> None:
        self.assumed.setdefault(what)

    def left_out(self, node: syntax.Statement | None) -> None:
        if node is not None:
            self.switched_off.append(at(node))

    # -- functions --

    def parameter(self, node: syntax.Call, name: str, index: int) -> tuple[CType, bool]:
        function = self.definition(name)
        assert function is not None
        if len(node.arguments) != len(function.parameters):
            raise error(node, f"`{name}` takes {counted(len(function.parameters), 'argument')}, not {len(node.arguments)}")
        found = function.parameters[index]
        return self.c_type(found.type), found.name in assigned_names(function.body)

    def specialise(self, node: syntax.Node, name: str, kinds: Sequence[Kind]) -> tuple[str, Kind | None]:
        key = (name, tuple(kinds))
        done = self._done.get(key)
        if done is None:
            function = self.definition(name)
            assert function is not None
            routine_name = self._routine_name(name)
            self._done[key] = _Done(routine_name, None, None)
            done = self._translate(routine_name, function, kinds)
            self._done[key] = done
        if done.routine is None:
            raise error(node, f"`{name}` comes back to itself; a model has no recursion. Write a loop")
        return done.name, done.result

    def _routine_name(self, name: str) -> str:
        """A name for a routine that no other one of the text has, nor one of the kernel's."""
        found, number = name, 1
        while found in self._taken or self.kernel.has_code(found):
            number += 1
            found = f"{name}@{number}"
        self._taken.add(found)
        return found

    def _translate(self, name: str, function: syntax.FunctionDefinition, kinds: Sequence[Kind]) -> _Done:
        code = self.translator(function)
        parameters: list[tree.Local] = []
        for parameter, kind in zip(function.parameters, kinds, strict=True):
            parameters += self.bind(code, parameter, kind)
        self.body(code, function)
        result = code.result.type if isinstance(code.result, ScalarKind) else None
        routine = self.routine(name, function, code, tuple(parameters), result)
        return _Done(name, code.result, routine)

    def translator(self, function: syntax.FunctionDefinition, adapted: Result | None = None) -> StatementTranslator:
        """What translates the function's body."""
        if function.variadic:
            raise error(function, f"`{function.name}` takes any number of arguments, which a model does not have")
        for part in walk(function):
            if isinstance(part, syntax.EnumDefinition):
                raise error(part, "an enum inside of a function; define it at file scope")
        self.translated[function.name] = function
        code = StatementTranslator(self, function.name, self.c_type(function.result), adapted)
        code.moving = moving_names(function.body)
        return code

    def bind(self, code: StatementTranslator, parameter: syntax.Parameter, kind: Kind) -> list[tree.Local]:
        """Declare a parameter that holds values of a kind; the parameters of the tree that it is."""
        if parameter.name is None:
            return []
        local = code.declare(parameter, parameter.name, self.c_type(parameter.type))
        local.kind = kind
        code.assigned.add(local.unique)
        found = [tree.Local(name, type_) for name, type_ in self._parts(local, kind)]
        for each in found:
            code.locals[each.name] = each.type
        return found

    def _parts(self, local: CLocal, kind: Kind) -> list[tuple[str, tree.Type]]:
        match kind:
            case ScalarKind(type_, _):
                return [(local.unique, type_)]
            case AddressKind():
                return [(local.unique, self.area_type), (f"{local.unique}@offset", self.offset_type)]
            case RegionKind(_, record, index):
                base: list[tuple[str, tree.Type]] = [] if record is None else [(local.unique, tree.ReferenceType(record))]
                return base + ([(f"{local.unique}@index", self.index_type)] if index is None else [])
            case StructKind(_, _, owner) if owner is not None:
                return [(local.unique, tree.ReferenceType(owner))]
        return []

    def body(self, code: StatementTranslator, function: syntax.FunctionDefinition) -> None:
        """Translate the statements of a function. ModelError if its end is reached where a result is due."""
        code.block(function.body.statements)
        if not code.ended() and not isinstance(code.returns, CVoid):
            raise error(function, f"`{function.name}` can end without `return`, and returns a value; return one on every way")

    def routine(
        self,
        name: str,
        function: syntax.FunctionDefinition,
        code: StatementTranslator,
        parameters: tuple[tree.Local, ...],
        result: tree.Type | None,
        hook: str | None = None,
    ) -> tree.Routine:
        """What the collected statements are. hook: the one that it implements."""
        given = {parameter.name for parameter in parameters}
        locals_ = tuple(tree.Local(n, t) for n, t in code.locals.items() if n not in given)
        return tree.Routine(name, parameters, locals_, result, tuple(code.statements), hook is not None, True, hook, at(function))

    def implement(
        self,
        hook: str,
        function: syntax.FunctionDefinition,
        values: Callable[[StatementTranslator], Sequence[Value]],
        success: int | None,
    ) -> tree.Routine:
        """The routine that implements a hook by a function. values: emits and gives what the parameters of the function are, from
        those of the hook. success: the result that stands for True."""
        callee = self.kernel.hook(hook)
        code = self.translator(function, self._adapted(callee.result, success))
        for given_by_kernel in callee.parameters:
            code.locals[given_by_kernel.name] = given_by_kernel.type
            code.unique(given_by_kernel.name)
        given = values(code)
        with code.nested():
            for parameter, value in zip(function.parameters, given, strict=True):
                if parameter.name is not None:
                    code.write(parameter, code.declare(parameter, parameter.name, self.c_type(parameter.type)), value)
            self.body(code, function)
        name = self._routine_name(function.name)
        return self.routine(name, function, code, callee.parameters, callee.result, hook)

    def predicate(self, routine: tree.Routine) -> tree.Function:
        """The function that a routine without effects is."""
        done = {each.name: each.routine for each in self._done.values()}
        return Predicates(lambda name: done.get(name), self.is_function).function(routine)

    @staticmethod
    def _adapted(result: tree.Type | None, success: int | None) -> Result | None:
        """What becomes of the result of a function that implements a hook."""
        if result is None:
            return lambda position, expression: None
        if success is None:
            return None
        return lambda position, expression: (
            None if expression is None else build.compare(position, "==", expression, build.integer(position, success))
        )

    def routines(self, roots: Sequence[tree.Routine] | None = None) -> list[tree.Routine]:
        """All routines of the text that others call, from `roots` on; None: all that were translated."""
        done = {each.name: each.routine for each in self._done.values() if each.routine is not None}
        if roots is None:
            return list(done.values())
        reached: dict[str, tree.Routine] = {}
        pending = list(roots)
        while pending:
            for name in called_functions(pending.pop().body):
                if name in done and name not in reached:
                    reached[name] = done[name]
                    pending.append(done[name])
        return list(reached.values())
