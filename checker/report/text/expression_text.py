# SPDX-License-Identifier: GPL-2.0-only
"""Expressions of the syntax tree as text, much as a model in Python has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from checker.language import tree
from checker.language.values import format_value, indexed_name

_LOOSEST, _IF, _OR, _AND, _NOT, _COMPARE, _BIT_OR, _BIT_XOR, _BIT_AND, _SHIFT, _SUM, _PRODUCT, _SIGN, _ATOM = range(14)

_BINARY = {
    "|": _BIT_OR,
    "^": _BIT_XOR,
    "&": _BIT_AND,
    "<<": _SHIFT,
    ">>": _SHIFT,
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "//": _PRODUCT,
    "%": _PRODUCT,
}


def type_text(type_: tree.Type) -> str:
    """The name of a type, without its bounds."""
    match type_:
        case tree.BoolType():
            return "bool"
        case tree.IntType():
            return "int"
        case tree.EnumType(name=name) | tree.FlagsType(name=name):
            return name
        case tree.ReferenceType(record=record):
            return record


class ExpressionText:
    """Prints expressions of one program."""

    def __init__(self, program: tree.Program) -> None:
        self.program = program

    def text(self, expression: tree.Expression, around: int = _LOOSEST) -> str:
        """An expression, in parentheses where it binds less than what is around it."""
        level, found = self._parts(expression)
        return f"({found})" if level < around else found

    def place(self, place: tree.Place) -> str:
        """Where a value of the shared state is."""
        name = indexed_name(place.variable.name, map(self.text, place.indices))
        return name if place.base is None else f"{self.text(place.base, _ATOM)}.{name}"

    def list(self, expressions: Sequence[tree.Expression]) -> str:
        """Expressions with commas between them."""
        return ", ".join(map(self.text, expressions))

    def bindings(self, bindings: Sequence[tree.Binding]) -> str:
        """`for page in Page for i in range(0, 2)`"""
        return " ".join(f"for {binding.local.name} in {self.domain(binding.domain)}" for binding in bindings)

    def domain(self, domain: tree.Domain) -> str:
        match domain:
            case tree.RangeDomain(low=low, high=high):
                return f"range({self.text(low)}, {self.text(high)})"
            case tree.ArenaDomain(record=record):
                return record
            case tree.ValuesDomain(values=values):
                return f"({self.list(values)})"

    def message(self, message: tree.Message) -> str:
        """A text with expressions in it, as Python has it."""
        if all(isinstance(part, str) for part in message):
            return repr("".join(str(part) for part in message))
        return "f" + repr("".join(map(self._filled, message)))

    def _filled(self, part: str | tree.Expression | tree.Alternative) -> str:
        match part:
            case str():
                return part.replace("{", "{{").replace("}", "}}")
            case tree.Alternative(test=test, then=then, otherwise=otherwise):
                return f"{{{self.message(then)} if {self.text(test)} else {self.message(otherwise)}}}"
        return f"{{{self.text(part)}}}"

    def _parts(self, expression: tree.Expression) -> tuple[int, str]:
        """How strongly it binds, and its text."""
        match expression:
            case tree.Constant(type=type_, value=value):
                shown = format_value(self.program, type_, value)
                return (_SIGN if shown.startswith("-") else _BIT_OR if "|" in shown else _ATOM), shown
            case tree.LocalRead(name=name):
                return _ATOM, name
            case tree.Read(place=place):
                return _ATOM, self.place(place)
            case tree.Unary(operator="not", operand=tree.Compare(operator="==" | "!=" as compared) as operand):
                opposite: Literal["==", "!="] = "!=" if compared == "==" else "=="
                return self._parts(replace(operand, operator=opposite))
            case tree.Unary(operator="not", operand=operand):
                return _NOT, f"not {self.text(operand, _NOT)}"
            case tree.Unary(operator=operator, operand=operand):
                return _SIGN, f"{operator}{self.text(operand, _SIGN)}"
            case tree.Cast(type=tree.IntType(), operand=tree.Expression(type=tree.IntType()) as operand):
                return self._parts(operand)
            case tree.Binary(operator=operator, left=left, right=right):
                level = _BINARY[operator]
                return level, f"{self.text(left, level)} {operator} {self.text(right, level + 1)}"
            case tree.Compare(operator=operator, left=left, right=right):
                word = {"==": "is", "!=": "is not"}.get(operator, operator) if _is_none(right) else operator
                return _COMPARE, f"{self.text(left, _COMPARE + 1)} {word} {self.text(right, _COMPARE + 1)}"
            case tree.Logical(operator=operator, operands=operands):
                level = _AND if operator == "and" else _OR
                return level, f" {operator} ".join(self.text(operand, level + 1) for operand in operands)
            case tree.Conditional(test=test, then=then, otherwise=otherwise):
                return _IF, f"{self.text(then, _OR)} if {self.text(test, _OR)} else {self.text(otherwise, _IF)}"
        return _ATOM, self._call(expression)

    def _call(self, expression: tree.Expression) -> str:
        """What is written as a call."""
        match expression:
            case tree.Call(callee=callee, arguments=arguments):
                return f"{callee}({self.list(arguments)})"
            case tree.Cast(operand=operand, type=type_):
                return f"{type_text(type_)}({self.text(operand)})"
            case tree.Quantifier(kind=kind, bindings=bindings, condition=condition, body=body):
                return f"{kind}({self.text(body)} {self.bindings(bindings)}{self._where(condition)})"
            case tree.Choose(binding=binding, condition=condition):
                return f"choose({binding.local.name} {self.bindings([binding])}{self._where(condition)})"
            case tree.Allocate(record=record):
                return f"allocate({record})"
            case tree.IsAllocated(operand=operand):
                return f"is_allocated({self.text(operand)})"
            case tree.Processor():
                return "this_cpu()"
            case tree.FrameOwner():
                return "frame_owner()"
            case tree.InRoutine(owner=owner, routine=routine):
                return f"in_routine({self.text(owner)}, {routine})"
            case tree.HasFrames(owner=owner):
                return f"has_frames({self.text(owner)})"
            case tree.Calls(processor=processor, routine=routine):
                return f"calls({self.text(processor)}, {routine})"
        raise TypeError(f"no text for {type(expression).__name__}")

    def _where(self, condition: tree.Expression | None) -> str:
        return "" if condition is None else f" if {self.text(condition, _OR)}"


def _is_none(expression: tree.Expression) -> bool:
    return isinstance(expression, tree.Constant) and isinstance(expression.type, tree.ReferenceType) and expression.value == 0
