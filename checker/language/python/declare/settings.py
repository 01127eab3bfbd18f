# SPDX-License-Identifier: GPL-2.0-only
"""What a model can be set to: parameters, events, and the constants that it may define for the kernel."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from checker.language import build, tree
from checker.language.errors import IDENTIFIER, NAMED_VALUE, ModelError, UsageError, similar
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.declare.literals import meaning, texts
from checker.language.python.source.modules import Import, Module, ModuleSet
from checker.language.python.source.symbols import Resolver


def is_parameter(definition: ast.stmt | Import | None) -> bool:
    """Whether a name is defined as a parameter with named values."""
    match definition:
        case ast.Assign(value=ast.Call(func=ast.Name(id="parameter"), args=[ast.Constant(value=str()), *_])):
            return True
    return False


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _gives(model: Module, name: str) -> bool:
    """Whether a model gives a constant of the kernel its value; one that imports it from the kernel only uses it."""
    given = model.definitions.get(name)
    return given is not None and not (isinstance(given, Import) and given.module.startswith("spec."))


class SettingReader:
    """Reads parameters and events, each of which stands for a constant.

    modules: the model and what it imports. settings: values of parameters, by name. events: the names of those switched on,
    None for all. given: the value that a protocol in another language gives a constant, if it gives one. names: what it calls the
    values of a type of integers.
    """

    def __init__(
        self, resolver: Resolver, modules: ModuleSet, settings: Mapping[str, tree.Setting], events: frozenset[str] | None
    ) -> None:
        self.resolver = resolver
        self.modules = modules
        self.settings = settings
        self.enabled_events = events
        self.given: Callable[[str], int | None] = lambda name: None
        self.names: Callable[[str], tuple[str, ...]] = lambda name: ()
        self.parameters: dict[str, tree.Parameter] = {}
        self.events: dict[str, tree.Event] = {}

    def parameter(self, module: Module, name: str, call: ast.Call) -> tree.Constant:
        if name in self.parameters:
            raise module.error(call, f"there is a parameter {name} in another file already; rename one")
        match call.args:
            case [ast.Constant(value=str()), *_]:
                return self._named(module, name, call)
        return self._numbered(module, name, call)

    def _numbered(self, module: Module, name: str, call: ast.Call) -> tree.Constant:
        form = 'parameter(default, low, high, "what it is")'
        what = meaning(module, call, 3, form)
        translator = ExpressionTranslator(self.resolver, module)
        default, low, high = (translator.constant(argument, "a bound of a parameter") for argument in call.args[:3])
        if not low <= default <= high:
            raise module.error(call, f"the default {default} is not from {low} to {high}")
        value = self.settings.get(name, default)
        if isinstance(value, str):
            raise UsageError(f"{name} = {value} is not a number; {name} ({what}) can be {low} to {high}")
        if not low <= value <= high:
            raise UsageError(f"{name} = {value} is out of range; {name} ({what}) can be {low} to {high}")
        position = module.position(call)
        self.parameters[name] = tree.Parameter(name, default, low, high, what, value, position)
        return build.integer(position, value)

    def _named(self, module: Module, name: str, call: ast.Call) -> tree.Constant:
        """A parameter with named values: its constant is the number of the name among them."""
        form = 'parameter("default", ("default", "other"), "what it is")'
        what = meaning(module, call, 2, form)
        try:
            default, names = (ast.literal_eval(argument) for argument in call.args[:2])
        except ValueError:
            raise module.error(call, f"write {form}") from None
        if not isinstance(names, tuple) or len(names) < 2 or not all(isinstance(each, str) for each in names):
            raise module.error(call.args[1], f"two values or more, each a text, are what it chooses between; write {form}")
        for each in names:
            if NAMED_VALUE.fullmatch(each) is None:
                form = "write up to 64 letters, digits and hyphens, the first one a letter"
                raise module.error(call.args[1], f"{each!r} is not a name of a value: {form}")
            if names.count(each) > 1:
                raise module.error(call.args[1], f"{each!r} stands here twice; leave out one")
        if default not in names:
            raise module.error(call, f"the default {default!r} is none of the values {_or(names)}")
        default = self._default_of_model(module, name, what, names) or default
        value = self.settings.get(name, default)
        if value not in names:
            hint = similar(value, names) if isinstance(value, str) else ""
            raise UsageError(f"{name} = {value} is none of its values; {name} ({what}) can be {_or(names)}{hint}")
        position = module.position(call)
        self.parameters[name] = tree.Parameter(name, default, 0, 0, what, value, position, names)
        return tree.Constant(position, tree.EnumType(name, names, of_parameter=True), names.index(value))

    def _default_of_model(self, module: Module, name: str, what: str, names: tuple[str, ...]) -> str | None:
        """The value that the model gives the parameter where the user does not; None if it gives none."""
        giving = [model for model in self.modules.lineage() if model is not module and _gives(model, name)]
        if not giving:
            return None
        at, definition = self.modules.home(giving[0], name)
        match definition:
            case ast.Assign(value=ast.Constant(value=str(given))) if given in names:
                return given
        node = definition if isinstance(definition, ast.AST) else ast.Pass()
        raise at.error(node, f'`{name}` ({what}) is {_or(names)}; write `{name} = "{names[0]}"`, or another name')

    def constant_of_model(self, module: Module, name: str, call: ast.Call) -> tree.Constant:
        """What the model defines, or imports by name from another model, or else inherits, under this name; else the default."""
        form = 'constant_of_model(default, "what it is")'
        what = meaning(module, call, 1, form)
        if (value := self.given(name)) is not None:
            return build.integer(module.position(call), value)
        default = ExpressionTranslator(self.resolver, module).constant(call.args[0], "the default")
        giving = [model for model in self.modules.lineage() if _gives(model, name)]
        if module is self.modules.main or not giving:
            return build.integer(module.position(call), default)
        given = giving[0].definitions[name]
        symbol = self.resolver.resolve(giving[0], name, call)
        if not isinstance(symbol, tree.Constant) or not isinstance(symbol.type, tree.IntType):
            at = given.position if isinstance(given, Import) else giving[0].position(given)
            raise ModelError(at, f"`{name}` ({what}) is an integer constant; write `{name} = 1`, or another name")
        return symbol

    def named(self, name: str, type_: tree.Type) -> tree.Type:
        """The type of that name, whose values print as the protocol calls them, if it does."""
        return replace(type_, names=self.names(name)) if isinstance(type_, tree.IntType) else type_

    def event(self, module: Module, call: ast.Call) -> tree.Constant:
        name, what = texts(module, call, 2, 'event("name", "what happens")')
        if IDENTIFIER.fullmatch(name) is None:
            raise module.error(call, f"{name!r} is not a name of an event: write up to 64 letters, digits and hyphens")
        if name == "none":
            raise module.error(call, "`--events none` means no event; give this one another name")
        if name in self.events:
            raise module.error(call, f"there is an event {name} at {self.events[name].position} already; rename one")
        enabled = self.enabled_events is None or name in self.enabled_events
        self.events[name] = tree.Event(name, what, enabled, module.position(call))
        return build.boolean(module.position(call), enabled)
