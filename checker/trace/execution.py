# SPDX-License-Identifier: GPL-2.0-only
"""Runs the syntax tree directly: statements and calls as Python generators that pause where a step may end.

Part of the independent replayer. The generators yield before each access point and after a pushed frame, and nowhere
inside `atomic`, actions, `initial` and predicates. evaluation.py has the expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from checker.language import tree
from checker.language.schedule import Call
from checker.language.tree import Expression, Position, Statement
from checker.trace.evaluation import Evaluation, Scope, scope_of
from checker.trace.operators import arithmetic
from checker.trace.state import Arguments, Boundary, Frame, Kind, Owner, Steps, Stopped


class Flow(Enum):
    """Where control goes after a statement."""

    NEXT = 1
    BREAK = 2
    CONTINUE = 3
    RETURN = 4


def conjuncts(condition: Expression) -> tuple[Expression, ...]:
    """The conditions that have to hold together, in the order in which they are evaluated."""
    if isinstance(condition, tree.Logical) and condition.operator == "and":
        return condition.operands
    return (condition,)


def passed(routine: tree.Routine, scope: Scope) -> Arguments:
    """The arguments of a routine that is about to run in this scope."""
    return tuple((parameter, scope.values[parameter.name]) for parameter in routine.parameters)


class Execution(Evaluation):
    """Code that runs: in a frame, or (frame is None) all at once for an action, `initial` or a predicate."""

    # --- calls -------------------------------------------------------------------------------------------------------

    def bind(self, parameters: Sequence[tree.Local], arguments: Sequence[Expression], outer: Scope, inner: Scope) -> Steps[None]:
        """Passes arguments, evaluated in the outer scope, to the parameters in the inner one."""
        values = yield from self.values(arguments, outer)
        for parameter, argument, value in zip(parameters, arguments, values, strict=True):
            inner.values[parameter.name] = self.state.fit(parameter.type, value, argument.position)

    def call(self, call: tree.Call, scope: Scope) -> Steps[int]:
        """The result of a call, 0 if it has none."""
        if call.callee in self.program.functions:
            function = self.program.functions[call.callee]
            inner = scope_of(function.parameters, ())
            yield from self.bind(function.parameters, call.arguments, scope, inner)
            return self.state.fit(call.type, (yield from self.evaluate(function.body, inner)), call.position)
        routine = self.program.routines[call.callee]
        inner = scope_of(routine.parameters, routine.locals, routine.result)
        yield from self.bind(routine.parameters, call.arguments, scope, inner)
        self.state.called.append(routine.name)
        self.stand(call.position)
        if routine.noinline:
            if self.atomic or self.frame is None:
                raise ValueError(f"{call.position}: {routine.name} needs a frame of its own, inside one step")
            self.push(self.frame.owner, routine, inner, call.position, called=True)
            yield Boundary.PUSH
            return self.frame.result
        self.chain.append(Call(routine.name, routine.position))
        self.arguments.append(passed(routine, inner))
        result = yield from self.run(routine, inner)
        self.chain.pop()
        self.arguments.pop()
        return result

    def run(self, routine: tree.Routine, scope: Scope) -> Steps[int]:
        """The routine's body, with its parameters bound in the scope."""
        flow = yield from self.block(routine.body, scope)
        if flow is not Flow.RETURN and routine.result is not None:
            raise ValueError(f"{routine.position}: {routine.name} ends without a result")
        return scope.result

    def push(self, owner: Owner, routine: tree.Routine, scope: Scope, position: Position, called: bool) -> None:
        """Gives the owner one more frame, which stands at the start of the routine."""
        frames = self.state.frames[owner]
        if len(frames) >= self.program.records[owner[0]].frames:
            raise Stopped(Kind.CUT, "frames", position)
        frame = Frame(owner, [Call(routine.name, routine.position)], called, [passed(routine, scope)])
        frame.code = Execution(self.state, frame).run(routine, scope)
        if tree.enters_a_loop(routine):
            boundary = next(frame.code)
            assert boundary is Boundary.ACCESS
            frame.local_first = False
        frames.append(frame)

    # --- statements --------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[Statement], scope: Scope) -> Steps[Flow]:
        for statement in statements:
            flow = yield from self.execute(statement, scope)
            if flow is not Flow.NEXT:
                return flow
        return Flow.NEXT

    def execute(self, statement: Statement, scope: Scope) -> Steps[Flow]:
        if not self.atomic:
            self.stand(statement.position)
        match statement:
            case tree.Assign():
                yield from self.assign(statement, scope)
            case tree.Evaluate(value=value):
                yield from self.evaluate(value, scope)
            case tree.If(test=test, then=then, otherwise=otherwise):
                chosen = then if (yield from self.evaluate(test, scope)) else otherwise
                return (yield from self.block(chosen, scope))
            case tree.While() | tree.For():
                return (yield from self.loop(statement, scope))
            case tree.Break():
                return Flow.BREAK
            case tree.Continue():
                return Flow.CONTINUE
            case tree.Return(value=value):
                if value is not None:
                    result = yield from self.evaluate(value, scope)
                    if scope.result_type is None:
                        raise ValueError(f"{statement.position}: a result where none is declared")
                    scope.result = self.state.fit(scope.result_type, result, statement.position)
                return Flow.RETURN
            case tree.Atomic(body=body):
                yield from self.access(statement.position)
                return self.at_once(self.block(body, scope))
            case tree.Require(condition=condition):
                yield from self.access(statement.position)
                for operand in conjuncts(condition):
                    start = len(self.state.looked)
                    if not self.at_once(self.evaluate(operand, scope)):
                        reads, stacks = self.state.reads(start), self.state.stacks_read(start)
                        text = "a requirement does not hold"
                        raise Stopped(Kind.NOT_POSSIBLE, text, operand.position, reads=reads, stacks=stacks)
            case tree.Check(condition=condition, property=property, message=message):
                yield from self.access(statement.position)
                start = len(self.state.looked)
                if not self.at_once(self.evaluate(condition, scope)):
                    reads, stacks = self.state.reads(start), self.state.stacks_read(start)
                    text = self.text(message, scope)
                    raise Stopped(Kind.CHECK, text, statement.position, property, reads=reads, stacks=stacks)
            case tree.Halt(reason=reason):
                raise Stopped(Kind.HALT, reason, statement.position)
            case tree.Free(record=record, pointer=pointer):
                address = yield from self.evaluate(pointer, scope)
                yield from self.access(statement.position)
                self.state.free(record, self.state.instance(record, address, statement.position))
            case tree.Enter():
                yield from self.enter(statement, scope)
            case _:
                raise ValueError(f"{statement.position}: unknown statement {type(statement).__name__}")
        return Flow.NEXT

    def assign(self, statement: tree.Assign, scope: Scope) -> Steps[None]:
        target, operator, position = statement.target, statement.operator, statement.position
        if isinstance(target, str):
            value = yield from self.evaluate(statement.value, scope)
            if operator is not None:
                value = arithmetic(operator, scope.values[target], value, position)
            scope.values[target] = self.state.fit(scope.types[target], value, position)
        elif operator is None:
            value = yield from self.evaluate(statement.value, scope)
            operands = yield from self.operands(target, scope, value)
            yield from self.store(target, operands, value, position)
        else:
            operands = yield from self.operands(target, scope, late=not self.atomic)
            before = yield from self.load(target, operands, position)
            value = yield from self.evaluate(statement.value, scope)
            value = arithmetic(operator, before, value, position)
            yield from self.store(target, operands, value, position)

    def loop(self, statement: tree.While | tree.For, scope: Scope) -> Steps[Flow]:
        values = None
        if isinstance(statement, tree.For):
            values = iter((yield from self.domain(statement.binding.domain, scope)))
        while True:
            if isinstance(statement, tree.While):
                if not (yield from self.evaluate(statement.test, scope)):
                    return Flow.NEXT
            else:
                assert values is not None
                value = next(values, None)
                if value is None:
                    return Flow.NEXT
                self.set_bound(statement.binding, value, statement.position, scope)
            flow = yield from self.block(statement.body, scope)
            if flow is Flow.BREAK:
                return Flow.NEXT
            if flow is Flow.RETURN:
                return flow

    def enter(self, statement: tree.Enter, scope: Scope) -> Steps[None]:
        if self.frame is not None:
            raise ValueError(f"{statement.position}: a frame enters another; only actions and initial code may")
        owner = yield from self.evaluate(statement.owner, scope)
        routine = self.program.routines[statement.routine]
        inner = scope_of(routine.parameters, routine.locals, routine.result)
        yield from self.bind(routine.parameters, statement.arguments, scope, inner)
        index = self.state.instance(statement.record, owner, statement.position)
        self.push((statement.record, index), routine, inner, statement.position, called=False)
