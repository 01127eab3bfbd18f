# SPDX-License-Identifier: GPL-2.0-only
"""switch -> an if-chain over its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.blocks import BlockTranslator, ends
from checker.language.c.translate.parts import breaks_out
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.values import Scalar


class SwitchTranslator(BlockTranslator):
    """Translates switch statements."""

    def switch(self, node: syntax.Switch) -> None:
        """An if-chain over the cases. What goes on in the next case has that one's statements too. Where a `break` stands inside
        of another statement the chain is a loop of one round, which it leaves."""
        value = self.kept(node.value, self.scalar(node.value))
        assert isinstance(value, Scalar)
        body = node.body
        if not isinstance(body, syntax.Compound):
            raise error(node, "a switch needs a block")
        cases = _cases(body)
        if not any(breaks_out(statement) for case in cases for statement in case.statements):
            self.chain(node, value, cases, 0)
            return
        known = set(self.assigned)
        with self.collected() as chain, self.switching() as continued:
            self.chain(node, value, cases, 0)
            if not self.ended():
                self.emit(tree.Break(at(node)))
        self.assigned = known
        loop = tree.While(at(node), build.boolean(at(node), True), tuple(chain))
        if not continued:
            self.emit(loop)
            return
        flag = continued[0]
        self.emit(tree.Assign(at(node), flag.name, build.boolean(at(node), False)))
        self.emit(loop)
        with self.collected() as then:
            self.jump(syntax.Continue(node.position))
        self.emit(tree.If(at(node), tree.LocalRead(at(node), flag.type, flag.name), tuple(then), ()))

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
        if not ends(then):
            self.assigned = after if ends(otherwise) else self.assigned & after


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
