# SPDX-License-Identifier: GPL-2.0-only
"""Conditions, comparisons, and the order in which operands are evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import addresses, integers
from checker.language.c.translate.code import described
from checker.language.c.translate.places import PlaceTranslator
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.values import AreaAddress, Opaque, Region, Scalar, Struct, Value
from checker.language.walking import nodes

_BELOW, _ABOVE = ("<", "<="), (">", ">=")


@dataclass(frozen=True)
class Comparison:
    """A comparison, of two addresses or of anything else (then `simple` is its value)."""

    position: tree.Position
    operator: str
    left: AreaAddress | None
    right: AreaAddress | None
    simple: tree.Expression | None = None

    def expression(self) -> tree.Expression:
        if self.simple is not None:
            return self.simple
        assert self.left is not None
        assert self.right is not None
        return addresses.compare(self.position, self.operator, self.left, self.right)


class LogicTranslator(PlaceTranslator):
    """Translates what is tested."""

    when_true: frozenset[str] = frozenset()

    def condition(self, node: syntax.Expression) -> tree.Expression:
        """An expression as a condition. when_true has the locals that have a value if it holds, and may have none else."""
        if isinstance(node, syntax.Binary) and node.operator in ("&&", "||"):
            return self.logical(node)
        found = self._condition(node)
        self.when_true = frozenset()
        return found

    def _condition(self, node: syntax.Expression) -> tree.Expression:
        match node:
            case syntax.Unary(operator="!", operand=operand):
                return build.unary(at(node), "not", self.condition(operand))
            case syntax.Binary(operator="==" | "!=" | "<" | ">" | "<=" | ">="):
                return self.comparison(node).expression()
        return self.is_set(node, self.value(node))

    def logical(self, node: syntax.Binary) -> tree.Expression:
        """`&&` and `||`: the right operand is evaluated only if the left one does not decide."""
        operands = _flattened(node, node.operator)
        operator = "and" if node.operator == "&&" else "or"
        found: tree.Expression | None = None
        pending: Comparison | None = None
        always: set[str] = set()
        for number, operand in enumerate(operands):
            if number == 1:
                always = set(self.assigned)
            with self.collected() as effects:
                compared = self.comparison(operand) if _compares(operand) else None
                if compared is None:
                    other = self.condition(operand)
            if not self.acts(effects):
                self.statements += effects
                effects = []
            if compared is not None and pending is not None and not effects:
                both = _range(pending, compared, operator)
                if both is not None:
                    found, pending = _add(node, operator, found, both), None
                    continue
            if pending is not None:
                found, pending = _add(node, operator, found, pending.expression()), None
            if effects:
                if found is None:
                    self.statements += effects
                    found = other if compared is None else compared.expression()
                else:
                    found = self.decided(node, operator, found, effects, other if compared is None else compared.expression())
            elif compared is not None:
                pending = compared
            else:
                found = _add(node, operator, found, other)
        if pending is not None:
            found = _add(node, operator, found, pending.expression())
        assert found is not None
        self.when_true = frozenset(self.assigned - always) if operator == "and" else frozenset()
        self.assigned = always
        return found

    def decided(
        self, node: syntax.Node, operator: str, left: tree.Expression, effects: list[tree.Statement], right: tree.Expression
    ) -> tree.Expression:
        """`left operator right`, where something has to happen before `right` has its value."""
        position = at(node)
        result = self.fresh("decided", build.BOOL)
        read = tree.LocalRead(position, build.BOOL, result.name)
        self.emit(tree.Assign(position, result.name, left))
        then = (*effects, tree.Assign(position, result.name, right))
        test = read if operator == "and" else build.unary(position, "not", read)
        self.emit(tree.If(position, test, then, ()))
        return read

    def comparison(self, node: syntax.Expression) -> Comparison:
        """A comparison of any two values."""
        assert isinstance(node, syntax.Binary)
        left, right = self.operands(node, node.left, node.right)
        position, operator = at(node), node.operator
        match left, right:
            case AreaAddress(), AreaAddress():
                return Comparison(position, operator, left, right)
            case Scalar(), Scalar():
                return Comparison(position, operator, None, None, self.compared(node, operator, left, right))
            case (Region() | Struct() | AreaAddress(), Scalar(tree.Constant(value=0))) | (
                Scalar(tree.Constant(value=0)),
                Region() | Struct() | AreaAddress(),
            ):
                if operator in ("==", "!="):
                    pointer = left if isinstance(right, Scalar) else right
                    is_set = self.is_set(node, pointer)
                    return Comparison(
                        position, operator, None, None, is_set if operator == "!=" else build.unary(position, "not", is_set)
                    )
            case Region(variable, record, a, i), Region(other, owner, b, j) if (variable, record) == (other, owner):
                return Comparison(position, operator, None, None, self.same_region(node, operator, (a, i), (b, j)))
        for value in (left, right):
            if isinstance(value, Opaque):
                raise error(node, f"{value.what} makes no difference in the model, and cannot be compared")
        raise error(node, f"{described(left)} and {described(right)} are not compared in a model")

    def compared(self, node: syntax.Node, operator: str, left: Scalar, right: Scalar) -> tree.Expression:
        position = at(node)
        a, b = left.expression, right.expression
        if isinstance(a.type, tree.ReferenceType) or isinstance(b.type, tree.ReferenceType):
            if operator not in ("==", "!="):
                raise error(node, f"`{operator}` orders pointers, whose order a model does not have; compare them with == or !=")
            if self.text.cpu_type in (a.type, b.type) and a.type != b.type:
                raise error(node, "the number of a CPU is compared with another number, and none has a fixed one here")
            a, b = (build.null(position) if isinstance(e, tree.Constant) and e.value == 0 else e for e in (a, b))
            return build.compare(position, operator, a, b)
        if isinstance(a.type, tree.FlagsType) and a.type == b.type:
            return build.compare(position, operator, a, b)
        for mine, other in ((a, b), (b, a)):
            if isinstance(mine.type, tree.FlagsType) and isinstance(other, tree.Constant) and other.value == 0:
                return build.compare(position, operator, mine, tree.Constant(position, mine.type, 0))
        return integers.compare(position, operator, left, right)

    def same_region(
        self,
        node: syntax.Node,
        operator: str,
        left: tuple[tree.Expression | None, tree.Expression],
        right: tuple[tree.Expression | None, tree.Expression],
    ) -> tree.Expression:
        """A comparison of two pointers into arrays of one kind."""
        position = at(node)
        (a, i), (b, j) = left, right
        indices = build.compare(position, operator, i, j)
        if a is None or b is None or addresses.same_local(a, b):
            return indices
        same = build.compare(position, "==", a, b)
        if operator == "==":
            return build.logical(position, "and", (same, indices))
        if operator == "!=":
            return build.logical(position, "or", (build.unary(position, "not", same), indices))
        raise error(node, f"`{operator}` orders pointers into different arrays; compare them with == or !=")

    # -- order of evaluation --

    def operands(self, node: syntax.Node, left: syntax.Expression, right: syntax.Expression) -> tuple[Value, Value]:
        """Two operands, evaluated from left to right. ModelError where C leaves the order open and it would matter."""
        begun = len(self.statements)
        first = self.value(left)
        left_acts = self.acts(self.statements[begun:]) or self.calls(first)
        with self.collected() as effects:
            second = self.value(right)
        acts = self.acts(effects)
        if left_acts and (acts or self.calls(second)):
            raise error(
                node,
                f"both operands (at column {left.position.column} and {right.position.column}) have effects, and C leaves open "
                "which comes first; write two statements",
            )
        if acts:
            first = self.kept(left, first)
        self.statements += effects
        return first, second

    def kept(self, node: syntax.Node, value: Value) -> Value:
        """The value, evaluated here and now, where it is needed later."""
        match value:
            case Scalar(expression, type_) if not isinstance(expression, tree.Constant):
                local = self.fresh("kept", expression.type)
                self.emit(tree.Assign(at(node), local.name, expression))
                return Scalar(tree.LocalRead(at(node), expression.type, local.name), type_)
            case Scalar() | Opaque():
                return value
        raise error(node, "this is used beside an operand with effects; write two statements")

    def calls(self, value: object) -> bool:
        """Whether the value has a call of a routine in it."""
        return any(
            (isinstance(part, tree.Call) and not self.text.is_function(part.callee)) or isinstance(part, tree.Choose)
            for part in nodes(value)
        )

    def acts(self, statements: Sequence[tree.Statement]) -> bool:
        """Whether statements do more than to note which CPU this is."""
        return not all(isinstance(s, tree.Assign) and isinstance(s.target, str) and self.is_this_cpu(s.value) for s in statements)

    def is_this_cpu(self, expression: tree.Expression) -> bool:
        """Whether an expression asks which CPU this is."""
        return isinstance(expression, tree.Call) and expression.type == self.text.cpu_type and not expression.arguments

    def does_anything(self, expression: tree.Expression) -> bool:
        """Whether to evaluate the expression is more than to compute with locals and constants."""
        return any(isinstance(part, (tree.Read, tree.Call, tree.Cast, tree.Choose)) for part in nodes(expression))


def _flattened(node: syntax.Expression, operator: str) -> list[syntax.Expression]:
    if isinstance(node, syntax.Binary) and node.operator == operator:
        return [*_flattened(node.left, operator), *_flattened(node.right, operator)]
    return [node]


def _compares(node: syntax.Expression) -> bool:
    return isinstance(node, syntax.Binary) and node.operator in ("==", "!=", *_BELOW, *_ABOVE)


def _add(node: syntax.Node, operator: str, found: tree.Expression | None, more: tree.Expression) -> tree.Expression:
    return more if found is None else build.logical(at(node), operator, (found, more))


def _range(first: Comparison, second: Comparison, operator: str) -> tree.Expression | None:
    """Two comparisons that together ask whether an address is inside a range of an area, or outside of one, as one question that
    has an answer for an address of another area too. None if that is not what they ask."""
    ends = []
    for compared in (first, second):
        if compared.left is None or compared.right is None:
            return None
        ends.append((compared.operator, compared.left, compared.right))
    for a in (ends[0], _turned(ends[0])):
        for b in (ends[1], _turned(ends[1])):
            one_address = addresses.same_local(a[1].area, b[1].area) and addresses.same_local(a[1].offset, b[1].offset)
            if not one_address or not addresses.same_local(a[2].area, b[2].area) or addresses.same_local(a[1].area, a[2].area):
                continue
            inside, outside = (_ABOVE, _BELOW), (_BELOW, _ABOVE)
            low, high = (a, b) if a[0] in (_ABOVE if operator == "and" else _BELOW) else (b, a)
            wanted = inside if operator == "and" else outside
            if low[0] in wanted[0] and high[0] in wanted[1]:
                return addresses.in_range(first.position, a[1], (low[0], low[2]), (high[0], high[2]), operator == "and")
    return None


def _turned(end: tuple[str, AreaAddress, AreaAddress]) -> tuple[str, AreaAddress, AreaAddress]:
    operator, left, right = end
    return addresses.flipped(operator), right, left
