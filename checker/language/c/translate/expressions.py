# SPDX-License-Identifier: GPL-2.0-only
"""C expressions -> values of the tree.

C leaves open in which order operands are evaluated. Here it is from left to right, and an expression in which the order would
matter, since two operands have effects, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import addresses, integers
from checker.language.c.translate.assignments import AssignmentTranslator
from checker.language.c.translate.code import described
from checker.language.c.translate.fitting import truth
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import ALLOCATED, INT, UNSIGNED_LONG, CBool, CInteger, CPointer, CType, CVoid
from checker.language.c.translate.values import AreaAddress, Nothing, Opaque, Region, Scalar, Struct, Value

_COMPARE = ("==", "!=", "<", ">", "<=", ">=")


class ExpressionTranslator(AssignmentTranslator):
    """Translates the expressions of one function. What has to happen before the value is there is emitted."""

    def value(self, node: syntax.Expression) -> Value:
        match node:
            case syntax.Name():
                return self.name(node)
            case syntax.Number():
                return integers.number(node)
            case syntax.Character(value=value):
                return Scalar(build.integer(at(node), value), INT)
            case syntax.String():
                return Opaque("a text")
            case syntax.Unary(operator="&"):
                return self.address_of(node)
            case syntax.Unary(operator="*"):
                return self.loaded(node, self.designated(node))
            case syntax.Unary(operator="!", operand=operand):
                return Scalar(build.unary(at(node), "not", self.condition(operand)), INT)
            case syntax.Unary(operator=operator, operand=operand):
                return self.unary(node, operator, self.scalar(operand))
            case syntax.Binary(operator="&&" | "||"):
                return Scalar(self.logical(node), INT)
            case syntax.Binary():
                return self.binary_node(node)
            case syntax.Conditional():
                return self.conditional(node)
            case syntax.Comma(left=left, right=right):
                self.effects(left)
                return self.value(right)
            case syntax.Cast(type=type_, operand=operand):
                return self.cast(node, self.text.c_type(type_), self.value(operand))
            case syntax.Member() | syntax.Index():
                return self.loaded(node, self.designated(node))
            case syntax.Assign() | syntax.Increment():
                return self.assignment_value(node)
            case syntax.Call():
                return self.call(node)
            case syntax.SizeofType() | syntax.SizeofExpression():
                return self.size_of(node)
        raise error(node, f"{_NAMES.get(type(node), 'this')} has no counterpart in a model; write it in plain C")

    def effects(self, node: syntax.Expression) -> None:
        """An expression whose value is dropped: what it does is emitted."""
        match node:
            case syntax.Assign() | syntax.Increment():
                self.assignment(node)
            case syntax.Cast(type=type_, operand=operand) if isinstance(self.text.c_type(type_), CVoid):
                self.effects(operand)
            case syntax.Comma(left=left, right=right):
                self.effects(left)
                self.effects(right)
            case _:
                value = self.value(node)
                for expression in _expressions(value):
                    self.evaluate(node, expression)

    def evaluate(self, node: syntax.Node, expression: tree.Expression) -> None:
        """Emit the evaluation of an expression whose value is dropped, if that does anything: also a read that may be of freed
        memory."""
        if isinstance(expression, tree.Call):
            self.emit(tree.Evaluate(at(node), expression))
        elif self.does_anything(expression):
            dropped = self.fresh("dropped", expression.type)
            self.emit(tree.Assign(at(node), dropped.name, expression))

    # -- leaves --

    def name(self, node: syntax.Name) -> Value:
        name = node.name
        if name in self.scope:
            return self.read(node, self.scope[name])
        if name == "current":
            return self.current(node)
        constant = self.text.constant(node, name)
        if constant is not None:
            return constant
        return self.loaded(node, self.designated(node))

    def current(self, node: syntax.Node) -> Scalar:
        """`current`: what this CPU's current_task points to; one load."""
        position, kernel = at(node), self.text.kernel
        this_cpu = kernel.service("this_cpu")
        cpu = tree.Call(position, self.text.cpu_type, this_cpu.name, ())
        field = kernel.field("Cpu", "current")
        read = tree.Read(position, field.type, tree.Place(position, field, "Cpu", cpu))
        return Scalar(read, self.type_of_value(field.type))

    def size_of(self, node: syntax.SizeofType | syntax.SizeofExpression) -> Value:
        """sizeof of a type. Structs have no size in a model: it is for what allocates them to know them."""
        if isinstance(node, syntax.SizeofType) and node.keyword == "sizeof":
            size = integers.size_of(self.text.c_type(node.type))
            if size is not None:
                return Scalar(build.integer(at(node), size), UNSIGNED_LONG)
        return Opaque("the size of a struct")

    # -- operators --

    def unary(self, node: syntax.Node, operator: str, operand: Scalar) -> Scalar:
        if operator == "~" and isinstance(operand.expression.type, tree.FlagsType):
            return Scalar(build.unary(at(node), "~", operand.expression), operand.type)
        return integers.unary(at(node), operator, operand)

    def binary_node(self, node: syntax.Binary) -> Value:
        if node.operator in _COMPARE:
            compared = self.comparison(node)
            return Scalar(compared.expression(), INT)
        left, right = self.operands(node, node.left, node.right)
        return self.binary(node, node.operator, left, right)

    def binary(self, node: syntax.Node, operator: str, left: Value, right: Value) -> Value:
        """An arithmetic operator on two values."""
        position = at(node)
        match left, right:
            case Opaque(what), Scalar() | Opaque():
                return Opaque(what)
            case Scalar(), Opaque(what):
                return Opaque(what)
            case AreaAddress(), Scalar() if operator in ("+", "-"):
                return addresses.moved(position, left, operator, right)
            case Scalar(), AreaAddress() if operator == "+":
                return addresses.moved(position, right, operator, left)
            case AreaAddress(), Scalar() if operator == "&":
                return self.masked(node, left, right)
            case AreaAddress(), AreaAddress() if operator == "-":
                return addresses.distance(position, left, right)
            case Region(), Scalar() if operator in ("+", "-"):
                return self.moved_region(node, left, operator, right)
            case Scalar(), Region() if operator == "+":
                return self.moved_region(node, right, operator, left)
            case Scalar(), Scalar():
                return self.arithmetic(node, operator, left, right)
        if isinstance(left, AreaAddress) or isinstance(right, AreaAddress):
            raise addresses.refused(position, operator)
        raise error(node, f"`{operator}` of {described(left)} and {described(right)} has no value in a model")

    def arithmetic(self, node: syntax.Node, operator: str, left: Scalar, right: Scalar) -> Scalar:
        flags = next((s for s in (left, right) if isinstance(s.expression.type, tree.FlagsType)), None)
        if flags is not None and operator in ("&", "|", "^"):
            type_ = flags.expression.type
            assert isinstance(type_, tree.FlagsType)
            sides = [self.as_flags(node, side, type_) for side in (left, right)]
            return Scalar(build.binary(at(node), operator, *sides), flags.type)
        return integers.binary(at(node), operator, left, right)

    def as_flags(self, node: syntax.Node, value: Scalar, type_: tree.FlagsType) -> tree.Expression:
        """A value beside flags. A number has no meaning there but 0: the bits have names."""
        expression = value.expression
        if expression.type == type_:
            return expression
        if isinstance(expression, tree.Constant) and expression.value == 0:
            return tree.Constant(at(node), type_, 0)
        names = ", ".join(name for name, _ in type_.members)
        raise error(
            node, f"only named bits can stand beside {type_.name} here: {names}; bind others in the manifest, [constants]"
        )

    def masked(self, node: syntax.Node, address: AreaAddress, mask: Scalar) -> Value:
        """`address & mask`: rounded down to a page or the like, or the offset in one."""
        known = integers.as_integer(at(node), mask).expression
        area_size = self.text.size(self.text.addresses.size)
        if isinstance(known, tree.Constant):
            size = addresses.mask_size(known.value, area_size)
            if size is not None:
                return addresses.aligned_down(at(node), address, size)
            is_offset = 0 < known.value < area_size and not known.value & (known.value + 1)
            if is_offset and area_size % (known.value + 1) == 0:
                return addresses.binary_of_offset(
                    at(node), "%", address, Scalar(build.integer(at(node), known.value + 1), mask.type)
                )
        raise addresses.refused(at(node), "&")

    def conditional(self, node: syntax.Conditional) -> Value:
        if node.then is None:
            raise error(node, "`?:` without a middle operand; write the operand twice, or use an `if`")
        test = self.condition(node.test)
        with self.collected() as first:
            then = self.value(node.then)
        with self.collected() as second:
            otherwise = self.value(node.otherwise)
        if isinstance(test, tree.Constant):
            self.statements += first if test.value else second
            chosen = then if test.value else otherwise
            return integers.chosen(at(node), test, then, otherwise) if _is_number(then) and _is_number(otherwise) else chosen
        if isinstance(then, Scalar) and isinstance(otherwise, Scalar) and not first and not second:
            return self.joined(node, test, then, otherwise)
        raise error(node, "the operands of `?:` have effects, or are addresses; write an `if`")

    def joined(self, node: syntax.Node, test: tree.Expression, then: Scalar, otherwise: Scalar) -> Scalar:
        """A conditional value. A 0 beside a pointer or flags is a null pointer or no flag."""
        first, second = then.expression, otherwise.expression
        for mine, other in ((first, second), (second, first)):
            if (
                isinstance(mine, tree.Constant)
                and mine.value == 0
                and isinstance(other.type, (tree.ReferenceType, tree.FlagsType))
            ):
                zero = tree.Constant(mine.position, other.type, 0)
                first, second = (zero, second) if mine is first else (first, zero)
        if _is_number(then) and _is_number(otherwise):
            return integers.chosen(at(node), test, then, otherwise)
        type_ = otherwise.type if isinstance(then.expression, tree.Constant) and then.expression.value == 0 else then.type
        return Scalar(build.conditional(at(node), test, first, second), type_)

    def cast(self, node: syntax.Node, wanted: CType, value: Value) -> Value:
        """A cast. Between pointers it changes what the pointer is taken for only where the model knows both."""
        position = at(node)
        match value, wanted:
            case Nothing(), CVoid():
                return value
            case Opaque() | Region() | AreaAddress() | Struct(), CPointer() | CInteger(bits=64):
                return value
            case Scalar(_, type_), CPointer() if type_ == ALLOCATED:
                return value
            case Scalar(expression, _), CInteger() if isinstance(expression.type, tree.ReferenceType):
                if expression.type == self.text.cpu_type:
                    return value
                if wanted.bits < 64:
                    raise error(node, "a pointer does not fit into this type; cast it to unsigned long")
                return Scalar(build.cast(position, self.text.address_range(expression.type), expression), wanted)
            case Scalar(expression, _), CInteger() | CBool() if not isinstance(expression.type, tree.FlagsType):
                return integers.cast(position, value, wanted)
            case Scalar(expression, _), CPointer():
                return self.to_pointer(node, wanted, expression, value)
            case Scalar(expression, _), _ if isinstance(expression.type, tree.FlagsType):
                return Scalar(expression, wanted) if not isinstance(wanted, CBool) else integers.cast(position, value, wanted)
        kind = self.text.kind_of(wanted)
        if isinstance(value, Scalar) and kind == self.text.kind_of(value.type) and kind is not None:
            return Scalar(value.expression, wanted)
        raise error(node, f"{described(value)} is not cast to this type in a model")

    def to_pointer(self, node: syntax.Node, wanted: CPointer, expression: tree.Expression, value: Scalar) -> Scalar:
        """A number or pointer as a pointer."""
        record = self.text.record_of(wanted)
        if isinstance(expression.type, tree.ReferenceType):
            if record is not None and expression.type.record not in ("", record):
                raise error(
                    node, f"a pointer to {expression.type.record} is taken for one to {record} here; a model keeps them apart"
                )
            return Scalar(expression, wanted if record is not None else value.type)
        expression = integers.as_integer(at(node), value).expression
        if record is not None:
            return Scalar(build.cast(at(node), tree.ReferenceType(record), expression), wanted)
        return Scalar(expression, wanted)

    def call(self, node: syntax.Call) -> Value:
        """A call; see CallTranslator."""
        raise NotImplementedError


def _is_number(value: Value) -> TypeGuard[Scalar]:
    """Whether it is a number or truth value to C."""
    return (
        isinstance(value, Scalar)
        and isinstance(value.expression.type, (tree.BoolType, tree.IntType))
        and not isinstance(value.type, CPointer)
    )


def _expressions(value: Value) -> Sequence[tree.Expression]:
    match value:
        case Scalar(expression, _):
            return (expression,)
        case Struct(_, _, _, base):
            return () if base is None else (base,)
        case AreaAddress(area, offset):
            return (area, offset)
        case Region(_, _, base, index):
            return (index,) if base is None else (base, index)
    return ()


_NAMES: dict[type[syntax.Expression], str] = {
    syntax.FloatNumber: "a floating point number",
    syntax.StatementExpression: "a statement inside an expression",
    syntax.LabelAddress: "the address of a label",
    syntax.GenericSelection: "_Generic",
    syntax.InitialiserList: "a list of initial values",
    syntax.CompoundLiteral: "a compound literal",
    syntax.TypeArgument: "a type as an argument",
}
__all__ = ["ExpressionTranslator", "truth"]
