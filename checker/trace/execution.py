# SPDX-License-Identifier: GPL-2.0-only
"""Runs the syntax tree directly: statements and expressions as Python generators that pause where a step may end.

Part of the independent replayer. The generators yield before each access point and after a pushed frame, and nowhere
inside `atomic`, actions, `initial` and predicates. A wild pointer has the position of the read or the statement that
uses it; a value out of range that of the assignment, argument, return, choose or cast that it does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from checker.language import tree
from checker.language.schedule import Call
from checker.language.tree import Expression, Place, Position, Statement, Type
from checker.language.values import format_value
from checker.language.walking import nodes
from checker.trace.operators import arithmetic, compare, unary
from checker.trace.state import Boundary, Frame, Kind, Owner, State, Steps, Stopped, T


class Flow(Enum):
    """Where control goes after a statement."""

    NEXT = 1
    BREAK = 2
    CONTINUE = 3
    RETURN = 4


@dataclass
class Scope:
    """The locals of one activation, and what it returns."""

    values: dict[str, int]
    types: dict[str, Type]
    result_type: Type | None = None
    result: int = 0


def scope_of(parameters: Sequence[tree.Local], locals_: Sequence[tree.Local], result: Type | None = None) -> Scope:
    """A scope in which every local is 0."""
    types = {local.name: local.type for local in (*parameters, *locals_)}
    return Scope(dict.fromkeys(types, 0), types, result)


def conjuncts(condition: Expression) -> tuple[Expression, ...]:
    """The conditions that have to hold together, in the order in which they are evaluated."""
    if isinstance(condition, tree.Logical) and condition.operator == "and":
        return condition.operands
    return (condition,)


def _quiet(place: Place) -> bool:
    """Whether reading or writing the place never takes a step: it is a constant or ghost state."""
    return place.variable.ghost or place.variable.constant


class Execution:
    """Code that runs: in a frame, or (frame is None) all at once for an action, `initial` or a predicate."""

    def __init__(self, state: State, frame: Frame | None = None) -> None:
        self.state = state
        self.program = state.program
        self.frame = frame
        self.chain: list[Call] = [] if frame is None else frame.chain
        self.atomic = frame is None

    # --- steps -------------------------------------------------------------------------------------------------------

    def at_once(self, code: Steps[T]) -> T:
        """Runs code to its end as part of one step."""
        outer, self.atomic = self.atomic, True
        try:
            next(code)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            self.atomic = outer
        raise AssertionError("atomic code paused")

    def access(self, position: Position) -> Steps[None]:
        """Stands before an access point."""
        if not self.atomic:
            self.stand(position)
            yield Boundary.ACCESS

    def stand(self, position: Position) -> None:
        if self.chain:
            self.chain[-1] = Call(self.chain[-1].routine, position)

    # --- calls -------------------------------------------------------------------------------------------------------

    def values(self, expressions: Sequence[Expression], scope: Scope) -> Steps[list[int]]:
        values = []
        for expression in expressions:
            values.append((yield from self.evaluate(expression, scope)))
        return values

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
        result = yield from self.run(routine, inner)
        self.chain.pop()
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
        frame = Frame(owner, [Call(routine.name, routine.position)], called)
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

    # --- shared state ------------------------------------------------------------------------------------------------

    def operands(self, place: Place, scope: Scope, stored: int | None = None, late: bool = False) -> Steps[list[int]]:
        """The values of the pointer and the indices of a place. They are looked at where they stand, before what comes after
        them is evaluated, unless that takes steps or has effects, or the access is a step: then at the access. stored: what is
        stored there, which is looked at before them. late: to look at the access anyway."""
        late = late or not (self.atomic or _quiet(place))
        found: list[int] = []
        for number, operand in enumerate(place.operands):
            if not late and not any(map(self.moves, place.operands[number:])):
                if stored is not None:
                    self.state.fit(place.variable.type, stored, place.position)
                self.state.selected(place, found, place.position)
            found.append((yield from self.evaluate(operand, scope)))
        return found

    def moves(self, expression: Expression) -> bool:
        """Whether evaluating the expression may take steps or has effects."""
        for node in nodes(expression):
            match node:
                case tree.Choose() | tree.Allocate():
                    return True
                case tree.Call(callee=callee) if callee in self.program.routines:
                    return True
                case tree.IsAllocated() if not self.atomic:
                    return True
                case tree.Read(place=place) if not (self.atomic or _quiet(place)):
                    return True
        return False

    def access_place(self, place: Place, position: Position) -> Steps[None]:
        """Stands before a read or write, which takes a step unless the place is a constant or ghost state."""
        if not _quiet(place):
            yield from self.access(position)

    def load(self, place: Place, operands: Sequence[int], position: Position) -> Steps[int]:
        yield from self.access_place(place, position)
        cell = self.state.locate(place, operands, position)
        return self.state.look(cell, place.variable.constant)

    def store(self, place: Place, operands: Sequence[int], value: int, position: Position) -> Steps[None]:
        """The store. Of a value out of range and a wild pointer the value is blamed, as it stands first."""
        yield from self.access_place(place, position)
        fitting = self.state.fit(place.variable.type, value, position)
        self.state.memory[self.state.locate(place, operands, position)] = fitting

    def allocate(self, record_name: str, position: Position) -> int:
        """Takes a free instance."""
        index = self.state.free_instance(record_name, position)
        self.state.allocate(record_name, index)
        return self.state.reference(record_name, index)

    # --- expressions -------------------------------------------------------------------------------------------------

    def evaluate(self, expression: Expression, scope: Scope) -> Steps[int]:
        position = expression.position
        match expression:
            case tree.Constant(value=value):
                return value
            case tree.LocalRead(name=name):
                return scope.values[name]
            case tree.Read(place=place):
                return (yield from self.load(place, (yield from self.operands(place, scope)), position))
            case tree.Unary(operator=operator, operand=operand):
                return unary(operator, expression.type, (yield from self.evaluate(operand, scope)))
            case tree.Binary(operator=operator, left=left, right=right):
                one = yield from self.evaluate(left, scope)
                other = yield from self.evaluate(right, scope)
                return arithmetic(operator, one, other, position)
            case tree.Compare(operator=operator, left=left, right=right):
                one = yield from self.evaluate(left, scope)
                other = yield from self.evaluate(right, scope)
                return int(compare(operator, one, other))
            case tree.Logical(operator=operator, operands=operands):
                decisive = operator == "or"
                first = len(self.state.looked)
                for operand in operands:
                    start = len(self.state.looked)
                    if bool((yield from self.evaluate(operand, scope))) is decisive:
                        del self.state.looked[first:start]
                        return int(decisive)
                return int(not decisive)
            case tree.Conditional(test=test, then=then, otherwise=otherwise):
                chosen = then if (yield from self.evaluate(test, scope)) else otherwise
                return (yield from self.evaluate(chosen, scope))
            case tree.Quantifier():
                return (yield from self.quantify(expression, 0, scope))
            case tree.Call():
                return (yield from self.call(expression, scope))
            case tree.Choose():
                yield from self.access(position)
                options = self.at_once(self.options(expression, scope))
                return self.state.choose(expression.type, options, position)
            case tree.Cast(operand=operand):
                return self.state.fit(expression.type, (yield from self.evaluate(operand, scope)), position)
            case tree.Allocate(record=record):
                yield from self.access(position)
                return self.allocate(record, position)
            case tree.IsAllocated(record=record, operand=operand):
                value = yield from self.evaluate(operand, scope)
                yield from self.access(position)
                return int(self.state.look_allocated(record, self.state.instance(record, value, position, True)))
            case tree.Processor():
                if self.state.processor is None or self.program.processor is None:
                    raise ValueError(f"{position}: no processor executes this")
                return self.state.reference(self.program.processor, self.state.processor)
            case tree.InRoutine(record=record, owner=owner, routine=routine):
                value = yield from self.evaluate(owner, scope)
                frames = self.state.look_at_frames((record, self.state.instance(record, value, position)))
                return int(any(call.routine == routine for frame in frames for call in frame.chain))
            case tree.HasFrames(record=record, owner=owner):
                value = yield from self.evaluate(owner, scope)
                return int(bool(self.state.look_at_frames((record, self.state.instance(record, value, position)))))
            case tree.Calls(processor=processor, routine=routine):
                value = yield from self.evaluate(processor, scope)
                stepping, called = self.state.next_step
                if stepping is None or self.program.processor is None:
                    return 0
                return int(value == self.state.reference(self.program.processor, stepping) and routine in called)
            case _:
                raise ValueError(f"{position}: unknown expression {type(expression).__name__}")

    def domain(self, domain: tree.Domain, scope: Scope) -> Steps[Sequence[int]]:
        match domain:
            case tree.RangeDomain(low=low, high=high):
                start = yield from self.evaluate(low, scope)
                return range(start, (yield from self.evaluate(high, scope)))
            case tree.ArenaDomain(record=record):
                return [self.state.reference(record, index) for index in range(self.program.records[record].count)]
            case tree.ValuesDomain(values=values):
                return (yield from self.values(values, scope))
            case _:
                raise ValueError(f"unknown domain {type(domain).__name__}")

    def set_bound(self, binding: tree.Binding, value: int, position: Position, scope: Scope) -> None:
        scope.values[binding.local.name] = self.state.fit(binding.local.type, value, position)

    def options(self, choose: tree.Choose, scope: Scope) -> Steps[tuple[int, ...]]:
        options: dict[int, None] = {}
        for value in (yield from self.domain(choose.binding.domain, scope)):
            self.set_bound(choose.binding, value, choose.position, scope)
            if choose.condition is None or (yield from self.evaluate(choose.condition, scope)):
                options[value] = None
        return tuple(options)

    def quantify(self, quantifier: tree.Quantifier, depth: int, scope: Scope) -> Steps[int]:
        """The quantifier from its binding number `depth` on, with the earlier ones bound."""
        kind = quantifier.kind
        if kind == "first":
            return (yield from self.first(quantifier, scope))
        neutral = int(kind == "all")
        if depth == len(quantifier.bindings):
            if quantifier.condition is not None and not (yield from self.evaluate(quantifier.condition, scope)):
                return neutral
            return (yield from self.evaluate(quantifier.body, scope))
        binding = quantifier.bindings[depth]
        total = neutral
        domain = yield from self.domain(binding.domain, scope)
        first = len(self.state.looked)
        for number, value in enumerate(domain):
            start = len(self.state.looked)
            self.set_bound(binding, value, quantifier.position, scope)
            inner = yield from self.quantify(quantifier, depth + 1, scope)
            if kind == "sum":
                total += inner
            elif bool(inner) is not bool(neutral):
                del self.state.looked[first:start]
                if self.is_symmetric(binding.domain):
                    yield from self.look_at(quantifier, depth, domain[number + 1 :], scope)
                return 1 - neutral
        return total

    def is_symmetric(self, domain: tree.Domain) -> bool:
        return isinstance(domain, tree.ArenaDomain) and self.program.records[domain.record].symmetric

    def look_at(self, quantifier: tree.Quantifier, depth: int, values: Sequence[int], scope: Scope) -> Steps[None]:
        """Evaluates the quantifier for the instances after the one that decided it: they cannot change its value, but a wild
        pointer counts whatever the order of the arena is. What this reads explains nothing."""
        found, looked = dict(self.state.found), list(self.state.looked)
        for value in values:
            self.set_bound(quantifier.bindings[depth], value, quantifier.position, scope)
            if quantifier.kind == "first":
                if quantifier.condition is not None:
                    yield from self.evaluate(quantifier.condition, scope)
            else:
                yield from self.quantify(quantifier, depth + 1, scope)
        self.state.found, self.state.looked = found, looked

    def first(self, quantifier: tree.Quantifier, scope: Scope) -> Steps[int]:
        binding = quantifier.bindings[0]
        domain = yield from self.domain(binding.domain, scope)
        for number, value in enumerate(domain):
            self.set_bound(binding, value, quantifier.position, scope)
            if quantifier.condition is None or (yield from self.evaluate(quantifier.condition, scope)):
                if self.is_symmetric(binding.domain):
                    yield from self.look_at(quantifier, 0, domain[number + 1 :], scope)
                return value
        return 0

    def text(self, message: tree.Message, scope: Scope) -> str:
        """The message with its expressions' values. One that cannot be evaluated, say because it follows the very
        pointer that is wild, prints as `?`: it must not hide the violation. What it reads is not read by the step."""
        parts = []
        found = dict(self.state.found)
        for part in message:
            if isinstance(part, str):
                parts.append(part)
                continue
            try:
                parts.append(format_value(self.program, part.type, self.at_once(self.evaluate(part, scope))))
            except Stopped:
                parts.append("?")
        self.state.found = found
        return "".join(parts)
