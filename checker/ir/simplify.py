# SPDX-License-Identifier: GPL-2.0-only
"""Constructors that fold constants, and specialisation: code with some locals and the processor known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from checker.ir.system import (
    Action,
    Allocate,
    Arena,
    Block,
    Call,
    Called,
    Calls,
    Check,
    Choose,
    Conditional,
    Constant,
    Cover,
    Element,
    Expression,
    FrameIn,
    Goto,
    Halt,
    HasFrames,
    If,
    Index,
    InRange,
    Instruction,
    Leave,
    Let,
    Load,
    Local,
    Logical,
    Loop,
    Next,
    Operation,
    Outside,
    Processor,
    Push,
    Region,
    Require,
    Return,
    Set,
    Stand,
    Store,
    Turn,
    Variable,
)

OPERATORS: dict[str, Callable[..., int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "not": lambda a: int(not a),
    "neg": operator.neg,
}


def operation(name: str, *operands: Expression) -> Expression:
    values = [operand.value for operand in operands if isinstance(operand, Constant)]
    if len(values) == len(operands):
        return Constant(OPERATORS[name](*values))
    return Operation(name, operands)


def logical(name: str, operands: list[Expression]) -> Expression:
    """`and`/`or`; an operand that decides ends it, one that does not is dropped."""
    decides = name == "or"
    kept: list[Expression] = []
    for operand in operands:
        if isinstance(operand, Logical) and operand.operator == name:
            kept.extend(operand.operands)
        elif not isinstance(operand, Constant):
            kept.append(operand)
        elif bool(operand.value) == decides:
            kept.append(operand)
            break
    if not kept:
        return Constant(int(not decides))
    return kept[0] if len(kept) == 1 else Logical(name, tuple(kept))


def negate(operand: Expression) -> Expression:
    return operation("not", operand)


def conditional(test: Expression, then: Expression, otherwise: Expression) -> Expression:
    if isinstance(test, Constant):
        return then if test.value else otherwise
    return Conditional(test, then, otherwise)


class Specialiser:
    """Rewrites code for known values of some locals and of the processor's reference (None: not known).

    constants: variables whose values never change; loads of them at known indices are folded.
    """

    def __init__(
        self,
        variables: Mapping[str, Variable],
        arenas: Mapping[str, Arena],
        locals_: Mapping[str, int],
        processor: int | None = None,
    ) -> None:
        self.variables = variables
        self.arenas = arenas
        self.locals = locals_
        self.processor = processor

    def expression(self, e: Expression) -> Expression:
        match e:
            case Constant():
                return e
            case Local(name):
                return Constant(self.locals[name]) if name in self.locals else e
            case Processor():
                return Constant(self.processor) if self.processor is not None else e
            case Load(name, indices):
                return load(self.variables[name], tuple(map(self.expression, indices)))
            case Index(record, reference, live, position):
                return index(self.arenas, record, self.expression(reference), live, position)
            case Element(inner, name, length, position):
                inner = self.expression(inner)
                if isinstance(inner, Constant) and 0 <= inner.value < length:
                    return inner
                return Element(inner, name, length, position)
            case InRange(value, low, high, mask, target, position):
                value = self.expression(value)
                if isinstance(value, Constant) and low <= value.value <= high and (mask is None or not value.value & ~mask):
                    return value
                return InRange(value, low, high, mask, target, position)
            case Operation(name, operands):
                return operation(name, *map(self.expression, operands))
            case Logical(name, operands):
                return logical(name, [self.expression(operand) for operand in operands])
            case Conditional(test, then, otherwise):
                return conditional(self.expression(test), self.expression(then), self.expression(otherwise))
            case Let(name, value, body):
                value = self.expression(value)
                if isinstance(value, Constant):
                    return Specialiser(
                        self.variables, self.arenas, {**self.locals, name: value.value}, self.processor
                    ).expression(body)
                return Let(name, value, self.expression(body))
            case FrameIn(record, owner, routine):
                return FrameIn(record, self.expression(owner), routine)
            case HasFrames(record, owner):
                return HasFrames(record, self.expression(owner))
            case Calls(processor, routine):
                return Calls(self.expression(processor), routine)
        raise TypeError(e)

    def block(self, block: Block) -> Block:
        found: list[Instruction] = []
        for instruction in block:
            if isinstance(instruction, If):
                test = self.expression(instruction.test)
                if isinstance(test, Constant):
                    found.extend(self.block(instruction.then if test.value else instruction.otherwise))
                    continue
                found.append(If(test, self.block(instruction.then), self.block(instruction.otherwise)))
            else:
                found.append(self.instruction(instruction))
        return tuple(found)

    def instruction(self, i: Instruction) -> Instruction:
        e = self.expression
        match i:
            case Set(local, value):
                return Set(local, e(value))
            case Store(variable, indices, value):
                return Store(variable, tuple(map(e, indices)), e(value))
            case Loop(label, local, low, high, step, body):
                return Loop(label, local, e(low), e(high), step, self.block(body))
            case Turn(label, body):
                return Turn(label, self.block(body))
            case Region(label, body):
                return Region(label, self.block(body))
            case Choose(local, type_, values, low, high, step, condition, position):
                return Choose(
                    local,
                    type_,
                    None if values is None else tuple(map(e, values)),
                    e(low),
                    e(high),
                    step,
                    None if condition is None else e(condition),
                    position,
                )
            case Require(test, position):
                return Require(e(test), position)
            case Check(test, identifier, position):
                return Check(e(test), identifier, position)
            case Push(record, owner, procedure, arguments, position):
                return Push(record, e(owner), procedure, tuple(map(e, arguments)), position)
            case Call(procedure, arguments, location, position):
                return Call(procedure, tuple(map(e, arguments)), location, position)
            case Return(value):
                return Return(None if value is None else e(value))
            case Allocate(local, record, resets, position, held, more):
                return Allocate(local, record, resets, position, None if held is None else tuple(map(e, held)), more)
            case Leave() | Next() | Halt() | Outside() | Cover() | Called() | Stand() | Goto():
                return i
        raise TypeError(i)


def action_code(
    variables: Mapping[str, Variable], arenas: Mapping[str, Arena], action: Action, arguments: tuple[int, ...]
) -> Block:
    """The code of an action with its arguments. Its places are noted as reached only when all that it first requires holds:
    whether an engine runs an action to find out that it is not possible makes no difference then."""
    known = {parameter.local: value for parameter, value in zip(action.parameters, arguments, strict=True)}
    (region,) = Specialiser(variables, arenas, known).block(action.body)
    assert isinstance(region, Region)
    body = region.body
    first = next((n for n, i in enumerate(body) if not isinstance(i, (Cover, Set, Require))), len(body))
    last = max((n + 1 for n, i in enumerate(body[:first]) if isinstance(i, Require)), default=0)
    places = tuple(i for i in body[:last] if isinstance(i, Cover))
    guards = tuple(i for i in body[:last] if not isinstance(i, Cover))
    return (Region(region.label, (*guards, *places, *body[last:])),)


def load(variable: Variable, indices: tuple[Expression, ...]) -> Expression:
    """A load; folded where the variable is constant and the indices are known."""
    if variable.constant:
        known = [i.value for i in indices if isinstance(i, Constant)]
        if len(known) == len(indices):
            return Constant(variable.initial[variable.cell(tuple(known))])
        if len(set(variable.initial)) == 1 and all(isinstance(i, (Constant, Local)) for i in indices):
            return Constant(variable.initial[0])
    return Load(variable.name, indices)


def index(arenas: Mapping[str, Arena], record: str, reference: Expression, live: bool, position: object) -> Expression:
    """The index of a reference; folded where it is known and cannot be wild."""
    count, alignment, _ = arenas[record]
    if isinstance(reference, Constant) and not live:
        number, tag = divmod(reference.value, alignment)
        if not tag and 1 <= number <= count:
            return Constant(number - 1)
    return Index(record, reference, live, position)  # type: ignore[arg-type]
