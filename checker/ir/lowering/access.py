# SPDX-License-Identifier: GPL-2.0-only
"""Which expressions and statements of a routine contain access points: what splits it into steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.language import tree
from checker.language.errors import ModelError


def is_shared(place: tree.Place) -> bool:
    """Whether reading or writing the place is a step."""
    return not place.variable.constant and not place.variable.ghost


def parts(e: tree.Expression) -> Iterator[tree.Expression]:
    """The direct operands of an expression."""
    match e:
        case tree.Read(place=place):
            yield from place.operands
        case tree.Unary(operand=operand) | tree.Cast(operand=operand) | tree.IsAllocated(operand=operand):
            yield operand
        case tree.Binary(left=left, right=right) | tree.Compare(left=left, right=right):
            yield left
            yield right
        case tree.Logical(operands=operands):
            yield from operands
        case tree.Conditional(test=test, then=then, otherwise=otherwise):
            yield from (test, then, otherwise)
        case tree.Quantifier(bindings=bindings, condition=condition, body=body):
            for binding in bindings:
                yield from domain_parts(binding.domain)
            if condition is not None:
                yield condition
            yield body
        case tree.Call(arguments=arguments):
            yield from arguments
        case tree.Choose(binding=binding, condition=condition):
            yield from domain_parts(binding.domain)
            if condition is not None:
                yield condition
        case tree.InRoutine(owner=owner) | tree.HasFrames(owner=owner) | tree.Calls(processor=owner):
            yield owner
        case tree.Constant() | tree.LocalRead() | tree.Processor() | tree.Allocate():
            return
        case _:
            raise TypeError(e)


def domain_parts(domain: tree.Domain) -> Iterator[tree.Expression]:
    match domain:
        case tree.RangeDomain(low, high):
            yield low
            yield high
        case tree.ValuesDomain(values):
            yield from values


class Accesses:
    """Answers for one program."""

    def __init__(self, program: tree.Program) -> None:
        self.program = program

    def in_expression(self, e: tree.Expression) -> bool:
        """Whether evaluating the expression outside `atomic` takes a step."""
        if isinstance(e, tree.Read) and is_shared(e.place):
            return True
        if isinstance(e, (tree.Choose, tree.Allocate, tree.IsAllocated)):
            return True
        if isinstance(e, tree.Call):
            if e.callee in self.program.routines:
                return True
            self._needs_atomic(self.program.functions[e.callee].body, e.position, f"the function `{e.callee}`")
        if isinstance(e, tree.Quantifier):
            for part in parts(e):
                self._needs_atomic(part, e.position, f"`{e.kind}`")
        if isinstance(e, (tree.InRoutine, tree.HasFrames)):
            raise ModelError(e.position, 'looking at frames is a step: put it inside `with atomic("why"):`')
        return any(self.in_expression(part) for part in parts(e))

    def _needs_atomic(self, e: tree.Expression, position: tree.Position, what: str) -> None:
        if self.in_expression(e):
            raise ModelError(
                position, f'{what} reads shared state; put this inside `with atomic("why"):`, or read it into a local first'
            )

    def in_statement(self, s: tree.Statement) -> bool:
        """Whether the statement takes a step, or leaves the code around it by `return`."""
        match s:
            case tree.Assign(target=target, value=value):
                if isinstance(target, tree.Place):
                    if is_shared(target):
                        return True
                    return any(self.in_expression(part) for part in [value, *target.operands])
                return self.in_expression(value)
            case tree.If(test=test, then=then, otherwise=otherwise):
                return self.in_expression(test) or any(map(self.in_statement, then + otherwise))
            case tree.For(binding=binding, body=body):
                for part in domain_parts(binding.domain):
                    self._needs_atomic(part, s.position, "the loop's range")
                return any(map(self.in_statement, body))
            case tree.Evaluate() | tree.Atomic() | tree.Require() | tree.Check() | tree.Free() | tree.Enter():
                return True
            case tree.While() | tree.Return() | tree.Halt():
                return True
            case tree.Break() | tree.Continue():
                return False
        raise TypeError(s)

    def can_turn(self, loop: tree.While) -> bool:
        """Whether a round of the loop can pass without an access point or a call that pushes a frame."""
        return not self._surely(loop.test) and not {"end", "continue"}.isdisjoint(self._quiet(loop.body))

    def _surely(self, e: tree.Expression) -> bool:
        """Whether evaluating the expression takes a step on every way: short-circuit evaluation may skip operands."""
        match e:
            case tree.Logical(operands=operands):
                return self._surely(operands[0])
            case tree.Conditional(test=test, then=then, otherwise=otherwise):
                return self._surely(test) or (self._surely(then) and self._surely(otherwise))
            case tree.Call(callee=callee) if callee in self.program.routines:
                routine = self.program.routines[callee]
                return routine.noinline or any(map(self._surely, e.arguments)) or not self._quiet(routine.body)
        if self.in_expression(e) and not any(self.in_expression(part) for part in parts(e)):
            return True
        return any(self._surely(part) for part in parts(e))

    def _quiet(self, statements: Sequence[tree.Statement]) -> set[str]:
        """The ways out of a block that can be reached without an access point: end, break, continue, return."""
        found: set[str] = set()
        for s in statements:
            ways = self._quiet_ways(s)
            found |= ways - {"end"}
            if "end" not in ways:
                return found
        return found | {"end"}

    def _quiet_ways(self, s: tree.Statement) -> set[str]:
        match s:
            case tree.Break():
                return {"break"}
            case tree.Continue():
                return {"continue"}
            case tree.Halt():
                return set()
            case tree.Return(value=value):
                return set() if value is not None and self._surely(value) else {"return"}
            case tree.If(test=test, then=then, otherwise=otherwise):
                return set() if self._surely(test) else self._quiet(then) | self._quiet(otherwise)
            case tree.For(body=body):
                return {"end"} | (self._quiet(body) & {"return"})
            case tree.While(test=test, body=body):
                if self._surely(test):
                    return set()
                inside = self._quiet(body)
                return {"end"} | (inside & {"return"})
            case tree.Evaluate(value=value):
                return set() if self._surely(value) else {"end"}
            case tree.Assign(target=target, value=value):
                if isinstance(target, tree.Place) and is_shared(target):
                    return set()
                return set() if self._surely(value) else {"end"}
        return set() if self.in_statement(s) else {"end"}
