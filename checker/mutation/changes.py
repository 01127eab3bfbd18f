# SPDX-License-Identifier: GPL-2.0-only
"""All changes of one definition of a model: a routine, a function or an action."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from checker.mutation.expressions import NEGATE, FlagNames, negated, replacements, slots
from checker.mutation.source import Edit, Source

DROP = "drop"
SWAP = "swap"
DROP_ATOMIC = "drop atomic"

_HEADS: dict[type[ast.stmt], str] = {ast.If: "test", ast.While: "test", ast.For: "iter"}
"""The field of a compound statement that stands before its colon last."""


@dataclass(frozen=True)
class Change:
    """kind: one of the kinds in docs/guide/mutation.md. what: which change it is, with the text of the statement, on one line."""

    kind: str
    what: str
    line: int
    edit: Edit


def changes(source: Source, definition: ast.FunctionDef, flags: FlagNames, splits: Callable[[ast.With], bool]) -> list[Change]:
    """The changes of a definition in the order of its text. flags: see FlagNames. splits: whether an atomic block is more than
    one access, so that it matters that it is atomic."""
    return list(_Changes(source, flags, definition, splits).block(definition.body))


def changes_of_constant(source: Source, definition: ast.Assign, flags: FlagNames) -> list[Change]:
    """The changes of a constant of a file that is a number, a truth value or flags; of anything else none."""
    plain = ast.Constant | ast.BinOp | ast.UnaryOp | ast.Name | ast.Attribute | ast.operator | ast.unaryop | ast.expr_context
    if not all(isinstance(node, plain) for node in ast.walk(definition.value)):
        return []
    return list(_Changes(source, flags).expressions(definition))


def head(statement: ast.stmt) -> str:
    """The text of a statement on one line, of a compound one up to its colon, however it is laid out in its file."""
    if not hasattr(statement, "body"):
        return ast.unparse(statement)
    bare = copy.copy(statement)
    bare.body = [ast.Pass()]
    if hasattr(bare, "orelse"):
        bare.orelse = []
    return ast.unparse(bare).rpartition("\n")[0]


class _Changes:
    def __init__(
        self,
        source: Source,
        flags: FlagNames,
        definition: ast.FunctionDef | None = None,
        splits: Callable[[ast.With], bool] = lambda block: False,
    ) -> None:
        self.source = source
        self.flags = flags
        self.splits = splits
        decorators = definition.decorator_list if definition is not None else []
        names = {ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in decorators}
        result = definition.returns if definition is not None else None
        self.is_function = "function" in names
        self.is_one_step = bool(names & {"function", "action"})
        self.gives_bool = isinstance(result, ast.Name) and result.id == "bool"

    def block(self, statements: Sequence[ast.stmt], alone: bool = False, atomic: bool = False) -> Iterator[Change]:
        """The changes of a block. alone: it is one statement, and to drop it is to drop what it stands in. atomic: it is a
        part of one step."""
        for number, statement in enumerate(statements):
            following = statements[number + 1] if number + 1 < len(statements) else None
            if not _is_protocol(statement):
                continue
            if not alone:
                yield self.dropped(statement)
            yield from self.expressions(statement)
            if isinstance(statement, ast.With) and self.splits(statement):
                yield self.without_atomic(statement)
            if following is not None and _can_swap(statement, following, atomic or self.is_one_step):
                yield self.swapped(statement, following)
            body, otherwise = getattr(statement, "body", ()), getattr(statement, "orelse", ())
            atomic_body = atomic or isinstance(statement, ast.With)
            yield from self.block(body, len(body) == 1 and not otherwise, atomic_body)
            yield from self.block(otherwise, False, atomic)

    def dropped(self, statement: ast.stmt) -> Change:
        start, end = self.source.span(statement)
        # A function has no `pass`; what it may have in its place is a docstring.
        nothing = '""' if self.is_function else "pass"
        text = f"else: {nothing}" if self.is_elif(start) else nothing
        return Change(DROP, self.shown(statement), statement.lineno, self.source.replace(start, end, text))

    def is_elif(self, start: int) -> bool:
        return self.source.content.startswith(b"elif", start)

    def shown(self, statement: ast.stmt) -> str:
        """The statement in a change's name."""
        start, _ = self.source.span(statement)
        return ("el" if self.is_elif(start) else "") + head(statement)

    def expressions(self, statement: ast.stmt) -> Iterator[Change]:
        span = self.head_span(statement)
        if span is None:
            return
        field = _HEADS.get(type(statement))
        shown = self.shown(statement)

        def changed(kind: str, what: str) -> Change:
            text = self.source.replace(*span, self.shown(statement))
            return Change(kind, what, statement.lineno, text)

        for slot in slots(statement, None if field is None else (field,)):
            old = slot.get()
            if slot.parent is statement and self.is_condition(statement, slot.field):
                slot.put(negated(old))
                yield changed(NEGATE, shown)
                slot.put(old)
            for replacement in list(replacements(slot, self.flags)):
                slot.put(replacement.node)
                yield changed(replacement.kind, f"{replacement.text} in: {shown}")
                slot.put(old)

    def head_span(self, statement: ast.stmt) -> tuple[int, int] | None:
        """Where the text of `head` stands; None where no expression in it is changed."""
        start, end = self.source.span(statement)
        if not hasattr(statement, "body"):
            return start, end
        field = _HEADS.get(type(statement))
        head_end = None if field is None else self.source.header_end(getattr(statement, field))
        return None if head_end is None else (start, head_end)

    def is_condition(self, statement: ast.stmt, field: str) -> bool:
        if isinstance(statement, ast.If | ast.While):
            return field == "test" and not isinstance(statement.test, ast.Constant)
        is_result = isinstance(statement, ast.Return) and not isinstance(statement.value, ast.Constant)
        return self.is_function and self.gives_bool and is_result

    def without_atomic(self, statement: ast.With) -> Change:
        start, _ = self.source.span(statement)
        end = self.source.header_end(statement.items[-1].context_expr)
        assert end is not None
        return Change(DROP_ATOMIC, head(statement), statement.lineno, self.source.replace(start, end, "if True:"))

    def swapped(self, first: ast.stmt, second: ast.stmt) -> Change:
        start, first_end = self.source.span(first)
        second_start, end = self.source.span(second)
        between = self.source.content[first_end:second_start].decode()
        text = self.source.text(second) + between + self.source.text(first)
        return Change(SWAP, f"{head(first)} <-> {head(second)}", first.lineno, Edit(start, end, text))


