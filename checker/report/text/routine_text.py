# SPDX-License-Identifier: GPL-2.0-only
"""A routine or function of the syntax tree as text, much as a model in Python has it, each statement with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from checker.language import tree
from checker.report.text.expression_text import ExpressionText, type_text

_INDENT = "    "

_Line = tuple[tree.Position, str]


def code_text(program: tree.Program, code: tree.Routine | tree.Function) -> str:
    """The code, a line for each statement: `fork.c:404 | vm_area.pages[nr_pages] = page`. Not ending in a newline."""
    text = _RoutineText(ExpressionText(program))
    if isinstance(code, tree.Function):
        lines = [text.head(code, code.body.type), (code.body.position, f"{_INDENT}return {text.of.text(code.body)}")]
    else:
        lines = [text.head(code, code.result), *text.block(code.body, _INDENT)]
    places = [f"{PurePosixPath(position.file).name}:{position.line}" for position, _ in lines]
    width = max(map(len, places))
    return "\n".join(f"{place:<{width}} | {line}" for place, (_, line) in zip(places, lines, strict=True))


class _RoutineText:
    def __init__(self, expressions: ExpressionText) -> None:
        self.of = expressions

    def head(self, code: tree.Routine | tree.Function, result: tree.Type | None) -> _Line:
        parameters = ", ".join(f"{local.name}: {type_text(local.type)}" for local in code.parameters)
        return code.position, f"def {code.name}({parameters}) -> {'None' if result is None else type_text(result)}:"

    def block(self, statements: Sequence[tree.Statement], indent: str) -> Iterator[_Line]:
        for statement in statements:
            yield from self.statement(statement, indent)

    def statement(self, statement: tree.Statement, indent: str) -> Iterator[_Line]:
        """The lines of a statement, with those that are in it."""
        match statement:
            case tree.If():
                yield from self._if(statement, indent, "if")
            case tree.While(test=test, body=body):
                yield from self._with_body(statement.position, f"while {self.of.text(test)}:", body, indent)
            case tree.For(binding=binding, body=body):
                yield from self._with_body(statement.position, f"{self.of.bindings([binding])}:", body, indent)
            case tree.Atomic(reason=reason, body=body):
                yield from self._with_body(statement.position, f'with atomic("{reason}"):', body, indent)
            case _:
                yield statement.position, indent + self._simple(statement)

    def _with_body(self, position: tree.Position, head: str, body: Sequence[tree.Statement], indent: str) -> Iterator[_Line]:
        yield position, indent + head
        if body:
            yield from self.block(body, indent + _INDENT)
        else:
            yield position, f"{indent}{_INDENT}pass"

    def _if(self, statement: tree.If, indent: str, word: str) -> Iterator[_Line]:
        yield from self._with_body(statement.position, f"{word} {self.of.text(statement.test)}:", statement.then, indent)
        match statement.otherwise:
            case ():
                return
            case (tree.If() as only,):
                yield from self._if(only, indent, "elif")
            case (first, *_):
                yield from self._with_body(first.position, "else:", statement.otherwise, indent)

    def _simple(self, statement: tree.Statement) -> str:
        """A statement that has no others in it."""
        of = self.of
        match statement:
            case tree.Assign(target=target, value=value, operator=operator):
                place = target if isinstance(target, str) else of.place(target)
                return f"{place} {operator or ''}= {of.text(value)}"
            case tree.Evaluate(value=value):
                return of.text(value)
            case tree.Return(value=value):
                return "return" if value is None else f"return {of.text(value)}"
            case tree.Break():
                return "break"
            case tree.Continue():
                return "continue"
            case tree.Require(condition=condition):
                return f"require({of.text(condition)})"
            case tree.Check(condition=condition, property=name, message=message):
                return f'check({of.text(condition)}, "{name}", {of.message(message)})'
            case tree.Halt(reason=reason):
                return f'halt("{reason}")'
            case tree.Free(pointer=pointer):
                return f"free({of.text(pointer)})"
            case tree.Enter(owner=owner, routine=routine, arguments=arguments):
                return f"enter({of.text(owner)}, {routine}({of.list(arguments)}))"
        raise TypeError(f"no text for {type(statement).__name__}")
