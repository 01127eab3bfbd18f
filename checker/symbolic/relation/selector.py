# SPDX-License-Identifier: GPL-2.0-only
"""Which transition is taken: one input, and what it says of the transition's arguments.

The code of a location is translated once for all processors: the reference of the one that steps is a term over the input.
Actions are translated for each combination of arguments; sharing these as well made solvers slower (docs/results/performance.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.symbolic.relation.fields import Fields
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term


@dataclass(frozen=True)
class Transition:
    """One action with its arguments, or the steps of one processor."""

    action: ir.Action | None
    arguments: tuple[int, ...]
    processor: int | None

    @property
    def interrupt(self) -> bool:
        return self.action is not None and self.action.interrupt


def processor_transitions(fields: Fields) -> list[Transition]:
    """The steps of each processor."""
    processors = fields.system.processors
    count = 0 if processors is None else fields.system.arenas[processors.record].instances
    return [Transition(None, (), index) for index in range(count)]


class Selector:
    """The input that says which of the transitions is taken, by its number."""

    def __init__(self, fields: Fields, transitions: Sequence[Transition]) -> None:
        self.fields = fields
        self.transitions = transitions
        self.variable = fields.terms.variable("|transition|", max((len(transitions) - 1).bit_length(), 1))

    @property
    def valid(self) -> Term:
        """It is the number of a transition."""
        return self.among(range(len(self.transitions)))

    def among(self, numbers: Sequence[int]) -> Term:
        """Whether it is one of these."""
        terms = self.fields.terms
        width = self.variable.width
        if len(numbers) == 1 << width:
            return terms.true
        return terms.disjunction(*(terms.equal(self.variable, terms.constant(number, width)) for number in numbers))

    def arguments(self, numbers: Sequence[int]) -> list[Integer]:
        """The arguments of the transition, of which it is known that it is one of these, all of one action; of processors, the
        reference to the one that steps."""
        rows = [self._values(number) for number in numbers]
        return [self._argument(place, tuple(sorted(set(column)))) for place, column in enumerate(zip(*rows, strict=True))]

    def _values(self, number: int) -> tuple[int, ...]:
        transition = self.transitions[number]
        if transition.processor is None:
            return transition.arguments
        processors = self.fields.system.processors
        assert processors is not None
        alignment = self.fields.system.arenas[processors.record].alignment
        return ((transition.processor + 1) * alignment,)

    def _argument(self, place: int, values: tuple[int, ...]) -> Integer:
        """The argument in this place, where it is one of these values. The same term for whatever actions have these there."""
        integers = self.fields.integers
        found = integers.constant(values[0])
        for value in values[1:]:
            having = [
                number
                for number in range(len(self.transitions))
                if place < len(row := self._values(number)) and row[place] == value
            ]
            found = integers.conditional(self.among(having), integers.constant(value), found)
        return found
