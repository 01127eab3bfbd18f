# SPDX-License-Identifier: GPL-2.0-only
"""Python statements -> statements of the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.language import build, tree
from checker.language.python.code.expressions import ExpressionTranslator, operator_of
from checker.language.python.code.flow import known_after
from checker.language.python.code.messages import message
from checker.language.python.source.symbols import Code, StructVariable, Symbol
from checker.language.types import NULL_TYPE, describe

AnnotationReader = Callable[[ast.expr], tree.Type]
PropertyReader = Callable[[ast.expr], str]


@dataclass
class _Declared:
    """What is known of a local: whether its type was annotated, and whether it is a loop's own."""

    type: tree.Type
    annotated: bool


class StatementTranslator:
    """Translates the body of one routine, action or `initial`.

    waits: `require`, steps and loops of a routine are allowed (not inside atomic code). result: what `return` gives.
    """

    def __init__(
        self,
        translator: ExpressionTranslator,
        annotation: AnnotationReader,
        property_of: PropertyReader,
        parameters: Sequence[tree.Local],
        result: tree.Type | None,
        is_routine: bool,
    ) -> None:
        self.translator = translator
        self.module = translator.module
        self.annotation = annotation
        self.property_of = property_of
        self.result = result
        self.is_routine_code = is_routine
        translator.at_once = not is_routine
        self.declared: dict[str, _Declared] = {}
        self.loop_locals: set[str] = set()
        self.loop_depth = 0
        self.globals: set[str] = set()
        translator.effects = True
        for parameter in parameters:
            self.declared[parameter.name] = _Declared(parameter.type, True)
            translator.local_types[parameter.name] = parameter.type

    def locals(self, parameters: Sequence[tree.Local]) -> tuple[tree.Local, ...]:
        """Every local of the code that is not a parameter."""
        names = {parameter.name for parameter in parameters}
        return tuple(tree.Local(n, t) for n, t in self.translator.local_types.items() if n not in names)

    def body(self, statements: Sequence[ast.stmt]) -> tuple[tree.Statement, ...]:
        found: list[tree.Statement] = []
        for statement in statements:
            found.extend(self.statement(statement))
        return tuple(found)

    def statement(self, node: ast.stmt) -> list[tree.Statement]:
        position = self.module.position(node)
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                return []
            case ast.Global(names=names):
                for name in names:
                    self.check_global(node, name)
                self.globals.update(names)
                return []
            case ast.Expr(value=ast.Call() as call):
                return [self.call_statement(call)]
            case ast.Assign(targets=[target], value=value):
                return [self.assign(node, target, value)]
            case ast.Assign():
                raise self.module.error(node, "assign to one target at a time")
            case ast.AnnAssign(target=ast.Name() as target, annotation=annotation, value=value) if value is not None:
                return [self.assign_local(position, target, self.translator.expression(value), self.annotation(annotation))]
            case ast.AnnAssign():
                raise self.module.error(node, "an annotated local needs a value: `name: Type = value`")
            case ast.AugAssign(target=target, op=operator, value=value):
                return [self.augmented(node, target, operator_of(self.module, operator, node), value)]
            case ast.If(test=test, body=body, orelse=orelse):
                return self.branch(position, test, body, orelse)
            case ast.For():
                return [self.for_loop(node)]
            case ast.While():
                return [self.while_loop(node)]
            case ast.Break() | ast.Continue() if self.loop_depth:
                return [tree.Break(position) if isinstance(node, ast.Break) else tree.Continue(position)]
            case ast.Return(value=value):
                return [self.return_(node, value)]
            case ast.With():
                return [self.atomic_block(node)]
        raise self.refused(node)

    def refused(self, node: ast.stmt) -> Exception:
        advice = {
            ast.Assert: "assert: write check(condition, property, message)",
            ast.Raise: "raise: write check(condition, property, message), or halt(reason)",
            ast.Try: "try: a routine returns what went wrong",
            ast.Delete: "del: write free(pointer)",
            ast.FunctionDef: "functions inside functions: define it at module level",
            ast.Match: "match: write if and elif",
            ast.Import: "imports inside code: import at the top of the file",
            ast.ImportFrom: "imports inside code: import at the top of the file",
            ast.Break: "`break` outside a loop: write it inside the loop that it leaves",
            ast.Continue: "`continue` outside a loop: write it inside the loop that it goes on with",
        }.get(type(node), f"{type(node).__name__} here: see docs/reference/language.md for what it has")
        if isinstance(node, ast.Expr):
            advice = "expressions that stand alone: assign the value, or call a routine"
        return self.module.error(node, f"the language does not have {advice}")

    def check_global(self, node: ast.Global, name: str) -> None:
        known = self.module.definitions
        if name not in known or not isinstance(
            self.translator.resolver.resolve(self.module, name, node), tree.Variable | StructVariable
        ):
            raise self.module.error(node, f"`{name}` is not a module variable; declare it `{name}: Type = initial value`")

    # -- assignments --

    def assign(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> tree.Statement:
        expression = self.translator.expression(value)
        if isinstance(target, ast.Name) and not self.is_variable(target):
            return self.assign_local(self.module.position(node), target, expression, None)
        place = self.target(target)
        return tree.Assign(
            self.module.position(node), place, build.fit(expression, place.variable.type, f"`{place.variable.name}`")
        )

    def is_variable(self, target: ast.Name) -> bool:
        """Whether the name is a module variable that the code declares `global`."""
        if target.id in self.declared or target.id not in self.module.definitions:
            return False
        if not isinstance(self.translator.symbol(target), tree.Variable):
            return False
        if target.id not in self.globals:
            raise self.module.error(target, f"`{target.id}` is a module variable; write `global {target.id}` first")
        return True

    def target(self, target: ast.expr) -> tree.Place:
        place = self.translator.place(target)
        if len(place.indices) < len(place.variable.shape):
            raise self.module.error(target, "assign to one element of the array")
        return place

    def assign_local(
        self, position: tree.Position, target: ast.Name, value: tree.Expression, annotated: tree.Type | None
    ) -> tree.Statement:
        name = target.id
        if name in self.loop_locals:
            raise self.module.error(target, f"`{name}` is the loop's own here; use another name")
        known = self.declared.get(name)
        if known is None and name in self.module.definitions:
            raise self.module.error(target, f"`{name}` has a meaning in this file already; give the local another name")
        if known is None:
            if annotated is None and value.type == NULL_TYPE:
                raise self.module.error(target, f"`{name}` starts as None; annotate it: `{name}: Record | None = None`")
            known = self.declared[name] = _Declared(annotated or value.type, annotated is not None)
            if name in self.translator.local_types:
                raise self.module.error(
                    target, f"`{name}` is a loop's or generator's own elsewhere in this code; use another name"
                )
            self.translator.local_types[name] = known.type
        elif annotated is not None and annotated != known.type:
            raise self.module.error(target, f"`{name}` is {describe(known.type)} already; annotate its first assignment")
        if isinstance(known.type, tree.IntType) and isinstance(value.type, tree.IntType) and not known.annotated:
            if value.type.low < known.type.low or value.type.high > known.type.high:
                raise self.module.error(
                    target,
                    f"`{name}` was {describe(known.type)} and gets {describe(value.type)}; annotate its first assignment: "
                    f"`{name}: Annotated[int, Range(low, high)] = ...`",
                )
        value = build.fit(value, known.type, f"`{name}`")
        self.translator.names[name] = tree.LocalRead(position, known.type, name)
        return tree.Assign(position, name, value)

    def augmented(self, node: ast.stmt, target: ast.expr, operator: str, value: ast.expr) -> tree.Statement:
        position = self.module.position(node)
        if isinstance(target, ast.Name) and not self.is_variable(target):
            old = self.translator.name(target)
            result = build.binary(position, operator, old, self.translator.expression(value))
            return self.assign_local(position, target, result, None)
        place = self.target(target)
        if place.variable.ghost:
            self.translator.reads_ghost.append(place.position)
        expression = build.right_side(operator, self.translator.expression(value))
        old = tree.Read(place.position, place.variable.type, place)
        result = build.binary(position, operator, old, expression)
        build.fit(result, place.variable.type, f"`{place.variable.name}`")
        return tree.Assign(position, place, expression, operator)  # type: ignore[arg-type]

    # -- control flow --

    def branch(
        self, position: tree.Position, test: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]
    ) -> list[tree.Statement]:
        condition = self.translator.condition(test)
        if isinstance(condition, tree.Constant):
            taken, other = (body, orelse) if condition.value else (orelse, body)
            self.translator.left_out += [self.module.position(s) for part in other for s in ast.walk(part) if _runs(s)]
            return list(self.body(taken))
        before = dict(self.translator.names)
        then = self.body(body)
        after_then = self.translator.names
        self.translator.names = dict(before)
        otherwise = self.body(orelse)
        self.translator.names = known_after(after_then, then, self.translator.names, otherwise)
        return [tree.If(position, condition, then, otherwise)]

    def for_loop(self, node: ast.For) -> tree.Statement:
        if node.orelse:
            raise self.module.error(node, "the language does not have `for ... else`: set a local before `break`")
        if not isinstance(node.target, ast.Name):
            raise self.module.error(node.target, "a loop binds one name")
        name = node.target.id
        if name in self.declared or name in self.loop_locals:
            raise self.module.error(node.target, f"`{name}` is in use already; give the loop another name")
        domain, type_ = self.translator.domain(node.iter)
        local = self.translator.fresh(name, type_)
        self.loop_locals.add(name)
        self.loop_depth += 1
        before = dict(self.translator.names)
        with self.translator.bound(name, local, self.module.position(node.target)):
            body = self.body(node.body)
        self.translator.names = before
        self.loop_depth -= 1
        self.loop_locals.remove(name)
        return tree.For(self.module.position(node), tree.Binding(local, domain), body)

    def while_loop(self, node: ast.While) -> tree.Statement:
        if node.orelse:
            raise self.module.error(node, "the language does not have `while ... else`: set a local before `break`")
        if self.translator.at_once:
            raise self.module.error(node, "`while` may never end, and this code is one step; use `for ... in range(...)`")
        test = self.translator.condition(node.test)
        self.loop_depth += 1
        before = dict(self.translator.names)
        body = self.body(node.body)
        self.translator.names = before
        self.loop_depth -= 1
        return tree.While(self.module.position(node), test, body)

    def return_(self, node: ast.Return, value: ast.expr | None) -> tree.Statement:
        position = self.module.position(node)
        if value is None or (self.result is None and isinstance(value, ast.Constant) and value.value is None):
            if self.result is not None:
                raise self.module.error(node, f"this returns nothing, and {describe(self.result)} was promised")
            return tree.Return(position, None)
        if self.result is None:
            raise self.module.error(node, "this returns a value, and none was promised; annotate the result")
        return tree.Return(position, build.fit(self.translator.expression(value), self.result, "the result"))

    def atomic_block(self, node: ast.With) -> tree.Statement:
        match node.items:
            case [
                ast.withitem(context_expr=ast.Call(func=function, args=[ast.Constant(value=str(reason))]), optional_vars=None)
            ] if self.translator.builtin(function) == "atomic":
                if self.translator.at_once:
                    raise self.module.error(node, "this code is atomic already")
                if not reason.strip():
                    raise self.module.error(node, "say why the hardware or a lock makes this atomic")
                self.translator.at_once = True
                body = self.body(node.body)
                self.translator.at_once = False
                return tree.Atomic(self.module.position(node), reason, body)
        raise self.module.error(node, 'the language has `with atomic("why"):` only')

    # -- calls that stand alone --

    def call_statement(self, node: ast.Call) -> tree.Statement:
        position = self.module.position(node)
        called = self.translator.builtin(node.func)
        match called:
            case "require":
                self.translator.takes(node, 1)
                self.translator.effects = False
                condition = self.translator.condition(node.args[0])
                self.translator.effects = True
                return tree.Require(position, condition)
            case "check":
                self.translator.takes(node, 3)
                condition = self.translator.condition(node.args[0])
                return tree.Check(position, condition, self.property_of(node.args[1]), self.message(node.args[2]))
            case "halt":
                self.translator.takes(node, 1)
                if not isinstance(node.args[0], ast.Constant) or not isinstance(node.args[0].value, str):
                    raise self.module.error(node, "halt takes the reason, as text")
                return tree.Halt(position, node.args[0].value)
            case "free":
                self.translator.takes(node, 1)
                pointer = self.translator.expression(node.args[0])
                if not isinstance(pointer.type, tree.ReferenceType) or not pointer.type.record:
                    raise self.module.error(node, "`free` takes a reference")
                self.translator.has_allocator(pointer.type.record, node)
                return tree.Free(position, pointer.type.record, pointer)
            case "enter":
                return self.enter(node)
            case "allocate":
                return tree.Evaluate(position, self.translator.expression(node))
            case None:
                expression = self.translator.call(node)
                if isinstance(expression, tree.Call) and self.is_routine(node.func):
                    return tree.Evaluate(position, expression)
        raise self.module.error(node, f"calling `{ast.unparse(node.func)}` here has no effect; use its value, or call a routine")

    def is_routine(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Name) or node.id in self.translator.names:
            return False
        symbol: Symbol = self.translator.symbol(node)
        return isinstance(symbol, Code) and symbol.is_routine

    def enter(self, node: ast.Call) -> tree.Statement:
        if len(node.args) < 2 or node.keywords:
            raise self.module.error(node, "enter takes the owner, the routine and the routine's arguments")
        if self.is_routine_code:
            raise self.module.error(node, "pushing a frame belongs into an action or @initial; a routine calls")
        record, owner = self.translator.owner(node.args[0])
        code = self.translator.routine_name(node.args[1])
        if self.translator.resolver.result_of(code) is not None:
            raise self.module.error(
                node.args[1], f"`{code.name}` returns a value, and nobody waits for it; enter takes a routine that returns none"
            )
        arguments = self.translator.arguments(code, node, node.args[2:])
        return tree.Enter(self.module.position(node), record, owner, self.translator.resolver.use_code(code), arguments)

    def message(self, node: ast.expr) -> tree.Message:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            raise self.module.error(node, "the message is text; {expressions} in it are filled in")
        return message(self.translator, node)


def _runs(node: ast.AST) -> bool:
    """Whether a node of Python's tree is a statement that does something."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return False
    return isinstance(node, ast.stmt) and not isinstance(node, ast.Pass | ast.Global)
