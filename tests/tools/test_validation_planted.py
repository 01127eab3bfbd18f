# SPDX-License-Identifier: GPL-2.0-only
"""Faults planted in the translation of C: each is noticed where models are compared with what a compiler makes of the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import addresses, integers, switches
from checker.language.c.translate.blocks import BlockTranslator
from checker.language.c.translate.calls import CallTranslator
from checker.language.c.translate.expressions import ExpressionTranslator
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.logic import LogicTranslator
from checker.language.c.translate.places import PlaceTranslator
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.types import CInteger
from checker.language.c.translate.values import Scalar
from checker.language.errors import ModelError
from checker.trace.state import Stopped
from spec.c.stacks import memory
from tools.validation import compiled, interpreted
from tools.validation.compiled import Values, find_compiler
from tools.validation.operations.comparing import Patch
from tools.validation.operations.sample import sample
from tools.validation.random.programs import program

COMPILER = find_compiler() or ""
pytestmark = pytest.mark.skipif(not COMPILER, reason="there is no C compiler (gcc or cc) to compare with")

PROGRAMS = range(400)
Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def expected() -> Mapping[int, list[Values]]:
    """What the compiled programs give."""
    return compiled.run([program(number) for number in PROGRAMS], COMPILER)


def differs(number: int, expected: Mapping[int, list[Values]]) -> bool:
    """Whether a program gives something else in a model, or has no value there. One that is refused does not differ."""
    written = program(number)
    try:
        return interpreted.run(written, interpreted.translated(written)) != expected[number]
    except ModelError:
        return False
    except Stopped:
        return True


def around(patch: pytest.MonkeyPatch, where: Any, name: str, change: Callable[..., Any]) -> None:
    """Put a function around another one, which it gets first."""
    inner = getattr(where, name)
    patch.setattr(where, name, lambda *given, **named: change(inner, *given, **named))


# -- in what an expression computes --


def minus_is_turned_round(patch: pytest.MonkeyPatch) -> None:
    around(patch, integers, "binary", lambda inner, at, op, a, b: inner(at, op, b, a) if op == "-" else inner(at, op, a, b))


def less_or_equal_is_less(patch: pytest.MonkeyPatch) -> None:
    around(patch, integers, "compare", lambda inner, at, op, a, b: inner(at, "<" if op == "<=" else op, a, b))


def unsigned_does_not_wrap(patch: pytest.MonkeyPatch) -> None:
    """Nor where an operand is converted, which would make up for it."""
    around(
        patch,
        integers,
        "converted",
        lambda inner, at, value, wanted: (
            inner(at, value, wanted) if wanted.signed or wanted.bits < 32 else integers.as_integer(at, value).expression
        ),
    )
    patch.setattr(integers, "_in_range", lambda position, result, type_: result)


def bytes_are_unsigned(patch: pytest.MonkeyPatch) -> None:
    """Unsigned types shorter than int become unsigned int."""
    around(
        patch,
        Functions,
        "type_of_variable",
        lambda inner, self, variable: (
            CInteger(32, False)
            if isinstance(found := inner(self, variable), CInteger) and not found.signed and found.bits < 32
            else found
        ),
    )


def casts_do_not_cut_off(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        integers,
        "cast",
        lambda inner, at, value, wanted: (
            Scalar(integers.as_integer(at, value).expression, wanted)
            if isinstance(wanted, CInteger)
            else inner(at, value, wanted)
        ),
    )


def shifts_go_the_other_way(patch: pytest.MonkeyPatch) -> None:
    other = {">>": "<<", "<<": ">>"}
    around(patch, integers, "binary", lambda inner, at, op, a, b: inner(at, other.get(op, op), a, b))


def a_choice_has_the_type_of_its_first_side(patch: pytest.MonkeyPatch) -> None:
    around(patch, integers, "chosen", lambda inner, at, test, a, b: Scalar(inner(at, test, a, b).expression, a.type))


def complement_of_signed_is_unsigned(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        integers,
        "unary",
        lambda inner, at, op, value: inner(at, op, Scalar(value.expression, CInteger(32, False)) if op == "~" else value),
    )


# -- in what it does --


def and_always_evaluates_both(patch: pytest.MonkeyPatch) -> None:
    def decided(inner: Any, self: Any, node: Any, operator: str, left: Any, effects: Any, right: Any) -> Any:
        self.statements += effects
        return build.logical(tree.Position("x", 1, 1), operator, (left, right))

    around(patch, LogicTranslator, "decided", decided)


def increment_gives_the_new_value(patch: pytest.MonkeyPatch) -> None:
    def value(inner: Any, self: Any, node: Any) -> Any:
        return inner(self, replace(node, prefix=True) if isinstance(node, syntax.Increment) else node)

    around(patch, ExpressionTranslator, "assignment_value", value)


def pointers_move_twice_as_far(patch: pytest.MonkeyPatch) -> None:
    def moved(inner: Any, self: Any, node: Any, region: Any, operator: str, by: Scalar) -> Any:
        return inner(self, node, inner(self, node, region, operator, by), operator, by)

    around(patch, PlaceTranslator, "moved_region", moved)


# -- in where control goes --


def do_tests_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StatementTranslator, "do_loop", lambda self, node, test, body: self.while_loop(node, test, body, None))


def cases_do_not_fall_through(patch: pytest.MonkeyPatch) -> None:
    def until(inner: Any, statements: Any) -> Any:
        labels = (syntax.Case, syntax.Default)
        end = next((n for n, statement in enumerate(statements) if isinstance(statement, labels)), len(statements))
        return inner(statements[:end])

    around(patch, switches, "_until_break", until)


def break_in_a_case_leaves_the_loop(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(switches, "breaks_out", lambda statement: False)


def continue_skips_the_step(patch: pytest.MonkeyPatch) -> None:
    around(patch, BlockTranslator, "looping", lambda inner, self, step=None, *given, **named: inner(self, None, *given, **named))


def goto_leaves_out_a_statement(patch: pytest.MonkeyPatch) -> None:
    def copy(inner: Any, self: Any, node: Any, block: Any, number: int) -> Any:
        return inner(self, node, block, number + 2 if number + 2 < len(block.statements) else number)

    around(patch, BlockTranslator, "copy", copy)


@pytest.mark.parametrize(
    "plant",
    [
        minus_is_turned_round,
        less_or_equal_is_less,
        unsigned_does_not_wrap,
        bytes_are_unsigned,
        casts_do_not_cut_off,
        shifts_go_the_other_way,
        a_choice_has_the_type_of_its_first_side,
        complement_of_signed_is_unsigned,
        and_always_evaluates_both,
        increment_gives_the_new_value,
        pointers_move_twice_as_far,
        do_tests_first,
        cases_do_not_fall_through,
        break_in_a_case_leaves_the_loop,
        continue_skips_the_step,
        goto_leaves_out_a_statement,
    ],
)
def test_random_programs_notice_it(plant: Plant, expected: Mapping[int, list[Values]], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(differs(number, expected) for number in PROGRAMS)


# -- in addresses and services --


def levels_are_off_by_one(patch: pytest.MonkeyPatch) -> None:
    def level(inner: Any, code: Any, node: Any, address: Any) -> Any:
        found = inner(code, node, address)
        return build.binary(found.position, "+", found, build.integer(found.position, 1))

    around(patch, memory, "level_of", level)


def the_end_of_a_range_is_in_it(patch: pytest.MonkeyPatch) -> None:
    wider = {"<": "<=", ">": ">="}
    around(patch, addresses, "compare", lambda inner, at, op, a, b: inner(at, wider.get(op, op), a, b))


def error_numbers_are_turned_round(patch: pytest.MonkeyPatch) -> None:
    def turned(inner: Any, self: Any, node: Any, worked: Scalar, otherwise: int) -> Any:
        return inner(
            self, node, Scalar(build.unary(worked.expression.position, "not", worked.expression), worked.type), otherwise
        )

    around(patch, CallTranslator, "zero_is_success", turned)


def addresses_are_rounded_to_the_stack(patch: pytest.MonkeyPatch) -> None:
    around(patch, addresses, "mask_size", lambda inner, value, size: size if inner(value, size) else None)
    around(patch, addresses, "distance", lambda inner, at, a, b: inner(at, b, a))
    around(patch, addresses, "moved", lambda inner, at, address, op, by: inner(at, address, "+" if op == "-" else "-", by))


@pytest.mark.parametrize(
    "plant",
    [
        levels_are_off_by_one,
        the_end_of_a_range_is_in_it,
        error_numbers_are_turned_round,
        addresses_are_rounded_to_the_stack,
        pointers_move_twice_as_far,
        cases_do_not_fall_through,
    ],
)
def test_operations_notice_it(plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sample.patch"
    path.write_text(sample(), encoding="utf-8")
    plant(monkeypatch)
    assert Patch(path, COMPILER).compare(range(400)).different
