# SPDX-License-Identifier: GPL-2.0-only
"""switch, as a chain of ifs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.blocks import BlockTranslator, Left
from checker.language.c.translate.parts import breaks_out
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.values import Scalar
from checker.language.flow import ends


class SwitchTranslator(BlockTranslator):
    """Translates switches."""

    def switch(self, node: syntax.Switch) -> None:
        """An if-chain over the cases. What goes on in the next case has that one's statements too."""
        value = self.kept(node.value, self.scalar(node.value))
        assert isinstance(value, Scalar)
        body = node.body
        if not isinstance(body, syntax.Compound):
            raise error(node, "a switch needs a block")
        cases = _cases(body)
        if not any(breaks_out(each) for each in body.statements if not isinstance(each, syntax.Break)):
            self.chain(node, value, cases, 0)
            return
        position = at(node)
        with self.looping(kind=Left.SWITCH) as loop, self.collected() as inner:
            self.chain(node, value, cases, 0)
            if not self.ended():
                loop.exits.append(set(self.assigned))
                self.emit(tree.Break(position))
        self.after(loop.exits)
        flag = loop.continued[0] if loop.continued else None
        if flag is not None:
            self.emit(tree.Assign(position, flag.name, build.boolean(position, False)))
        self.emit(tree.While(position, build.boolean(position, True), tuple(inner)))
        if flag is not None:
            with self.collected() as then:
                self.jump(syntax.Continue(node.position))
            self.emit(tree.If(position, tree.LocalRead(position, flag.type, flag.name), tuple(then), ()))

    def chain(self, node: syntax.Switch, value: Scalar, cases: list[_Cases], number: int) -> None:
        if number == len(cases):
            default = next((each for each in cases if each.default), None)
            if default is not None:
                self.block(default.statements)
            return
        case = cases[number]
        if case.default and not case.values:
            self.chain(node, value, cases, number + 1)
            return
        tests = []
        for label in case.values:
            if label.last is not None:
                raise error(label, "a range of cases; write each one")
            tests.append(self.compared(label, "==", value, self.scalar(label.value)))
        before = set(self.assigned)
        with self.collected() as then:
            self.block(case.statements)
        after = self.assigned
        self.assigned = before
        with self.collected() as otherwise:
            self.chain(node, value, cases, number + 1)
        test = build.logical(at(case.values[0]), "or", tests) if len(tests) > 1 else tests[0]
        self.emit(tree.If(at(case.values[0]), test, tuple(then), tuple(otherwise)))
        if not ends(then, endless_loops=True):
            self.assigned = after if ends(otherwise, endless_loops=True) else self.assigned & after


@dataclass(frozen=True)
class _Cases:
    """The labels of a case of a switch, and the statements from there on."""

    values: tuple[syntax.Case, ...]
    default: bool
    statements: tuple[syntax.Statement, ...]


def _cases(body: syntax.Compound) -> list[_Cases]:
    """The cases of a switch; what falls through into the next one has that one's statements too."""
    found: list[_Cases] = []
    labels: list[syntax.Case] = []
    default = False
    for number, statement in enumerate(body.statements):
        if isinstance(statement, syntax.Case):
            labels.append(statement)
        elif isinstance(statement, syntax.Default):
            default = True
        elif labels or default:
            found.append(_Cases(tuple(labels), default, _until_break(body.statements[number:])))
            labels, default = [], False
    if labels or default:
        found.append(_Cases(tuple(labels), default, ()))
    return found


def _until_break(statements: Sequence[syntax.Statement]) -> tuple[syntax.Statement, ...]:
    found: list[syntax.Statement] = []
    for statement in statements:
        if isinstance(statement, syntax.Break):
            break
        if not isinstance(statement, (syntax.Case, syntax.Default)):
            found.append(statement)
        if isinstance(statement, (syntax.Return, syntax.Goto, syntax.Continue)):
            break
    return tuple(found)
