# SPDX-License-Identifier: GPL-2.0-only
"""A model's source text -> the syntax tree of the whole program."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from checker.language import build, tree
from checker.language.constants import mark_constants
from checker.language.dormant import without_dormant
from checker.language.errors import ModelError, UsageError, similar
from checker.language.frame_owners import with_frame_owners
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.code.statements import StatementTranslator, falls_out, function_body, message
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.recorded import expectations, recorded
from checker.language.python.runs import RunConditions
from checker.language.python.source.modules import Module, Texts, check_with_python, display_path, load_modules
from checker.language.python.source.symbols import Code
from checker.language.python.wording import Wording, wording
from checker.language.symmetry import check_symmetry
from checker.language.walking import called_functions, nodes, walk


def load_program(
    path: Path | str,
    settings: Mapping[str, int] | None = None,
    events: Iterable[str] | None = None,
    texts: Texts | None = None,
) -> tree.Program:
    """Read a model with everything it imports, for one setting of its parameters (others keep their defaults) and one set
    of events (None: all). texts: to read in place of files. ModelError or UsageError if it is not a program of the language."""
    return _Loader(Path(path), settings or {}, None if events is None else frozenset(events), texts).program()


def load_wording(path: Path | str) -> Wording:
    """What a model's properties and assumptions say, with all events. As load_program."""
    loader = _Loader(Path(path), {}, None, None)
    program = loader.program()
    modules = [module for module in loader.modules.modules.values() if loader.is_whole(module)]
    return wording(program, loader.symbols, modules)


