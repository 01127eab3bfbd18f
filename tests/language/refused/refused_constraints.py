# SPDX-License-Identifier: GPL-2.0-only
"""Constraints that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import STATE, Case, lines

FORM = 'write @constraint("the bound, in words")'


def constraint(decorator: str, head: str, condition: str) -> str:
    return STATE + lines(decorator, f"«def low{head}:", f"    return {condition}")


CONSTRAINTS: list[Case] = [
    ("@constraint without its text", constraint("@constraint", "() -> bool", "flag"), FORM),
    ("@constraint of a number", constraint("@constraint(3)", "() -> bool", "flag"), FORM),
    ("@constraint with two texts", constraint('@constraint("x", "y")', "() -> bool", "flag"), FORM),
    (
        "@constraint code that gives a number",
        constraint('@constraint("x")', "() -> Small", "g"),
        "the constraint `low` holds or not; write `-> bool`",
    ),
    (
        "a constraint with a parameter",
        constraint('@constraint("x")', "(x: Small) -> bool", "flag"),
        "the constraint `low` takes no parameters; write all(... for x in ...)",
    ),
    (
        "a constraint that follows a pointer",
        constraint('@constraint("x")', "() -> bool", "p.use == 0"),
        "the constraint `low` could meet a wild pointer or index; name instances by all(... for x in every(...))",
    ),
]
