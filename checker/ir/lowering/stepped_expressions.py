# SPDX-License-Identifier: GPL-2.0-only
"""Expressions of a routine with frames of its own, whose evaluation takes steps -> nodes of its graph.

The graph is built from its end to its beginning: what follows is given as a function from the value to the node that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.ir import simplify as ir_simplify
from checker.ir import system as ir
from checker.ir.lowering.access import Accesses, is_shared
from checker.ir.lowering.atomic_code import AtomicCode
from checker.ir.lowering.expression_code import Names, variable_name
from checker.ir.lowering.graph import Access, Chain, Local, Node, branch
from checker.language import tree
from checker.language.schedule import Call as CallSite

Continue = Callable[[ir.Expression], Node]


@dataclass(frozen=True)
class Context:
    """Where code stands: the calls around it, the names of its locals, and where `break`, `continue` and `return` go."""

    routine: str
    outer: Chain
    names: Names
    leave: Node | None
    next: Node | None
    returns: Callable[[ir.Expression | None], Node]
    result: tree.Type | None

    def calls(self, position: tree.Position) -> Chain:
        return (*self.outer, CallSite(self.routine, position))


class SteppedExpressions:
    """Lowers the expressions of one program's routines."""

    def __init__(self, program: tree.Program, atomic: AtomicCode) -> None:
        self.program = program
        self.atomic = atomic
        self.accesses = Accesses(program)

    def access(self, calls: Chain, code: ir.Block, following: Node) -> Node:
        return Access(calls, lambda walk: (*code, *walk(following)))

    def condition(self, e: tree.Expression, context: Context, then: Node, otherwise: Node) -> Node:
        """Goes to one of two nodes; what short-circuit evaluation does not reach takes no step."""
        if self.accesses.in_expression(e):
            match e:
                case tree.Logical(operator=operator, operands=operands):
                    node = self.condition(operands[-1], context, then, otherwise)
                    for operand in reversed(operands[:-1]):
                        if operator == "and":
                            node = self.condition(operand, context, node, otherwise)
                        else:
                            node = self.condition(operand, context, then, node)
                    return node
                case tree.Unary(operator="not", operand=operand):
                    return self.condition(operand, context, otherwise, then)
        return self.value(e, context, lambda test: branch(test, then, otherwise))

    def values(
        self,
        operands: Sequence[tree.Expression],
        context: Context,
        then: Callable[[list[ir.Expression]], Node],
        before_access: bool = False,
    ) -> Node:
        """Several values, from the left; what is not a local is kept in one while later operands take steps."""

        def evaluate(number: int, found: list[ir.Expression]) -> Node:
            if number == len(operands):
                return then(found)
            later = before_access or any(self.accesses.in_expression(operand) for operand in operands[number + 1 :])

            def use(value: ir.Expression) -> Node:
                if not later or isinstance(value, (ir.Constant, ir.Local)):
                    return evaluate(number + 1, [*found, value])
                kept = self.atomic.local("kept", operands[number].type)
                return Local((ir.Set(kept.name, value),), evaluate(number + 1, [*found, kept]))

            return self.value(operands[number], context, use)

        return evaluate(0, [])

    def value(self, e: tree.Expression, context: Context, then: Continue) -> Node:
        """Evaluate an expression, taking its steps, and go on with its value."""
        if not self.accesses.in_expression(e):
            return then(self.atomic.pure(e, context.names))
        match e:
            case tree.Read(place=place):

                def load(found: list[ir.Expression]) -> Node:
                    local = self.atomic.local(f"read {variable_name(place)}", place.variable.type)
                    code = (ir.Set(local.name, self.atomic.load(place, self.atomic.place_indices(place, found))),)
                    if not is_shared(place):
                        return Local(code, then(local))
                    return self.access(context.calls(e.position), code, then(local))

                return self.values(place.operands, context, load, is_shared(place))
            case tree.Unary(operator=operator, operand=operand):
                return self.value(operand, context, lambda v: then(self.atomic.unary(operator, operand, v)))
            case tree.Binary(operator=operator, left=left, right=right) | tree.Compare(operator=operator, left=left, right=right):
                return self.values([left, right], context, lambda v: then(ir_simplify.operation(operator, v[0], v[1])))
            case tree.Cast(operand=operand):
                return self.value(
                    operand, context, lambda v: then(self.atomic.ranged(v, operand.type, e.type, e.what, e.position))
                )
            case tree.Logical():
                result = self.atomic.local("decided", e.type)
                join = then(result)
                yes = Local((ir.Set(result.name, ir.Constant(1)),), join)
                no = Local((ir.Set(result.name, ir.Constant(0)),), join)
                return self.condition(e, context, yes, no)
            case tree.Conditional(test=test, then=first, otherwise=second):
                result = self.atomic.local("selected", e.type)
                join = then(result)

                def select(value: ir.Expression) -> Node:
                    return Local((ir.Set(result.name, value),), join)

                return self.condition(test, context, self.value(first, context, select), self.value(second, context, select))
            case tree.Choose(binding=binding, condition=condition):
                local = self.atomic.local(binding.local.name, binding.local.type)
                choose = self.atomic.choose(local, binding, condition, context.names, e.position)
                return self.access(context.calls(e.position), (choose,), then(local))
            case tree.Allocate(record=record):
                local = self.atomic.local(f"new {record}", e.type)
                return self.access(context.calls(e.position), (self.atomic.allocate(local, record, e.position),), then(local))
            case tree.IsAllocated(record=record, operand=operand):

                def look(value: ir.Expression) -> Node:
                    local = self.atomic.local("allocated", e.type)
                    code = (ir.Set(local.name, self.atomic.allocated(record, value, e.position)),)
                    return self.access(context.calls(e.position), code, then(local))

                return self.values([operand], context, lambda found: look(found[0]), True)
            case tree.Call():
                return self.call(e, context, then)
        raise TypeError(e)

    def call(self, e: tree.Call, context: Context, then: Continue) -> Node:
        """Evaluate a call of a function or routine; see RoutineCode."""
        raise NotImplementedError

    def function(self, e: tree.Call, values: Sequence[ir.Expression], context: Context, then: Continue) -> Node:
        """A function whose arguments took steps: their values are in locals now."""
        names = dict(context.names)
        reads: list[tree.Expression] = []
        code: list[ir.Instruction] = []
        for number, (argument, value) in enumerate(zip(e.arguments, values, strict=True)):
            local = self.atomic.local("argument", argument.type)
            code.append(ir.Set(local.name, value))
            names[f"argument {number}"] = local
            reads.append(tree.LocalRead(argument.position, argument.type, f"argument {number}"))
        call = tree.Call(e.position, e.type, e.callee, tuple(reads))
        return Local(tuple(code), then(self.atomic.pure(call, names)))
