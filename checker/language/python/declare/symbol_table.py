# SPDX-License-Identifier: GPL-2.0-only
"""Module-level definitions: constants, parameters, events, types, records, variables, properties."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from checker.language import build, tree
from checker.language.errors import IDENTIFIER, ModelError, UsageError, similar
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.code.statements import function_body
from checker.language.python.declare.variables import VariableReader, sized
from checker.language.python.source.modules import LANGUAGE, PYTHON_MODULES, Import, Module, ModuleSet
from checker.language.python.source.symbols import Builtin, Code, RecordName, StructName, StructVariable, Symbol, TypeName
from checker.language.raised import RAISED_BY_THE_CHECKER

ON_RUNS = (*(demanded.value for demanded in tree.Demanded), "fair")
"""Decorators of conditions on whole runs."""

CODE_DECORATORS = (
    *("routine", "action", "function", "hook", "implements", "initial", "executes", "invariant", "lemma", "constraint"),
    *ON_RUNS,
)


class Symbols:
    """Gives names their meaning, each once; definitions may stand in any order and in any of the modules.

    settings: values of parameters, by name. events: the names of those switched on, None for all.
    """

    def __init__(self, modules: ModuleSet, settings: Mapping[str, int], events: frozenset[str] | None) -> None:
        self.modules = modules
        self.settings = settings
        self.enabled_events = events
        self.parameters: dict[str, tree.Parameter] = {}
        self.events: dict[str, tree.Event] = {}
        self.records: dict[str, tree.Record] = {}
        self.variables: dict[str, tree.Variable] = {}
        self.properties: dict[str, tree.Property] = {}
        self.used_code: dict[str, Code] = {}
        self.functions: dict[str, tree.Function] = {}
        self._functions_begun: set[str] = set()
        self.implementations: dict[str, str] = {}
        self.reader = VariableReader(self)
        self._record_nodes: dict[str, tuple[Module, ast.ClassDef]] = {}
        self._fields: dict[str, dict[str, tree.Variable]] = {}
        self._known: dict[tuple[str, str], Symbol] = {}
        self._busy: set[tuple[str, str]] = set()
        self._owners: dict[str, Module] = {}
        self._printed: dict[str, str] = {}

    # -- names --

    def resolve(self, module: Module, name: str, node: ast.AST) -> Symbol:
        key = (module.name, name)
        if key in self._known:
            return self._known[key]
        if name not in module.definitions:
            raise module.error(node, f"`{name}` is not defined; define it or import it{similar(name, module.definitions)}")
        if key in self._busy:
            raise module.error(node, f"`{name}` is defined by itself; break the circle")
        self._busy.add(key)
        symbol = self._define(module, name, module.definitions[name])
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
        other = self._owners.setdefault(name, module)
        if other is not module and isinstance(definition, (ast.FunctionDef, ast.ClassDef, ast.AnnAssign)):
            raise module.error(definition, f"`{name}` is also defined in {other.display}; rename one of them")
        match definition:
            case ast.FunctionDef():
                return self._code(module, definition)
            case ast.ClassDef(decorator_list=[]):
                return self._enumeration(module, definition)
            case ast.ClassDef(decorator_list=[ast.Name(id=decorator), *_]) if self._is(module, decorator, "struct", definition):
                return self.reader.declare_struct(module, definition)
            case ast.ClassDef():
                return self._record(module, definition)
            case ast.AnnAssign(annotation=annotation, value=value):
                if value is None:
                    raise module.error(definition, "a module variable needs its initial value")
                parts = self.reader.read(module, name, annotation, value, definition, 1)
                self.variables |= {part.name: part for part in parts}
                return parts[0] if parts[0].name == name else StructVariable(name)
            case ast.Assign(value=value):
                return self._assigned(module, name, value)
        raise module.error(definition, f"`{name}` is defined in a way that has no meaning in a model")

    def _is(self, module: Module, name: str, builtin: str, node: ast.AST) -> bool:
        return name in module.definitions and self.resolve(module, name, node) == Builtin(builtin)

    def _assigned(self, module: Module, name: str, value: ast.expr) -> Symbol:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in module.definitions:
            match self.resolve(module, value.func.id, value.func):
                case Builtin("parameter"):
                    return self._parameter(module, name, value)
                case Builtin("constant_of_model"):
                    return self._constant_of_model(module, name, value)
                case Builtin("event"):
                    return self._event(module, value)
                case Builtin("demand"):
                    identifier, why = self.texts(module, value, 2, 'demand("id", "why")')
                    return self.add_property(module, value, identifier, why)
        if isinstance(value, ast.Subscript):
            return TypeName(self.annotation(module, value))
        expression = ExpressionTranslator(self, module).expression(value)
        form = f"`{name}: Type = initial value`"
        number = build.known(expression, f"`{name}` is a constant, and this is not; a module variable is written {form}")
        return tree.Constant(expression.position, expression.type, number)

    # -- parameters, events, properties --

    def texts(self, module: Module, call: ast.Call, count: int, form: str, keywords: tuple[str, ...] = ()) -> list[str]:
        """The literal texts that a declaration takes. keywords: what it takes by name."""
        values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        named = tuple(keyword.arg for keyword in call.keywords)
        if len(values) != count or len(call.args) != count or named != keywords or not all(isinstance(v, str) for v in values):
            raise module.error(call, f"write {form}")
        return [str(value) for value in values]

    def _parameter(self, module: Module, name: str, call: ast.Call) -> Symbol:
        form = 'parameter(default, low, high, "what it is")'
        meaning = call.args[3] if len(call.args) == 4 and not call.keywords else None
        if not isinstance(meaning, ast.Constant) or not isinstance(meaning.value, str):
            raise module.error(call, f"write {form}")
        translator = ExpressionTranslator(self, module)
        default, low, high = (translator.constant(argument, "a bound of a parameter") for argument in call.args[:3])
        if not low <= default <= high:
            raise module.error(call, f"the default {default} is not from {low} to {high}")
        value = self.settings.get(name, default)
        if not low <= value <= high:
            raise UsageError(f"error: {name} = {value} is out of range; {name} ({meaning.value}) can be {low} to {high}")
        if name in self.parameters:
            raise module.error(call, f"there is a parameter {name} in another file already; rename one")
        position = module.position(call)
        self.parameters[name] = tree.Parameter(name, default, low, high, meaning.value, value, position)
        return build.integer(position, value)

    def _constant_of_model(self, module: Module, name: str, call: ast.Call) -> Symbol:
        """What the model defines, or imports by name from another model, under this name; else the default."""
        form = 'constant_of_model(default, "what it is")'
        meaning = call.args[1] if len(call.args) == 2 and not call.keywords else None
        if not isinstance(meaning, ast.Constant) or not isinstance(meaning.value, str):
            raise module.error(call, f"write {form}")
        default = ExpressionTranslator(self, module).constant(call.args[0], "the default")
        main = self.modules.main
        given = main.definitions.get(name)
        if module is main or given is None or (isinstance(given, Import) and given.module.startswith("spec.")):
            return build.integer(module.position(call), default)
        symbol = self.resolve(main, name, call)
        if not isinstance(symbol, tree.Constant) or not isinstance(symbol.type, tree.IntType):
            at = given.position if isinstance(given, Import) else main.position(given)
            raise ModelError(at, f"`{name}` ({meaning.value}) is an integer constant; write `{name} = 1`, or another name")
        return symbol

    def _event(self, module: Module, call: ast.Call) -> Symbol:
        name, meaning = self.texts(module, call, 2, 'event("name", "what happens")')
        if IDENTIFIER.fullmatch(name) is None:
            raise module.error(call, f"{name!r} is no name of an event: write up to 64 letters, digits and hyphens")
        if name == "none":
            raise module.error(call, "`--events none` means no event; give this one another name")
        if name in self.events:
            raise module.error(call, f"there is an event {name} at {self.events[name].position} already; rename one")
        enabled = self.enabled_events is None or name in self.enabled_events
        self.events[name] = tree.Event(name, meaning, enabled, module.position(call))
        return build.boolean(module.position(call), enabled)

    def add_property(self, module: Module, node: ast.AST, identifier: str, why: str, is_lemma: bool = False) -> tree.Property:
        """Declare a property or lemma. Several invariants of one file may belong to one property, and several predicates to one
        lemma; the first one's prose is its."""
        if IDENTIFIER.fullmatch(identifier) is None:
            raise module.error(node, f"{identifier!r} is no identifier: write up to 64 letters, digits and hyphens")
        known = self.properties.get(identifier)
        if is_lemma and identifier in RAISED_BY_THE_CHECKER:
            raise module.error(node, f"{identifier} is a property that the checker itself raises; give the lemma another name")
        same_kind = known is not None and known.is_lemma == is_lemma
        if known is not None and same_kind and isinstance(node, ast.FunctionDef) and known.position.file == module.display:
            return known
        if known is not None:
            kind = "lemma" if known.is_lemma else "property"
            raise module.error(node, f"the {kind} {identifier} is declared at {known.position} already")
        self.properties[identifier] = found = tree.Property(identifier, " ".join(why.split()), module.position(node), is_lemma)
        return found

    # -- types --

    def annotation(self, module: Module, node: ast.expr) -> tree.Type:
        """The type of a value: `bool`, `Annotated[int, Range(low, high)]` or a name for it, an enumeration, a record."""
        match node:
            case ast.Constant(value=str(text)):
                try:
                    inner = ast.parse(text, mode="eval").body
                except SyntaxError:
                    raise module.error(node, f"`{text}` is not a type") from None
                for part in ast.walk(inner):
                    ast.copy_location(part, node)
                return self.annotation(module, inner)
            case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
                type_ = self.annotation(module, left)
                if not isinstance(type_, tree.ReferenceType):
                    raise module.error(node, "`| None` is for references; an integer has 0")
                return type_
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[ast.Name(id="int"), ast.Call() as call])):
                if self.resolve(module, name, node) == Builtin("Annotated"):
                    return self._range(module, call)
            case ast.Name(id="bool"):
                return tree.BoolType()
            case ast.Name(id="int"):
                raise module.error(node, "an int needs its range: Annotated[int, Range(low, high)], or a name for that")
            case ast.Name(id=name):
                match self.resolve(module, name, node):
                    case TypeName(type_) | (tree.EnumType() | tree.FlagsType() as type_):
                        return type_
                    case RecordName(record):
                        return tree.ReferenceType(record)
                    case StructName():
                        raise module.error(
                            node, f"{name} is a struct, which only a field, a module variable or an array of these can be"
                        )
        raise module.error(node, f"`{ast.unparse(node)}` is not a type of the language; see docs/language.md")

    def _range(self, module: Module, call: ast.Call) -> tree.Type:
        if (
            not isinstance(call.func, ast.Name)
            or self.resolve(module, call.func.id, call) != Builtin("Range")
            or len(call.args) != 2
            or call.keywords
        ):
            raise module.error(call, "write Annotated[int, Range(low, high)]")
        translator = ExpressionTranslator(self, module)
        low, high = (translator.constant(argument, "a bound") for argument in call.args)
        if low > high:
            raise module.error(call, f"no integer is from {low} to {high}")
        return tree.IntType(low, high)

    def _enumeration(self, module: Module, node: ast.ClassDef) -> tree.EnumType | tree.FlagsType:
        base = node.bases[0] if len(node.bases) == 1 else None
        kind = self.resolve(module, base.id, base) if isinstance(base, ast.Name) else None
        if kind not in (Builtin("Enum"), Builtin("IntFlag")):
            raise module.error(node, f"`{node.name}` is a class without meaning; write @record(...), or class {node.name}(Enum)")
        members: dict[str, int] = {}
        for statement in node.body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str())):
                    continue
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    members[name] = ExpressionTranslator(self, module).constant(value, "a member")
                case _:
                    raise module.error(statement, "an enumeration has lines `NAME = number` only")
        if not members or len(set(members.values())) != len(members):
            raise module.error(node, f"{node.name} needs members, each with a number of its own")
        if kind == Builtin("IntFlag"):
            if any(value <= 0 or value & (value - 1) for value in members.values()):
                raise module.error(node, "each flag is one bit: 1, 2, 4, ...")
            return tree.FlagsType(node.name, tuple(members.items()))
        return tree.EnumType(node.name, tuple(members))

    # -- records and variables --

    def _record(self, module: Module, node: ast.ClassDef) -> RecordName:
        decorator = node.decorator_list[0]
        form = "@record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)"
        if (
            len(node.decorator_list) != 1
            or not isinstance(decorator, ast.Call)
            or not isinstance(decorator.func, ast.Name)
            or self.resolve(module, decorator.func.id, decorator) != Builtin("record")
            or decorator.args
            or node.bases
        ):
            raise module.error(node, f"a record is a class without base and with {form}")
        translator = ExpressionTranslator(self, module)
        options = {"alignment": 1, "frames": 0, "allocated": 0, "symmetric": 0}
        names: tuple[tuple[str, int], ...] | None = None
        for keyword in decorator.keywords:
            if keyword.arg == "names" and isinstance(keyword.value, ast.Dict) and all(map(_is_name, keyword.value.keys)):
                names = tuple(
                    (str(ast.literal_eval(key)), translator.constant(value, "a count"))
                    for key, value in zip(keyword.value.keys, keyword.value.values, strict=True)
                    if key is not None
                )
            elif keyword.arg in ("count", "alignment", "frames", "allocated", "symmetric"):
                options[keyword.arg] = translator.constant(keyword.value, f"`{keyword.arg}`")
            else:
                raise module.error(keyword, f"write {form}")
        if "count" not in options or options["count"] < 1:
            raise module.error(decorator, "a record needs a count of at least 1")
        sized(module, decorator, "a count", options["count"])
        if options["frames"] > 0:
            sized(module, decorator, "count times frames", options["count"] * options["frames"])
        if options["alignment"] < 1 or options["alignment"] & (options["alignment"] - 1):
            raise module.error(decorator, "the alignment is a power of two")
        if options["frames"] < 0:
            raise module.error(decorator, "a record owns 0 or more frames")
        if names is None:
            names = ((re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower(), options["count"]),)
        if sum(count for _, count in names) != options["count"]:
            raise module.error(decorator, "the counts in `names` add up to `count`")
        for prefix, count in names:
            if count < 1:
                raise module.error(decorator, f"{count} instances cannot be named {prefix}; write how many are, at least 1")
            for printed in (f"{prefix}{number}" for number in range(count)):
                other = self._printed.setdefault(printed, node.name)
                if other != node.name:
                    raise module.error(decorator, f"an instance of {other} prints as {printed} already; give other `names`")
        if len({f"{prefix}{number}" for prefix, count in names for number in range(count)}) < options["count"]:
            raise module.error(decorator, "two instances would print alike; give `names` of which none is another with digits")
        self._record_nodes[node.name] = (module, node)
        self.records[node.name] = tree.Record(
            node.name,
            options["count"],
            options["alignment"],
            options["frames"],
            bool(options["allocated"]),
            names,
            (),
            module.position(node),
            ast.get_docstring(node) or "",
            bool(options["symmetric"]),
        )
        return RecordName(node.name)

    def fields(self, record: str) -> dict[str, tree.Variable]:
        """The fields of a record, by name, in source order."""
        if record not in self._fields:
            module, node = self._record_nodes[record]
            found: dict[str, tree.Variable] = {}
            for statement in node.body:
                match statement:
                    case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                        continue
                    case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
                        if any(known == name or known.startswith((f"{name}.", f"{name}[]")) for known in found):
                            raise module.error(statement, f"{record} has a field `{name}` already")
                        if name == "allocated" and self.records[record].allocated:
                            raise module.error(
                                statement, f"`allocated` is the allocator's state of a {record}; give the field another name"
                            )
                        parts = self.reader.read(module, name, annotation, value, statement, self.records[record].count)
                        found |= {part.name: part for part in parts}
                    case _:
                        raise module.error(statement, "a record has lines `field: Type = initial value` only")
            self._fields[record] = found
        return self._fields[record]

    # -- code --

    def _code(self, module: Module, node: ast.FunctionDef) -> Code:
        decorators: dict[str, ast.Call | None] = {}
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            called = call.func if call else decorator
            symbol = self.resolve(module, called.id, called) if isinstance(called, ast.Name) else None
            if not isinstance(symbol, Builtin) or symbol.name not in CODE_DECORATORS:
                known = ", @".join(CODE_DECORATORS)
                raise module.error(decorator, f"`@{ast.unparse(called)}` is not of the language, which has @{known}")
            _check_options(module, symbol.name, decorator)
            if decorators and {symbol.name, *decorators} not in ({"hook", "function"}, {"implements", "function"}):
                raise module.error(decorator, f"@{symbol.name} and @{' @'.join(decorators)} exclude each other; keep one")
            decorators[symbol.name] = call
        if not decorators:
            raise module.error(node, f"`{node.name}` has no decorator; say with @routine, @action or @function what it is")
        arguments = node.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or arguments.posonlyargs:
            raise module.error(node, "parameters are plain: `name: Type`, without defaults or stars")
        if node.returns is None:
            raise module.error(node, f"`{node.name}` needs a result type: `-> None`, or what it returns")
        return Code(node.name, module, node, decorators)

    def parameters_of(self, code: Code) -> tuple[tree.Binding, ...]:
        """The parameters with what they run over, which only those of actions and invariants do."""
        found = []
        runs = not code.is_function and not code.is_routine
        combinations = 1
        for argument in code.node.args.args:
            if argument.annotation is None:
                raise code.module.error(argument, f"the parameter `{argument.arg}` needs a type")
            type_ = self.annotation(code.module, argument.annotation)
            if runs:
                combinations *= self.values_of(type_)
                sized(code.module, argument, "the number of values that the parameters run over together", combinations)
            domain = self.domain_of(code.module.position(argument), type_) if runs else tree.ValuesDomain(())
            found.append(tree.Binding(tree.Local(argument.arg, type_), domain))
        return tuple(found)

    def values_of(self, type_: tree.Type) -> int:
        """How many values a parameter of the type runs over."""
        match type_:
            case tree.ReferenceType(record):
                return self.records[record].count
            case tree.IntType(low, high):
                return high - low + 1
            case tree.BoolType():
                return 2
            case tree.EnumType(members=members):
                return len(members)
            case tree.FlagsType():
                return 1 << type_.mask.bit_count()

    def domain_of(self, position: tree.Position, type_: tree.Type) -> tree.Domain:
        """All values of a type: what an action's or invariant's parameter runs over."""
        match type_:
            case tree.ReferenceType(record):
                return tree.ArenaDomain(record)
            case tree.IntType(low, high):
                return tree.RangeDomain(build.integer(position, low), build.integer(position, high + 1))
            case tree.BoolType():
                return tree.ValuesDomain((build.boolean(position, False), build.boolean(position, True)))
            case tree.EnumType(members=members):
                return tree.ValuesDomain(tuple(tree.Constant(position, type_, i) for i in range(len(members))))
            case tree.FlagsType():
                values = [0]
                for _, bit in sorted(type_.members, key=lambda member: member[1]):
                    values += [value | bit for value in values]
                return tree.ValuesDomain(tuple(tree.Constant(position, type_, v) for v in values))

    def result_of(self, code: Code) -> tree.Type | None:
        """The type that the code returns, None for nothing. A function may say `int`: the range is that of its body."""
        returns = code.node.returns
        assert returns is not None
        if isinstance(returns, ast.Constant) and returns.value is None:
            return None
        if code.is_function and isinstance(returns, ast.Name) and returns.id == "int":
            return self.function(code).body.type
        return self.annotation(code.module, returns)

    def translator(self, code: Code) -> ExpressionTranslator:
        """A translator that knows the code's parameters."""
        translator = ExpressionTranslator(self, code.module)
        for binding in self.parameters_of(code):
            local = binding.local
            translator.names[local.name] = tree.LocalRead(code.module.position(code.node), local.type, local.name)
            translator.local_types[local.name] = local.type
        return translator

    def function(self, code: Code) -> tree.Function:
        """The syntax tree of a function, translated once."""
        if code.name in self.functions:
            return self.functions[code.name]
        if code.name in self._functions_begun:
            raise code.module.error(code.node, f"the function `{code.name}` calls itself; a function has no recursion")
        self._functions_begun.add(code.name)
        returns = code.node.returns
        assert returns is not None
        if isinstance(returns, ast.Constant) and returns.value is None:
            raise code.module.error(code.node, f"the function `{code.name}` has to return a value; a @routine can return none")
        result = None if isinstance(returns, ast.Name) and returns.id == "int" else self.annotation(code.module, returns)
        body = function_body(self.translator(code), code.node.body, result, code.node)
        if not isinstance(body.type, tree.IntType) and result is None:
            raise code.module.error(code.node, f"`{code.name}` promises an int, and its value is none")
        parameters = tuple(binding.local for binding in self.parameters_of(code))
        self.functions[code.name] = tree.Function(code.name, parameters, body, code.module.position(code.node))
        return self.functions[code.name]

    def use_code(self, code: Code) -> str:
        """Note that the program needs this code; the name that stands for it (a hook's implementation, if it has one)."""
        implementation = self.implementations.get(code.name)
        if implementation is not None:
            return implementation
        self.used_code.setdefault(code.name, code)
        return code.name

    def is_function(self, name: str) -> bool:
        """Whether code that the program needs is a function."""
        return self.used_code[name].is_function

    def all_code(self, module: Module) -> Iterable[Code]:
        """The decorated functions that a module defines itself, in source order."""
        for name, definition in module.definitions.items():
            if isinstance(definition, ast.FunctionDef):
                symbol = self.resolve(module, name, definition)
                assert isinstance(symbol, Code)
                yield symbol


def _is_name(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()


_OPTIONS = {"routine": (0, {"noinline"}), "action": (0, {"interrupt"}), "implements": (1, set())}


def _check_options(module: Module, name: str, decorator: ast.expr) -> None:
    """ModelError if a decorator has arguments that it does not take."""
    if not isinstance(decorator, ast.Call) or name in ("invariant", "lemma", "constraint", *ON_RUNS):
        return
    count, keywords = _OPTIONS.get(name, (None, set[str]()))
    given = {keyword.arg for keyword in decorator.keywords}
    if count is None or len(decorator.args) != count or not given <= keywords:
        forms = {"routine": "noinline=True", "action": "interrupt=True", "implements": "hook"}
        form = f"@{name}({forms[name]})" if name in forms else f"@{name}"
        raise module.error(decorator, f"@{name} does not take these arguments; write {form}")
