# SPDX-License-Identifier: GPL-2.0-only
"""A routine with frames of its own -> its graph.

The graph is built from its end to its beginning: each builder gets the node that follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.ir import simplify as ir_simplify
from checker.ir import system as ir
from checker.ir.lowering.access import is_shared
from checker.ir.lowering.atomic_code import AtomicCode, Exits, augmented_type
from checker.ir.lowering.graph import (
    Access,
    Begin,
    Branch,
    CallNode,
    HaltNode,
    Local,
    Node,
    ReturnNode,
    StepReader,
    Walk,
    first_stand,
)
from checker.ir.lowering.stepped_expressions import Context, Continue, SteppedExpressions
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.schedule import Call as CallSite


class RoutineCode(SteppedExpressions):
    """Lowers the routines of one program."""

    def __init__(self, program: tree.Program, atomic: AtomicCode) -> None:
        super().__init__(program, atomic)
        self.reader = StepReader()
        self.parameters: dict[str, tuple[str, ...]] = {}
        self.entries: dict[str, int] = {}

    def procedure(self, name: str) -> None:
        """Lower one routine with all its locations."""
        routine = self.program.routines[name]
        names = self.atomic.names_of(name, routine.parameters + routine.locals)
        self.parameters[name] = tuple(local.name for p in routine.parameters if isinstance(local := names[p.name], ir.Local))
        entry = Begin((CallSite(name, routine.position),), False)
        context = Context(name, (), names, None, None, ReturnNode, routine.result)
        entry.next = self.block(routine.body, context, ReturnNode(None))
        self.entries[name] = self.reader.read(first_stand(entry) if tree.enters_a_loop(routine) else entry, name)

    # -- statements --

    def block(self, statements: Sequence[tree.Statement], context: Context, following: Node) -> Node:
        node = following
        for number in range(len(statements) - 1, -1, -1):
            statement = statements[number]
            node = self.statement(statement, context, node)
            if number == 0 or isinstance(statements[number - 1], (tree.If, tree.For, tree.While)):
                node = Local((self.atomic.cover(statement.position),), node)
        return node

    def statement(self, s: tree.Statement, context: Context, following: Node) -> Node:
        if isinstance(s, (tree.If, tree.For, tree.Assign)) and not self.accesses.in_statement(s) and not escapes(s):
            out: list[ir.Instruction] = []
            self.atomic.statement(s, context.names, _no_exits(), None, out)
            return Local(tuple(out), following)
        match s:
            case tree.Assign():
                return self.assign(s, context, following)
            case tree.Evaluate(value=value):
                return self.value(value, context, lambda _: following)
            case tree.If(test=test, then=then, otherwise=otherwise):
                return self.condition(
                    test, context, self.block(then, context, following), self.block(otherwise, context, following)
                )
            case tree.While():
                return self.while_loop(s, context, following)
            case tree.For():
                return self.for_loop(s, context, following)
            case tree.Break():
                assert context.leave is not None
                return context.leave
            case tree.Continue():
                assert context.next is not None
                return context.next
            case tree.Return(value=None):
                return context.returns(None)
            case tree.Return(value=tree.Expression() as value):
                return self.value(value, context, lambda v: context.returns(self.returned(v, value, context, s.position)))
            case tree.Atomic(body=body):
                return self.atomic_block(s.position, body, context, following)
            case tree.Require() | tree.Check():
                return self.atomic_block(s.position, (s,), context, following)
            case tree.Halt():
                return HaltNode(s.position)
            case tree.Free(pointer=pointer):
                return self.values([pointer], context, lambda v: self.free(s, v[0], context, following), True)
        raise TypeError(s)

    def returned(self, value: ir.Expression, e: tree.Expression, context: Context, position: tree.Position) -> ir.Expression:
        assert context.result is not None
        return self.atomic.ranged(value, e.type, context.result, "the result", position)

    def free(self, s: tree.Free, pointer: ir.Expression, context: Context, following: Node) -> Node:
        index = ir_simplify.index(self.atomic.arenas, s.record, pointer, True, s.position)
        store = ir.Store(f"{s.record}.allocated", (index,), ir.Constant(0))
        return self.access(context.calls(s.position), (store,), following)

    def atomic_block(self, position: tree.Position, body: Sequence[tree.Statement], context: Context, following: Node) -> Node:
        def code(walk: Walk) -> ir.Block:
            def leave() -> ir.Block:
                assert context.leave is not None
                return walk(context.leave)

            def next_round() -> ir.Block:
                assert context.next is not None
                return walk(context.next)

            exits = Exits(leave, next_round, lambda value: walk(context.returns(value)))
            return (*self.atomic.block(body, context.names, exits, context.result), *walk(following))

        return Access(context.calls(position), code)

    def assign(self, s: tree.Assign, context: Context, following: Node) -> Node:
        if isinstance(s.target, str):
            name = s.target
            local = context.names[name]
            assert isinstance(local, ir.Local)
            low, high = self.atomic.ranges[local.name]

            def set_local(value: ir.Expression) -> Node:
                checked = self.atomic.ranged(value, s.value.type, tree.IntType(low, high), f"`{name}`", s.position)
                return Local((ir.Set(local.name, checked),), following)

            return self.value(s.value, context, set_local)
        place = s.target

        def store(indices: tuple[ir.Expression, ...], value: ir.Expression, type_: tree.Type) -> Node:
            out: list[ir.Instruction] = []
            self.atomic.store(place, indices, value, type_, s.position, out)
            if not is_shared(place):
                return Local(tuple(out), following)
            return self.access(context.calls(s.position), tuple(out), following)

        if s.operator is None:

            def assign(found: list[ir.Expression]) -> Node:
                value, indices = found[0], self.atomic.place_indices(place, found[1:])
                return store(indices, value, s.value.type)

            return self.values([s.value, *place.operands], context, assign, is_shared(place))
        operator = s.operator
        type_ = augmented_type(s, place)

        def load(found: list[ir.Expression]) -> Node:
            indices = self.atomic.place_indices(place, found)
            old = self.atomic.local("old", place.variable.type)

            def compute(value: ir.Expression) -> Node:
                if not is_shared(place) or not ir.may_raise(value):
                    return store(indices, ir_simplify.operation(operator, old, value), type_)
                # What it raises belongs to the step before the store.
                kept = self.atomic.local("kept", s.value.type)
                after = store(indices, ir_simplify.operation(operator, old, kept), type_)
                return Local((ir.Set(kept.name, value),), after)

            code: ir.Block = (ir.Set(old.name, self.atomic.load(place, indices)),)
            after = self.value(s.value, context, compute)
            if not is_shared(place):
                return Local(code, after)
            return self.access(context.calls(place.position), code, after)

        return self.values(place.operands, context, load, True)

    def while_loop(self, s: tree.While, context: Context, following: Node) -> Node:
        if self.accesses.can_turn(s):
            raise ModelError(
                s.position,
                "this loop can go round without reading or writing shared state, so that one step could last forever; "
                "use `for ... in range(...)`",
            )
        head = Begin(context.calls(s.position), True)
        inside = replace(context, leave=following, next=head)
        head.next = self.condition(s.test, context, self.block(s.body, inside, head), following)
        return head

    def for_loop(self, s: tree.For, context: Context, following: Node) -> Node:
        name = s.binding.local.name
        if isinstance(s.binding.domain, tree.ValuesDomain):
            rounds = [self.atomic.pure(value, context.names) for value in s.binding.domain.values]
            begin: list[ir.Instruction] = []
            rounds = [self.atomic.keep(value, begin, s.binding.local.type) for value in rounds]
            node = following
            for value in reversed(rounds):
                bound = replace(context, leave=following, next=node, names={**context.names, name: value})
                node = self.block(s.body, bound, node)
            return Local(tuple(begin), node)
        local = self.atomic.local(f"{context.routine}.{name}", s.binding.local.type, 1)
        low, high, step, _ = self.atomic.bounds(s.binding.domain, context.names)
        before: list[ir.Instruction] = []
        if not isinstance(high, ir.Constant):
            end = self.atomic.local(f"{context.routine}.{name} end", self.end_type(s.binding.domain))
            before.append(ir.Set(end.name, high))
            high = end
        before.append(ir.Set(local.name, low))
        head = Begin(context.calls(s.position), True)
        advance = Local((ir.Set(local.name, ir_simplify.operation("+", local, ir.Constant(step))),), head)
        inside = replace(context, leave=following, next=advance, names={**context.names, name: local})
        body = self.block(s.body, inside, advance)
        head.next = Branch(ir_simplify.operation("<", local, high), body, following)
        return Local(tuple(before), head)

    @staticmethod
    def end_type(domain: tree.Domain) -> tree.Type:
        assert isinstance(domain, tree.RangeDomain)
        return domain.high.type

    # -- calls --

    def call(self, e: tree.Call, context: Context, then: Continue) -> Node:
        if e.callee in self.program.functions:
            return self.values(e.arguments, context, lambda found: self.function(e, found, context, then))
        routine = self.program.routines[e.callee]
        result = self.atomic.local(f"{routine.name} result", e.type)
        if routine.noinline:
            resume = Begin(context.calls(e.position), False)
            resume.next = then(result)
            if routine.result is not None:
                resume.next = Local((ir.Set(result.name, ir.Local(ir.RESULT)),), resume.next)

            def push(found: list[ir.Expression]) -> Node:
                node = CallNode(routine.name, self.atomic.fitted(e.callee, e.arguments, found), resume, e.position)
                noted = self.atomic.called(routine.name)
                return Local(noted, node) if noted else node

            return self.values(e.arguments, context, push)
        outer = context.calls(e.position)
        if any(call.routine == e.callee for call in outer):
            raise ModelError(e.position, f"`{e.callee}` calls itself; only a routine with frames of its own (noinline) can")
        names = self.atomic.names_of(routine.name, routine.parameters + routine.locals)
        after = then(result)

        def returns(value: ir.Expression | None) -> Node:
            return after if value is None else Local((ir.Set(result.name, value),), after)

        inner = Context(routine.name, outer, names, None, None, returns, routine.result)
        body = self.block(routine.body, inner, after)

        def bind(found: list[ir.Expression]) -> Node:
            code: list[ir.Instruction] = [*self.atomic.called(routine.name)]
            for parameter, value in zip(routine.parameters, self.atomic.fitted(e.callee, e.arguments, found), strict=True):
                target = names[parameter.name]
                assert isinstance(target, ir.Local)
                code.append(ir.Set(target.name, value))
            return Local(tuple(code), body)

        return self.values(e.arguments, context, bind)


def escapes(s: tree.Statement, in_loop: bool = False) -> bool:
    """Whether a `break` or `continue` in the statement belongs to a loop around it."""
    match s:
        case tree.Break() | tree.Continue():
            return not in_loop
        case tree.If(then=then, otherwise=otherwise):
            return any(escapes(inner, in_loop) for inner in then + otherwise)
        case tree.For(body=body) | tree.While(body=body):
            return any(escapes(inner, True) for inner in body)
        case tree.Atomic(body=body):
            return any(escapes(inner, in_loop) for inner in body)
    return False


def _no_exits() -> Exits:
    def nowhere(*_: object) -> ir.Block:
        raise AssertionError("a local statement does not leave its place")

    return Exits(nowhere, nowhere, nowhere)