def _is_protocol(statement: ast.stmt) -> bool:
    """Whether a statement does something that is the protocol's own; what it is checked for is not."""
    match statement:
        case ast.Pass() | ast.Global() | ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr(value=ast.Call(func=ast.Name(id="check"))):
            return False
    return True


def _can_swap(first: ast.stmt, second: ast.stmt, atomic: bool) -> bool:
    """Whether swapping two statements is a change of its own: beside `return` it would come to dropping the other one, and
    within one step it changes nothing if neither uses what the other one stores."""
    leaves = (ast.Return, ast.Break, ast.Continue)
    if not _is_protocol(second) or isinstance(first, leaves) or isinstance(second, leaves):
        return False
    if atomic and isinstance(first, ast.Assign) and isinstance(second, ast.Assign):
        if not any(isinstance(node, ast.Call) for statement in (first, second) for node in ast.walk(statement)):
            if not (_stored(first) & _used(second) or _stored(second) & _used(first)):
                return False
    return ast.dump(first) != ast.dump(second)


def _stored(statement: ast.Assign) -> set[str]:
    """The names of the variable or field that an assignment stores to."""
    target = statement.targets[0]
    while isinstance(target, ast.Subscript):
        target = target.value
    return {target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)}


def _used(statement: ast.stmt) -> set[str]:
    """All names of variables and fields in a statement."""
    found = ast.walk(statement)
    return {n.attr if isinstance(n, ast.Attribute) else n.id for n in found if isinstance(n, ast.Attribute | ast.Name)}
