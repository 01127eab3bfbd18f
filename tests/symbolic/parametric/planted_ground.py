# SPDX-License-Identifier: GPL-2.0-only
"""Bugs to plant in the translation of steps into formulas for any number of instances."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest

import checker.symbolic.parametric.ground_expressions as ground_expressions
from checker.ir import system as ir
from checker.language.tree import Position
from checker.symbolic.parametric.all_sizes import Obligation
from checker.symbolic.parametric.ground_expressions import GroundFlow, Quantified, Standing
from checker.symbolic.parametric.ground_state import Ground, Place
from checker.symbolic.parametric.ground_step import GroundCode
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term


def else_branch(patch: pytest.MonkeyPatch) -> None:
    """A branch is dropped."""
    instruction = GroundCode.instruction

    def wrong(self: GroundCode, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        if isinstance(i, ir.If):
            never = ir.Require(ir.Constant(0), Position("", 0, 0))
            i = dataclasses.replace(i, otherwise=(never,))
        return instruction(self, i, flow)

    patch.setattr(GroundCode, "instruction", wrong)


def write_left_out(patch: pytest.MonkeyPatch) -> None:
    """A store to an array in an instance is forgotten."""
    write = GroundCode.write

    def wrong(self: GroundCode, name: str, place: Place, value: Integer, flow: GroundFlow) -> None:
        if len(place) < 2:
            write(self, name, place, value, flow)

    patch.setattr(GroundCode, "write", wrong)


def frame_condition(patch: pytest.MonkeyPatch) -> None:
    """A store to one instance changes the others."""
    same = Ground.same
    patch.setattr(Ground, "same", lambda self, a, b: self.terms.true if len(a) == 1 else same(self, a, b))


def option_lost(patch: pytest.MonkeyPatch) -> None:
    """A guard that is too strong: the last of the values to choose from is not among them."""
    chosen = GroundCode.chosen

    def wrong(self: GroundCode, i: ir.Choose, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        yield from list(chosen(self, i, flow))[: 2 if i.values is None else None]

    patch.setattr(GroundCode, "chosen", wrong)


def quantifier_of_the_others(patch: pytest.MonkeyPatch) -> None:
    """`any` is said to hold because of the instances of which its body does not."""
    instantiate = GroundCode.instantiate

    def wrong(self: GroundCode, each: Quantified, instances: list[Integer]) -> None:
        def body(instance: Integer) -> tuple[Integer, Term]:
            value, raised = each.body(instance)
            return self.integers.operation("not", [value]), raised

        instantiate(self, dataclasses.replace(each, body=body) if each.over.kind == "any" else each, instances)

    patch.setattr(GroundCode, "instantiate", wrong)


def counted_twice(patch: pytest.MonkeyPatch) -> None:
    """Each instance counts twice in a sum."""
    patch.setattr(ground_expressions, "_saturated", lambda integers, value: integers.operation("+", [value, value]))


def another_processor(patch: pytest.MonkeyPatch) -> None:
    """`processor()` in a step is another one than the one that steps."""
    init = GroundCode.__init__

    def wrong(self: GroundCode, ground: Ground, processor: Integer | None = None, standing: Standing | None = None) -> None:
        if processor is not None:
            other = ground.instance("Cpu", "other")
            ground.demands.append(ground.terms.negation(ground.integers.equal(other, processor)))
            processor = other
        init(self, ground, processor, standing)

    patch.setattr(GroundCode, "__init__", wrong)


def tag_lost(patch: pytest.MonkeyPatch) -> None:
    """References are written without their tags."""
    write = GroundCode.write

    def wrong(self: GroundCode, name: str, place: Place, value: Integer, flow: GroundFlow) -> None:
        if name == "Task.page":
            value = self.integers.operation("&", [value, self.integers.constant(~3)])
        write(self, name, place, value, flow)

    patch.setattr(GroundCode, "write", wrong)


def result_lost(patch: pytest.MonkeyPatch) -> None:
    """What a call returns does not come to the frame below."""
    put = GroundCode.put

    def wrong(
        self: GroundCode, record: str, owner: Integer, depth: int, frame: list[tuple[str, str, Integer]], flow: GroundFlow
    ) -> None:
        put(self, record, owner, depth, [part for part in frame if part[1] != ir.RESULT], flow)

    patch.setattr(GroundCode, "put", wrong)


def arguments_exchanged(patch: pytest.MonkeyPatch) -> None:
    """A call's arguments come in the wrong order."""
    entered = GroundCode.entered

    def wrong(
        self: GroundCode, procedure: str, arguments: tuple[ir.Expression, ...], flow: GroundFlow
    ) -> list[tuple[str, str, Integer]]:
        return entered(self, procedure, arguments[::-1], flow)

    patch.setattr(GroundCode, "entered", wrong)


def wild_pointer_lost(patch: pytest.MonkeyPatch) -> None:
    """A wild pointer ends the way, and nobody is told."""

    def wrong(self: GroundCode, flow: GroundFlow, condition: Term, outcome: str) -> None:
        flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(condition))

    patch.setattr(GroundCode, "ends", wrong)


def violation_lost(patch: pytest.MonkeyPatch) -> None:
    """A check that fails ends the way, and nobody is told."""
    instruction = GroundCode.instruction

    def wrong(self: GroundCode, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        return instruction(self, ir.Require(i.test, i.position) if isinstance(i, ir.Check) else i, flow)

    patch.setattr(GroundCode, "instruction", wrong)


def views_of_before(patch: pytest.MonkeyPatch) -> None:
    """Lemmas after a step are said of the state before it."""
    looked = Obligation.looked
    patch.setattr(Obligation, "looked", lambda self, view, state, chosen: looked(self, view, 0, chosen))


def demands_of_before(patch: pytest.MonkeyPatch) -> None:
    """Invariants after a step are said of the state before it."""
    demand = Obligation.demand
    patch.setattr(Obligation, "demand", lambda self, of, state, chosen: demand(self, of, 0, chosen))


PLANTED: list[tuple[Callable[[pytest.MonkeyPatch], None], str]] = [
    (else_branch, "(main)"),
    (write_left_out, "(main)"),
    (frame_condition, "inside"),
    (option_lost, "(main)"),
    (quantifier_of_the_others, "switch"),
    (counted_twice, "inside"),
    (another_processor, "(main)"),
    (tag_lost, "mark"),
    (result_lost, "(twice)"),
    (arguments_exchanged, "(main)"),
    (wild_pointer_lost, "(main)"),
    (violation_lost, "compare"),
    (views_of_before, "(main)"),
    (demands_of_before, "(main)"),
]
"""Each with the kinds of steps that are enough to notice it."""


def guard_dropped(patch: pytest.MonkeyPatch) -> None:
    """A `require` is left out."""
    instruction = GroundCode.instruction

    def wrong(self: GroundCode, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        if isinstance(i, ir.Require):
            yield "", flow
        else:
            yield from instruction(self, i, flow)

    patch.setattr(GroundCode, "instruction", wrong)


def witness_dropped(patch: pytest.MonkeyPatch) -> None:
    """A quantifier may hold without an instance that bears witness."""
    over = GroundCode.over

    def wrong(self: GroundCode, e: ir.Over, flow: GroundFlow) -> Integer:
        before = len(self.ground.demands)
        found = over(self, e, flow)
        del self.ground.demands[before:]
        return found

    patch.setattr(GroundCode, "over", wrong)
