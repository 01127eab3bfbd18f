# SPDX-License-Identifier: GPL-2.0-only
"""All changes of one function of C."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checker.language.c import syntax
from checker.mutation.c.expressions import negated, replacements
from checker.mutation.c.rewriting import replaced
from checker.mutation.c.wording import statement as shown
from checker.mutation.c.wording import whole
from checker.mutation.changes import DROP, SWAP
from checker.mutation.expressions import NEGATE

RETURN_EARLY = "return early"

_LEAVES = (syntax.Return, syntax.Break, syntax.Continue, syntax.Goto)
_MARKS = (syntax.Label, syntax.Case, syntax.Default)
_SAYS_NOTHING = (*_MARKS, syntax.Declaration, syntax.MacroDeclaration, syntax.TypeDeclaration, syntax.Empty)
"""Not dropped: what a mark marks would be unreachable, and a local would have no value, which is refused."""


@dataclass(frozen=True)
class Change:
    """kind: one of the kinds in docs/guide/mutation.md. what: which change it is, with the statement. function: as it is then."""

    kind: str
    what: str
    position: syntax.Position
    function: syntax.FunctionDefinition


def changes(function: syntax.FunctionDefinition) -> Iterator[Change]:
    """The changes of a function in the order of its text, each once, and none that changes nothing."""
    seen = {whole(function)}
    for change in _Changes(function).all():
        key = whole(change.function)
        if key not in seen:
            seen.add(key)
            yield change


class _Changes:
    def __init__(self, function: syntax.FunctionDefinition) -> None:
        self.function = function

    def all(self) -> Iterator[Change]:
        statements = self.function.body.statements
        yield from self.block(statements, statements)
        match self.function.result:
            case syntax.BuiltinType(name="void"):
                yield from self.early(statements)

    def change(self, kind: str, what: str, old: syntax.Node, new: syntax.Node) -> Change:
        return Change(kind, what, old.position, replaced(self.function, old, new))

    def early(self, statements: Sequence[syntax.Statement]) -> Iterator[Change]:
        """Of a function without a result: it ends before one of its statements."""
        for number, statement in enumerate(statements):
            if number and not isinstance(statement, (*_SAYS_NOTHING, *_LEAVES)):
                before = (*statements[:number], syntax.Return(statement.position, None))
                body = replace(self.function.body, statements=before)
                function = replace(self.function, body=body)
                yield Change(RETURN_EARLY, f"before: {shown(statement)}", statement.position, function)

    def block(self, held: object, statements: Sequence[syntax.Statement], alone: bool = False) -> Iterator[Change]:
        """The changes of a block. alone: it is one statement, and to drop it is to drop what it stands in."""
        for number, statement in enumerate(statements):
            following = statements[number + 1] if number + 1 < len(statements) else None
            if not alone and not isinstance(statement, (*_SAYS_NOTHING, syntax.Compound)):
                yield self.change(DROP, shown(statement), statement, syntax.Empty(statement.position))
            yield from self.head(statement)
            if following is not None and _can_swap(statement, following):
                yield self.swapped(statement, following)
            for body in _bodies(statement):
                inner = body.statements if isinstance(body, syntax.Compound) else (body,)
                lone = len(inner) == 1 and not (isinstance(statement, syntax.If) and statement.otherwise is not None)
                yield from self.block(body, inner, lone and not isinstance(statement, syntax.Compound))

    def head(self, statement: syntax.Statement) -> Iterator[Change]:
        """The changes of the expressions of a statement, without those of the statements in it."""
        text = shown(statement)
        test = self.condition(statement)
        if test is not None:
            yield self.change(NEGATE, text, test, negated(test))
        for value in _expressions(statement):
            for found in replacements(value):
                if found.kind != NEGATE or found.old is not test:
                    yield self.change(found.kind, f"{found.text} in: {text}", found.old, found.new)

    def condition(self, statement: syntax.Statement) -> syntax.Expression | None:
        """What a statement asks, or a function of truth values answers."""
        match statement:
            case syntax.If(test=test) | syntax.While(test=test) | syntax.DoWhile(test=test):
                return None if isinstance(test, syntax.Number) else test
            case syntax.For(test=test):
                return test
            case syntax.Return(value=value) if value is not None and not _is_constant(value):
                match self.function.result:
                    case syntax.TypedefType(name="bool") | syntax.BuiltinType(name="_Bool"):
                        return value
        return None

    def swapped(self, first: syntax.Statement, second: syntax.Statement) -> Change:
        without = replaced(self.function, second, syntax.Empty(second.position))
        pair = syntax.Compound(first.position, (second, first), second.position)
        return Change(SWAP, f"{shown(first)} <-> {shown(second)}", first.position, replaced(without, first, pair))


def _bodies(statement: syntax.Statement) -> Iterator[syntax.Statement]:
    """The statements that a statement has in it."""
    match statement:
        case syntax.Compound():
            yield statement
        case syntax.If(then=then, otherwise=otherwise):
            yield then
            if otherwise is not None:
                yield otherwise
        case syntax.For(body=body) | syntax.IteratorLoop(body=body) | syntax.While(body=body) | syntax.DoWhile(body=body):
            yield body
        case syntax.Switch(body=body) | syntax.ScopedGuard(body=body):
            yield body


def _expressions(statement: syntax.Statement) -> Iterator[syntax.Expression]:
    """The expressions of a statement, without those of the statements in it."""
    match statement:
        case syntax.For(initial=initial, test=test, step=step):
            for each in initial:
                yield from _expressions(each)
            yield from (part for part in (test, step) if part is not None)
        case syntax.Compound():
            return
        case _:
            for value in vars(statement).values():
                for part in value if isinstance(value, tuple) else (value,):
                    if isinstance(part, syntax.Expression):
                        yield part


def _is_constant(value: syntax.Expression) -> bool:
    return isinstance(value, syntax.Number | syntax.Name)


def _can_swap(first: syntax.Statement, second: syntax.Statement) -> bool:
    """Whether swapping two statements is a change of its own: beside one that leaves, it would come to dropping the other one."""
    for each in (first, second):
        if isinstance(each, (*_LEAVES, *_SAYS_NOTHING, syntax.GuardStatement)):
            return False
    return whole(first) != whole(second)
