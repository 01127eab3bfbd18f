# SPDX-License-Identifier: GPL-2.0-only
"""One step on both sides."""

from __future__ import annotations

from operator import itemgetter

from checker.conformance.correspondence import Places
from checker.conformance.difference import Kind, Mismatch, compare_cells, compare_end
from checker.conformance.specification import Specification, Way
from checker.conformance.subject import Refused, Subject
from checker.trace.machine import Transition


class Comparison:
    """Holds a subject against the model, state for state. Raises ValueError if the subject has a cell that the model lacks.

    missing: the cells of the model that the subject does not have, so that they are not compared.
    """

    def __init__(self, specification: Specification, subject: Subject) -> None:
        self.specification = specification
        self.subject = subject
        self.places = Places(specification)
        numbers = {name: number for number, name in enumerate(specification.names)}
        unknown = [name for name in subject.names if name not in numbers]
        if unknown:
            raise ValueError(f"the model has no cell {unknown[0]}")
        self.cells = [numbers[name] for name in subject.names]
        self.arrange = itemgetter(*self.cells) if len(self.cells) > 1 else lambda values: tuple(values[n] for n in self.cells)
        self.missing = tuple(name for name in specification.names if name not in set(subject.names))

    def state(self, before: int | None, move: Transition | None, state: int) -> Mismatch | None:
        """Whether the subject is where the model is. before, move: how the model came there."""
        found = self.subject.cells()
        if self.arrange(self.specification.cells(state)) != found:
            return compare_cells(self.specification, self.cells, before, move, state, found)
        told = self.places.differ(state, self.subject.places())
        return None if told is None else Mismatch(Kind.PLACES, move, "", told)

    def step(self, state: int, way: Way) -> Mismatch | None:
        """Lets the subject, which is where the model is, do what the model can do there."""
        try:
            ended = self.subject.take(way.move)
        except Refused as refused:
            return Mismatch(Kind.MISSING, way.move, "it is possible", f"it is not possible: {refused}")
        wrong = compare_end(way.move, way.outcome, ended)
        if wrong is not None or not isinstance(way.outcome, int):
            return wrong
        return self.state(state, way.move, way.outcome)