class _Loader:
    def __init__(self, path: Path, settings: Mapping[str, int], events: frozenset[str] | None, texts: Texts | None) -> None:
        if display_path(path).startswith("spec/"):
            raise UsageError(f"{path}: error: this is a part of the kernel, not a model; name a model that imports it")
        self.path = path
        self.settings = settings
        self.wanted_events = events
        self.modules = load_modules(path, texts)
        self.symbols = Symbols(self.modules, settings, events)
        self.main = self.modules.main
        self.hooks: dict[str, Code] = {}
        self.implementations: dict[str, str] = {}
        self.functions: dict[str, tree.Function] = {}
        self.routines: dict[str, tree.Routine] = {}
        self.left_out: dict[str, list[tree.Position]] = {}

    def program(self) -> tree.Program:
        whole = [m for m in self.modules.modules.values() if self.is_whole(m)]
        for module in whole:
            for name, definition in module.definitions.items():
                self.symbols.resolve(module, name, definition if isinstance(definition, ast.AST) else ast.Pass())
        codes = [code for module in whole for code in self.symbols.all_code(module)]
        self.find_implementations(codes)
        self.check_settings()
        invariant_codes = [code for code in codes if {"invariant", "lemma"} & set(code.decorators)]
        eventuality_codes = [code for code in codes if {demanded.value for demanded in tree.Demanded} & set(code.decorators)]
        demanding = sorted([*invariant_codes, *eventuality_codes], key=codes.index)
        self.invariant_properties = {code.name: self.invariant_property(code) for code in demanding}
        self.processor, executes = self.executes([code for code in codes if "executes" in code.decorators])
        actions = {code.name: self.action(code) for code in codes if "action" in code.decorators}
        invariants = tuple(self.invariant(code) for code in invariant_codes)
        on_runs = RunConditions(self.symbols, self.processor)
        eventualities = tuple(on_runs.eventuality(code, self.invariant_properties[code.name]) for code in eventuality_codes)
        assumptions = tuple(on_runs.assumption(code) for code in codes if "fair" in code.decorators)
        constraints = tuple(self.constraint(code) for code in codes if "constraint" in code.decorators)
        initial, initial_locals = self.initial(self.initial_codes(codes))
        self.used_code()
        for code in codes:
            # What nothing calls is translated all the same, so that its errors are found; it is then left out.
            if code.is_function and "executes" not in code.decorators and code.name not in self.functions:
                self.symbols.function(code)
            elif code.is_routine and code.name not in self.routines:
                self.routine(code)
        self.check_recursion()
        self.check_processors(self.functions)
        in_states = tuple(e for e in eventualities if e.demanded.of_state)
        steps = (self.routines, actions, invariants, constraints, initial, executes, in_states)
        on_runs.check_calls(self.functions, (eventualities, assumptions), steps)
        used = tree.Program(
            model=display_path(self.path),
            doc=self.main.doc,
            parameters=tuple(self.symbols.parameters.values()),
            events=tuple(self.symbols.events.values()),
            records={
                name: dataclasses.replace(record, fields=tuple(self.symbols.fields(name).values()))
                for name, record in self.symbols.records.items()
            },
            variables=dict(self.symbols.variables),
            functions=self.functions,
            routines=self.routines,
            actions=actions,
            properties=dict(self.symbols.properties),
            invariants=invariants,
            initial=initial,
            initial_locals=initial_locals,
            processor=self.processor,
            executes=executes,
            expectations=expectations(self.main, self.symbols.events),
            sources={module.display: module.text for module in self.modules.modules.values()},
            unused=tuple(
                (code.name, code.module.position(code.node))
                for code in codes
                if code.module is self.main and code.is_routine and code.name not in self.routines
            ),
            eventualities=eventualities,
            assumptions=assumptions,
            constraints=constraints,
            stated=self.stated(),
            demanded=self.demanded([*self.routines.values(), *actions.values()]),
            left_out=tuple(p for name in (*self.routines, *actions) for p in self.left_out[name]),
            recorded=recorded(self.main),
        )
        used = with_frame_owners(used)
        check_symmetry(used)
        for module in self.modules.modules.values():
            if not module.name.startswith("spec."):  # the kernel's own text is checked when it is written
                check_with_python(module)
        return mark_constants(without_dormant(used))

    def is_whole(self, module: Module) -> bool:
        """Whether all that the module defines is part of the program, not just what is imported by name."""
        return module is self.main or module.name.startswith("spec.")

    # -- hooks and settings --

    def find_implementations(self, codes: Iterable[Code]) -> None:
        """Which routine implements each hook: one that the model defines, or imports by name."""
        candidates = [code for code in codes if "implements" in code.decorators]
        for name in self.main.definitions:
            symbol = self.symbols.resolve(self.main, name, ast.Pass())
            if isinstance(symbol, Code) and "implements" in symbol.decorators and symbol not in candidates:
                candidates.append(symbol)
        for code in candidates:
            call = code.decorators["implements"]
            target = call.args[0] if call is not None and len(call.args) == 1 else None
            hook = self.symbols.resolve(code.module, target.id, target) if isinstance(target, ast.Name) else None
            if not isinstance(hook, Code) or "hook" not in hook.decorators:
                raise code.module.error(code.node, "@implements takes a hook of the kernel; spec/kernel/hooks.py has them")
            if hook.is_function != code.is_function:
                raise code.module.error(code.node, f"the hook {hook.name} is a @function, and so is what implements it")
            mine, its = self.symbols.parameters_of(code), self.symbols.parameters_of(hook)
            if [p.local.type for p in mine] != [p.local.type for p in its]:
                raise code.module.error(
                    code.node, f"the hook {hook.name} has other parameters; see {hook.module.position(hook.node)}"
                )
            if self.symbols.result_of(code) != self.symbols.result_of(hook):
                raise code.module.error(
                    code.node, f"the hook {hook.name} has another result; see {hook.module.position(hook.node)}"
                )
            if hook.name in self.implementations:
                raise code.module.error(
                    code.node, f"the hook {hook.name} is implemented by {self.implementations[hook.name]} already"
                )
            self.implementations[hook.name] = code.name
            self.symbols.used_code.setdefault(code.name, code)
        self.symbols.implementations = self.implementations

    def check_settings(self) -> None:
        known = self.symbols.parameters
        for name in self.settings:
            if name not in known:
                raise UsageError(
                    f"error: {self.path} has no parameter {name}{similar(name, known)}; it has {', '.join(known) or 'none'}"
                )
        for name in sorted(self.wanted_events or ()):
            if name not in self.symbols.events:
                raise UsageError(
                    f"error: {self.path} has no event {name}{similar(name, self.symbols.events)}; "
                    f"it has {', '.join(self.symbols.events) or 'none'}"
                )

    # -- code --

    def used_code(self) -> None:
        """Translate what the program uses, until nothing new is used."""
        while missing := [c for n, c in self.symbols.used_code.items() if n not in self.functions and n not in self.routines]:
            for code in missing:
                if code.is_function:
                    self.functions[code.name] = self.symbols.function(code)
                else:
                    self.routines[code.name] = self.routine(code)

    def locals_of(self, code: Code) -> tuple[tree.Local, ...]:
        return tuple(binding.local for binding in self.symbols.parameters_of(code))

    def statements(
        self, code: Code, is_routine: bool
    ) -> tuple[tuple[tree.Statement, ...], tuple[tree.Local, ...], ExpressionTranslator]:
        translator = self.symbols.translator(code)
        parameters = self.locals_of(code)
        result = self.symbols.result_of(code)
        statements = StatementTranslator(
            translator,
            lambda node: self.symbols.annotation(code.module, node),
            lambda node: self.property_of(code.module, node),
            parameters,
            result,
            is_routine,
        )
        body = statements.body(code.node.body)
        if result is not None and falls_out(body):
            raise code.module.error(code.node, f"`{code.name}` promises a result and can end without `return`")
        self.left_out[code.name] = translator.left_out
        return body, statements.locals(parameters), translator

    def routine(self, code: Code) -> tree.Routine:
        body, locals_, translator = self.statements(code, True)
        is_protocol = not code.module.name.startswith("spec.")
        if is_protocol and translator.reads_ghost:
            raise code.module.error(
                code.node,
                f"`{code.name}` reads ghost state (line {translator.reads_ghost[0].line}), which is for properties only",
            )
        self.check_processors(body)
        if is_protocol:
            for name in called_functions(body):
                if self.reads_ghost(name, set()):
                    raise code.module.error(
                        code.node, f"`{code.name}` reads ghost state through `{name}`, which is for properties only"
                    )
        call = code.decorators.get("routine")
        noinline = "implements" in code.decorators
        for keyword in call.keywords if call is not None else []:
            noinline = bool(translator.constant(keyword.value, "`noinline`"))
        hook = next((name for name, implementation in self.implementations.items() if implementation == code.name), None)
        if "hook" in code.decorators:
            hook = code.name
        return tree.Routine(
            code.name,
            self.locals_of(code),
            locals_,
            self.symbols.result_of(code),
            body,
            noinline,
            is_protocol,
            hook,
            code.module.position(code.node),
        )

    def reads_ghost(self, name: str, seen: set[str]) -> bool:
        """Whether a function reads ghost state, itself or through others."""
        if name in seen:
            return False
        seen.add(name)
        code = self.symbols.used_code[name]
        if not code.is_function:
            return False
        body = self.symbols.function(code).body
        if any(isinstance(node, tree.Read) and node.place.variable.ghost for node in nodes(body)):
            return True
        return any(self.reads_ghost(other, seen) for other in called_functions(body))

    def check_processors(self, part: object) -> None:
        """ModelError where a part of the tree asks for the processor under another record than the one that executes."""
        for node in nodes(part):
            if isinstance(node, tree.Processor) and node.type != tree.ReferenceType(self.processor or ""):
                raise ModelError(node.position, "this is not the record that executes; the parameter of @executes is")

    def check_recursion(self) -> None:
        """ModelError for a function that comes back to itself."""

        def reaches(name: str, target: str, seen: set[str]) -> bool:
            called = set(called_functions(self.functions[name].body)) & set(self.functions)
            fresh = called - seen
            return target in called or any(reaches(other, target, seen | fresh) for other in sorted(fresh))

        for function in sorted(self.functions.values(), key=lambda f: f.position):
            if reaches(function.name, function.name, set()):
                raise ModelError(function.position, f"the function `{function.name}` calls itself; a function has no recursion")

    def action(self, code: Code) -> tree.Action:
        if self.symbols.result_of(code) is not None:
            raise code.module.error(code.node, f"the action `{code.name}` has nobody to return a value to; write `-> None`")
        body, locals_, _ = self.statements(code, False)
        call = code.decorators["action"]
        interrupt = False
        for keyword in call.keywords if call is not None else []:
            interrupt = bool(ExpressionTranslator(self.symbols, code.module).constant(keyword.value, "`interrupt`"))
        parameters = self.symbols.parameters_of(code)
        return tree.Action(code.name, parameters, locals_, body, interrupt, code.module.position(code.node))

    def initial_codes(self, codes: Iterable[Code]) -> list[Code]:
        """The @initial code: the kernel's, then what the model defines, or imports by name, in the order of its text."""
        found = [code for code in codes if "initial" in code.decorators and code.module is not self.main]
        for name in self.main.definitions:
            symbol = self.symbols.resolve(self.main, name, ast.Pass())
            if isinstance(symbol, Code) and "initial" in symbol.decorators and symbol not in found:
                found.append(symbol)
        places: dict[bool, Code] = {}
        for code in found:
            known = places.setdefault(code.module.name.startswith("spec."), code)
            if known is not code:
                raise code.module.error(code.node, f"there is an @initial at {known.module.position(known.node)} already")
        return found

    def initial(self, codes: list[Code]) -> tuple[tuple[tree.Statement, ...], tuple[tree.Local, ...]]:
        """What makes the initial state, one code after the other."""
        whole: tuple[tree.Statement, ...] = ()
        all_locals: tuple[tree.Local, ...] = ()
        for number, code in enumerate(codes):
            if code.node.args.args or self.symbols.result_of(code) is not None:
                raise code.module.error(code.node, "@initial code takes no parameters and returns nothing")
            body, locals_, _ = self.statements(code, False)
            for statement in walk(body):
                if isinstance(statement, tree.Return):
                    raise ModelError(statement.position, "`return` has no place in @initial code; let it run to its end")
            if number > 0:
                # Each code has locals of its own, whatever those of the others are called.
                body, locals_ = renamed_locals((body, locals_), f"{code.name}.")
            whole, all_locals = whole + body, all_locals + locals_
        return whole, all_locals

    def executes(self, codes: list[Code]) -> tuple[str | None, tree.Function | None]:
        if not codes:
            return None, None
        if len(codes) > 1:
            known = codes[0].module.position(codes[0].node)
            raise codes[1].module.error(
                codes[1].node, f"there is an @executes at {known} already; a model has one processor record"
            )
        function = self.symbols.function(codes[0])
        parameters = function.parameters
        if len(parameters) != 1 or not isinstance(parameters[0].type, tree.ReferenceType):
            raise codes[0].module.error(codes[0].node, "@executes takes a function of one processor")
        return parameters[0].type.record, function

    # -- properties --

    def property_of(self, module: Module, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            symbol = self.symbols.resolve(module, node.id, node)
            if isinstance(symbol, tree.Property):
                return symbol.identifier
            if isinstance(symbol, Code) and "lemma" in symbol.decorators:
                raise module.error(node, f"`{node.id}` is a lemma, which steps cannot violate; name a property")
            if isinstance(symbol, Code) and symbol.name in self.invariant_properties:
                return self.invariant_properties[symbol.name]
        raise module.error(node, f"`{ast.unparse(node)}` is not a property")

    def invariant_property(self, code: Code) -> str:
        (kind, call), *_ = code.decorators.items()
        named = ("given",) if kind == tree.Demanded.ANSWERED.value else ()
        more = ", given=function" if named else ""
        form = f'@{kind}("id", "message with {{expressions}}"{more})'
        if call is None:
            raise code.module.error(code.node, f"write {form}")
        identifier, _ = self.symbols.texts(code.module, call, 2, form, named)
        why = ast.get_docstring(code.node)
        if not why:
            article = "an" if kind[0] in "aeiou" else "a"
            what = f"{article} {kind}" if kind in ("invariant", "lemma") else f"{article} @{kind} condition"
            raise code.module.error(code.node, f"{what} needs a docstring that says why it matters")
        return self.symbols.add_property(code.module, code.node, identifier, why, kind == "lemma").identifier

    def invariant(self, code: Code) -> tree.Invariant:
        if self.symbols.result_of(code) != build.BOOL:
            kind = "lemma" if "lemma" in code.decorators else "invariant"
            raise code.module.error(code.node, f"the {kind} `{code.name}` holds or not; write `-> bool`")
        translator = self.symbols.translator(code)
        body = function_body(translator, code.node.body, build.BOOL, code.node)
        (call,) = code.decorators.values()
        assert call is not None
        assert isinstance(call.args[1], ast.Constant)
        return tree.Invariant(
            self.invariant_properties[code.name],
            code.name,
            self.symbols.parameters_of(code),
            body,
            message(translator, call.args[1]),
            code.module.position(code.node),
        )

    def constraint(self, code: Code) -> tree.Constraint:
        call = code.decorators["constraint"]
        bound = call.args[0] if call is not None and len(call.args) == 1 and not call.keywords else None
        if not isinstance(bound, ast.Constant) or not isinstance(bound.value, str):
            raise code.module.error(code.node, 'write @constraint("the bound, in words")')
        if self.symbols.result_of(code) != build.BOOL:
            raise code.module.error(code.node, f"the constraint `{code.name}` holds or not; write `-> bool`")
        if self.symbols.parameters_of(code):
            raise code.module.error(code.node, f"the constraint `{code.name}` takes no parameters; write all(... for x in ...)")
        body = function_body(self.symbols.translator(code), code.node.body, build.BOOL, code.node)
        return tree.Constraint(code.name, bound.value, body, code.module.position(code.node))

    # -- what is assumed --

    def stated(self) -> tuple[str, ...]:
        """What the model's text says that it assumes."""
        definition = self.main.definitions.get("ASSUMPTIONS")
        if definition is None:
            return ()
        if isinstance(definition, ast.Assign):
            node: ast.AST = definition.value
        else:
            node = definition if isinstance(definition, ast.AST) else ast.Pass()
        try:
            values = ast.literal_eval(definition.value) if isinstance(definition, ast.Assign) else None
        except (ValueError, TypeError):
            values = None
        if not isinstance(values, tuple) or not all(isinstance(value, str) for value in values):
            raise self.main.error(node, 'ASSUMPTIONS says what the verdicts rest on; write ASSUMPTIONS = ("...",)')
        return values

    def demanded(self, steps: Iterable[tree.Routine | tree.Action]) -> tuple[tuple[str, str], ...]:
        """The hooks which are functions, have an implementation and decide what the kernel does, each with that."""
        reached: set[str] = set()
        pending = [name for step in steps for name in called_functions(step.body)]
        while pending:
            name = pending.pop()
            if name in self.functions and name not in reached:
                reached.add(name)
                pending += called_functions(self.functions[name].body)
        return tuple((hook, name) for hook, name in self.implementations.items() if name in reached)


def renamed_locals(part: Any, prefix: str) -> Any:
    """A copy of a part of the tree in which the name of each local has the prefix."""
    if isinstance(part, tree.Local | tree.LocalRead):
        return dataclasses.replace(part, name=prefix + part.name)
    if isinstance(part, tuple):
        return tuple(renamed_locals(item, prefix) for item in part)
    if isinstance(part, tree.Position) or not dataclasses.is_dataclass(part) or isinstance(part, type):
        return part
    changes = {f.name: renamed_locals(getattr(part, f.name), prefix) for f in dataclasses.fields(part)}
    if isinstance(part, tree.Assign) and isinstance(part.target, str):
        changes["target"] = prefix + part.target
    return dataclasses.replace(part, **changes)
