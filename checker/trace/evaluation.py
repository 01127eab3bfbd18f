# SPDX-License-Identifier: GPL-2.0-only
"""Evaluates expressions of the syntax tree, as Python generators that pause where a step may end.

Part of the independent replayer. A wild pointer has the position of the read or the statement that uses it; a value out
of range that of the assignment, argument, return, choose or cast that it does not fit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from checker.language import tree
from checker.language.schedule import Call
from checker.language.tree import Expression, Place, Position, Type
from checker.language.values import told_value
from checker.language.walking import nodes
from checker.trace.operators import arithmetic, compare, unary
from checker.trace.state import Arguments, Boundary, Frame, State, Steps, Stopped, T


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


def _quiet(place: Place) -> bool:
    """Whether reading or writing the place never takes a step: it is a constant or ghost state."""
    return place.variable.ghost or place.variable.constant


class Evaluation(ABC):
    """What code evaluates: in a frame, or (frame is None) all at once for an action, `initial` or a predicate."""

    def __init__(self, state: State, frame: Frame | None = None) -> None:
        self.state = state
        self.program = state.program
        self.frame = frame
        self.chain: list[Call] = [] if frame is None else frame.chain
        self.arguments: list[Arguments] = [] if frame is None else frame.arguments
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

    @abstractmethod
    def call(self, call: tree.Call, scope: Scope) -> Steps[int]:
        """The result of a call, 0 if it has none."""

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
            case tree.IsAllocated() | tree.Processor() | tree.InRoutine() | tree.HasFrames() | tree.Calls():
                return (yield from self.ask(expression, scope))
            case _:
                raise ValueError(f"{position}: unknown expression {type(expression).__name__}")

    def ask(
        self, question: tree.IsAllocated | tree.Processor | tree.InRoutine | tree.HasFrames | tree.Calls, scope: Scope
    ) -> Steps[int]:
        """The answer to a question about the machine, not about cells: allocators, frames, who steps."""
        position = question.position
        match question:
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

    def values(self, expressions: Sequence[Expression], scope: Scope) -> Steps[list[int]]:
        values = []
        for expression in expressions:
            values.append((yield from self.evaluate(expression, scope)))
        return values

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
        found = dict(self.state.found)
        text = "".join(self._told(part, scope) for part in message)
        self.state.found = found
        return text

    def _told(self, part: str | tree.Expression | tree.Alternative, scope: Scope) -> str:
        if isinstance(part, str):
            return part
        try:
            if isinstance(part, tree.Alternative):
                chosen = part.then if self.at_once(self.evaluate(part.test, scope)) else part.otherwise
                return "".join(self._told(inner, scope) for inner in chosen)
            return told_value(self.program, part.type, self.at_once(self.evaluate(part, scope)))
        except Stopped:
            return "?"
