# SPDX-License-Identifier: GPL-2.0-only
"""C statements -> statements of the tree."""

from __future__ import annotations

from collections.abc import Callable

from checker import counting
from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.syntax.walking import walk
from checker.language.c.translate import rounds
from checker.language.c.translate.blocks import Left
from checker.language.c.translate.calls import NO_ASSEMBLER
from checker.language.c.translate.code import CLocal, described
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.integers import counts_alike
from checker.language.c.translate.parts import Counted, counted, jumps_out, used_after
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.switches import SwitchTranslator
from checker.language.c.translate.table import Guard
from checker.language.c.translate.text import Text
from checker.language.c.translate.types import UNSIGNED_LONG, CPointer, CType, CVoid
from checker.language.c.translate.values import Kind, Nothing, Opaque, OpaqueKind, Scalar, ScalarKind, Value
from checker.language.flow import ends

Result = Callable[[tree.Position, tree.Expression | None], tree.Expression | None]
"""What a hook makes of the result of the function that implements it."""


class StatementTranslator(SwitchTranslator):
    """Translates the body of one function.

    returns: its type in C. result: what the routine returns, None while no `return` has been met. adapted: what a hook makes of
    the result, None where it is passed on.
    """

    def __init__(self, text: Text, name: str, returns: CType, adapted: Result | None = None) -> None:
        super().__init__(text)
        self.function = name
        self.returns = returns
        self.adapted = adapted
        self.result: Kind | None = None if isinstance(returns, CVoid) else text.kind_of(returns)

    def statement(self, node: syntax.Statement) -> None:
        match node:
            case syntax.Empty() | syntax.Label():
                return
            case syntax.Compound(statements=statements):
                self.block(statements)
            case syntax.Declaration():
                self.declaration(node)
            case syntax.ExpressionStatement(expression=expression):
                self.effects(expression)
            case syntax.If():
                self.branch(node)
            case syntax.For():
                self.for_loop(node)
            case syntax.While(test=test, body=body):
                self.while_loop(node, test, body, None)
            case syntax.DoWhile(test=test, body=body):
                self.do_loop(node, test, body)
            case syntax.Switch():
                self.switch(node)
            case syntax.Return(value=value):
                self.return_(node, value)
            case syntax.Break() | syntax.Continue():
                self.jump(node)
            case syntax.Goto():
                self.goto(node)
            case syntax.IteratorLoop():
                self.iterate(node)
            case syntax.GuardStatement() | syntax.ScopedGuard():
                self.guard(node)
            case syntax.Asm():
                raise error(node, NO_ASSEMBLER)
            case _:
                raise error(node, "this statement has no counterpart in a model; see docs/reference/c-language.md")

    def declaration(self, node: syntax.Declaration) -> None:
        for word in node.attributes:
            if word in ("static", "extern", "__free", "typedef"):
                raise error(node, f"a local with `{word}` has no counterpart in a model; see docs/reference/c-language.md")
        if isinstance(node.type, syntax.ArrayType):
            raise error(node, f"`{node.name}` is a local array, which a model does not have; use single variables")
        if node.initialiser is None:
            self.declare(node, node.name, self.text.c_type(node.type))
            return
        value = self.value(node.initialiser)
        self.write(node, self.declare(node, node.name, self.text.c_type(node.type)), value)

    # -- branches --

    def branch(self, node: syntax.If) -> None:
        test = self.condition(node.test)
        when_true = self.when_true
        if isinstance(test, tree.Constant):
            taken = node.then if test.value else node.otherwise
            other = node.otherwise if test.value else node.then
            self.text.left_out(other)
            if not _asks_for_configuration(node.test):
                self.check_known(other)
            if taken is not None:
                self.block([taken])
            return
        before = set(self.assigned)
        self.assigned |= when_true
        then = self.side(node.then)
        after_then = self.assigned
        self.assigned = before
        otherwise = self.side(node.otherwise)
        self.emit(tree.If(at(node), test, tuple(then), tuple(otherwise)))
        if ends(then, endless_loops=True):
            return
        self.assigned = after_then if ends(otherwise, endless_loops=True) else self.assigned & after_then

    def side(self, node: syntax.Statement | None) -> list[tree.Statement]:
        with self.collected() as found:
            if node is not None:
                self.block([node])
        return found

    # -- loops --

    def for_loop(self, node: syntax.For) -> None:
        with self.nested():
            loop = counted(node)
            if (
                loop is not None
                and not self.is_needed_later(node, loop)
                and self.range_loop(node, loop.name, loop.low, loop.high, loop.strict)
            ):
                return
            for statement in node.initial:
                self.statement(statement)
            self.while_loop(node, node.test, node.body, node.step)

    def range_loop(self, node: syntax.For, name: str, low: syntax.Expression, high: syntax.Expression, strict: bool) -> bool:
        """A loop over a range that is known when it begins. False if the bounds are no numbers, or may change."""
        declared = node.initial[0] if isinstance(node.initial[0], syntax.Declaration) else None
        local = self.declare(declared, name, self.text.c_type(declared.type)) if declared else self.scope.get(name)
        with self.collected() as effects:
            values = self.value(low), self.value(high)
        if local is None or effects or not all(isinstance(value, Scalar) for value in values):
            return False
        if not all(isinstance(v.expression.type, tree.IntType) and not self.does_anything(v.expression) for v in values):  # type: ignore[union-attr]
            return False
        first, last = (self.integer(bound) for bound in (low, high))
        position = at(node)
        if not strict:
            last = build.binary(position, "+", last, build.integer(position, 1))
        assert isinstance(first.type, tree.IntType)
        assert isinstance(last.type, tree.IntType)
        if not counts_alike(local.type, first.type, last.type, self.scalar(high)):
            return False
        type_ = tree.IntType(first.type.low, max(first.type.low, last.type.high - 1))
        unique = self.unique(name)
        self.locals[unique] = type_
        inner = CLocal(name, unique, local.type, node, False, ScalarKind(type_, local.type))
        before = set(self.assigned)
        self.scope[name] = inner
        self.assigned.add(unique)
        with self.looping(), self.collected() as body:
            self.block([node.body])
        self.scope[name] = local
        self.assigned = before
        domain = tree.RangeDomain(first, last)
        self.emit(tree.For(position, tree.Binding(tree.Local(unique, type_), domain), tuple(body)))
        return True

    def while_loop(
        self, node: syntax.Statement, test: syntax.Expression | None, body: syntax.Statement, step: syntax.Expression | None
    ) -> None:
        position = at(node)
        with self.collected() as before_test:
            condition: tree.Expression = build.boolean(position, True) if test is None else self.condition(test)
        if isinstance(condition, tree.Constant) and not condition.value:
            self.statements += before_test
            if test is not None and not _asks_for_configuration(test):
                self.check_known(body)
            return
        known = set(self.assigned)
        self.assigned |= self.when_true
        with self.looping(step) as loop, self.collected() as inner:
            self.block([body])
            if step is not None and not self.ended():
                self.effects(step)
        self.assigned = known
        self.after([*loop.exits, *([] if isinstance(condition, tree.Constant) else [known])])
        if before_test:
            leave = tree.If(position, condition, (), (tree.Break(position),))
            inner = [*before_test, leave, *inner]
            condition = build.boolean(position, True)
        self.emit(rounds.loop(position, condition, inner))

    def do_loop(self, node: syntax.DoWhile, test: syntax.Expression, body: syntax.Statement) -> None:
        """do { } while (test): a loop that is left at its end; `do { } while (0)` is a block."""
        position = at(node)
        if isinstance(test, syntax.Number) and not test.value and not jumps_out(body):
            self.block([body])
            return
        with self.looping(again=test) as loop, self.collected() as inner:
            self.block([body])
            if not self.ended():
                self.leave_unless(test, position, loop.exits)
        self.after(loop.exits)
        self.emit(rounds.forever(position, inner))

    def iterate(self, node: syntax.IteratorLoop) -> None:
        """A loop that a macro of the kernel makes."""
        loop = self.text.api.loops.get(node.macro)
        if loop is None:
            known = ", ".join(self.text.api.loops) or "none"
            raise error(node, f"the loop `{node.macro}` is not known; docs/reference/c-api.md has {known}")
        loop(self, node)

    def guard(self, node: syntax.GuardStatement | syntax.ScopedGuard) -> None:
        """guard(kind)(lock) holds a lock to the end of the block, scoped_guard(kind, lock) in the statement behind it."""
        found = self.text.api.guards.get(node.kind)
        if found is None or (isinstance(node, syntax.ScopedGuard) and node.failure is not None):
            known = ", ".join(self.text.api.guards)
            raise error(node, f"guard({node.kind}) is not known; docs/reference/c-api.md has {known}")
        if len(node.arguments) != found.takes:
            raise error(node, f"guard({node.kind}) takes {counting.counted(found.takes, 'argument')}, not {len(node.arguments)}")
        if isinstance(node, syntax.GuardStatement):
            self.hold(self.taken(node, found))
            return
        self.guards.append([self.taken(node, found)])
        with self.looping(kind=Left.SCOPED_GUARD):
            self.block([node.body])
        if not self.ended():
            self.leave(len(self.guards) - 1)
        self.guards.pop()

    def taken(self, node: syntax.GuardStatement | syntax.ScopedGuard, found: Guard) -> Callable[[], None]:
        """Take what a guard takes; gives what emits that it is given back. The lock is the one that is meant here, saved flags
        are the guard's own."""
        hidden: list[CLocal] = []
        with self.nested():
            for argument in node.arguments:
                value = self.value(argument)
                hidden.append(self.declare(node, f"{node.kind}@lock", CPointer(CVoid())))
                self.write(node, hidden[-1], value)
            if found.saves:
                hidden.append(self.declare(node, f"{node.kind}@flags", UNSIGNED_LONG))
        self.with_hidden(node, found.take, hidden)
        return lambda: self.with_hidden(node, found.give_back, hidden)

    def with_hidden(self, node: syntax.Node, name: str, hidden: list[CLocal]) -> None:
        """A call that no text has, with locals that no text has."""
        with self.nested():
            for local in hidden:
                self.scope[local.name] = local
                if local.kind is not None:
                    self.assigned.add(local.unique)
            arguments = tuple(syntax.Name(node.position, local.name) for local in hidden)
            self.effects(syntax.Call(node.position, syntax.Name(node.position, name), arguments))

    # -- leaving --

    def return_(self, node: syntax.Return, given: syntax.Expression | None) -> None:
        position = at(node)
        value: Value = Nothing()
        if given is not None:
            value = self.value(given)
        if isinstance(self.returns, CVoid):
            if not isinstance(value, Nothing):
                raise error(node, f"`{self.function}` returns nothing, and this returns a value")
            self.leave(0)
            self.emit(tree.Return(position, self.adapted(position, None) if self.adapted else None))
            return
        if self.guards_held() and self.reads_or_calls(value):
            value = self.kept(node, value)
        self.leave(0)
        self.emit(tree.Return(position, self.returned(node, value)))

    def reads_or_calls(self, value: Value) -> bool:
        return isinstance(value, Scalar) and self.does_anything(value.expression)

    def returned(self, node: syntax.Return, value: Value) -> tree.Expression | None:
        """A result, of the kind that the function returns."""
        position = at(node)
        if self.result is None:
            match value:
                case Scalar(expression, c_type):
                    is_number = isinstance(expression.type, (tree.IntType, tree.BoolType))
                    type_ = self.text.integer_type(self.returns) if is_number else expression.type
                    self.result = ScalarKind(type_, self.returns if is_number else c_type)
                case Opaque(what):
                    self.result = OpaqueKind(what)
                case _:
                    raise error(
                        node, f"`{self.function}` returns {described(value)}, which a model cannot return; return what it is of"
                    )
        match self.result:
            case ScalarKind(type_, _):
                expression = fitted(position, value, type_, "the result")
                return self.adapted(position, expression) if self.adapted else expression
            case OpaqueKind() if isinstance(value, Opaque):
                return None
        raise error(node, f"`{self.function}` returns {described(value)} here, and something else elsewhere")

    def guards_held(self) -> bool:
        return any(self.guards)

    def finish(self, node: syntax.Node) -> None:
        """The end of the function: a return without a value."""
        if not isinstance(self.returns, CVoid):
            raise error(node, f"`{self.function}` can end without `return`, and its result is used; return one on every way")
        self.emit(tree.Return(at(node), self.adapted(at(node), None) if self.adapted else None))

    def is_needed_later(self, node: syntax.For, loop: Counted) -> bool:
        """Whether the counter may be read after the loop."""
        if isinstance(node.initial[0], syntax.Declaration):
            return False
        return used_after(loop.name, self.rest()) or bool(self.loops)


def _asks_for_configuration(test: syntax.Expression) -> bool:
    """Whether a condition is about the configuration, so that text under it may be of another kernel."""
    return any(isinstance(part, syntax.Number) and part.configured for part in walk(test))
