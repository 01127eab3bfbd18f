# SPDX-License-Identifier: GPL-2.0-only
"""Questions about code: what it consists of, whether it may raise."""

from __future__ import annotations

from collections.abc import Iterator

from checker.ir.system.code import (
    Allocate,
    Block,
    Call,
    Called,
    Check,
    Choose,
    Cover,
    Goto,
    Halt,
    If,
    Instruction,
    Leave,
    Loop,
    Next,
    Outside,
    Push,
    Region,
    Require,
    Return,
    Set,
    Stand,
    Store,
    Turn,
)
from checker.ir.system.expressions import (
    Calls,
    Conditional,
    Constant,
    Element,
    Expression,
    FrameIn,
    HasFrames,
    Index,
    InRange,
    Let,
    Load,
    Local,
    Logical,
    Operation,
    Over,
    Processor,
)


def operands(e: Expression) -> Iterator[Expression]:
    """The direct operands of an expression."""
    match e:
        case Load(indices=indices):
            yield from indices
        case Index(reference=inner) | Element(index=inner) | InRange(value=inner):
            yield inner
        case Operation(operands=inner_operands) | Logical(operands=inner_operands):
            yield from inner_operands
        case Conditional(test, then, otherwise):
            yield from (test, then, otherwise)
        case Let(_, value, body):
            yield from (value, body)
        case Over(body=body):
            yield body
        case FrameIn(owner=owner) | HasFrames(owner=owner) | Calls(processor=owner):
            yield owner
        case Constant() | Local() | Processor():
            return
        case _:
            raise TypeError(e)


def expressions(block: Block) -> Iterator[Expression]:
    """The expressions that stand directly in a block's instructions, at any depth of nesting."""
    for i in block:
        match i:
            case Set(_, value) | Require(value) | Check(value):
                yield value
            case Store(_, indices, value):
                yield from (*indices, value)
            case If(test, then, otherwise):
                yield test
                yield from expressions(then + otherwise)
            case Loop(_, _, low, high, _, body):
                yield from (low, high, *expressions(body))
            case Region(_, body) | Turn(_, body):
                yield from expressions(body)
            case Choose(_, _, values, low, high, _, condition):
                yield from (low, high, *(values or ()))
                if condition is not None:
                    yield condition
            case Push(_, owner, _, arguments):
                yield from (owner, *arguments)
            case Call(_, arguments):
                yield from arguments
            case Return(value):
                if value is not None:
                    yield value
            case Allocate(held=held):
                yield from held or ()
            case Leave() | Next() | Halt() | Outside() | Cover() | Called() | Stand() | Goto():
                continue
            case _:
                raise TypeError(i)


def instructions(block: Block) -> Iterator[Instruction]:
    """All instructions of a block, those inside others too."""
    for i in block:
        yield i
        match i:
            case If(_, then, otherwise):
                yield from instructions(then + otherwise)
            case Loop(body=body) | Region(body=body) | Turn(body=body):
                yield from instructions(body)


def contains(e: Expression, kinds: type | tuple[type, ...]) -> bool:
    """Whether an expression has a part of one of these kinds."""
    return isinstance(e, kinds) or any(contains(operand, kinds) for operand in operands(e))


def may_raise(e: Expression) -> bool:
    """Whether evaluating the expression can raise."""
    return contains(e, (Index, Element, InRange))


def looks_at_frames(block: Block) -> bool:
    """Whether code asks where frames stand."""
    return any(contains(e, (FrameIn, HasFrames)) for e in expressions(block))
