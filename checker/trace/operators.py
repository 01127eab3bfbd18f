# SPDX-License-Identifier: GPL-2.0-only
"""What the operators of the language compute, on plain integers. Part of the independent replayer."""

from __future__ import annotations

from checker.language.tree import FlagsType, Position, Type
from checker.trace.state import ValueOutside


def arithmetic(operator: str, left: int, right: int, position: Position) -> int:
    """Integer arithmetic as Python has it. Raises ValueOutside where Python raises."""
    try:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "//":
                return left // right
            case "%":
                return left % right
            case "&":
                return left & right
            case "|":
                return left | right
            case "^":
                return left ^ right
            case "<<":
                return left << right
            case ">>":
                return left >> right
    except ZeroDivisionError:
        raise ValueOutside("division by zero", position) from None
    except ValueError:
        raise ValueOutside(f"shift by {right}", position) from None
    raise ValueError(f"{position}: unknown operator {operator}")


def compare(operator: str, left: int, right: int) -> bool:
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
    raise ValueError(f"unknown operator {operator}")


def unary(operator: str, type_: Type, value: int) -> int:
    match operator:
        case "not":
            return int(not value)
        case "-":
            return -value
        case "~":
            return type_.mask & ~value if isinstance(type_, FlagsType) else ~value
    raise ValueError(f"unknown operator {operator}")
