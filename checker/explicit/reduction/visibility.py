# SPDX-License-Identifier: GPL-2.0-only
"""Which changes of an agent nobody sees: no violated invariant comes to hold, and nothing that another agent looks at changes.

Asked of the agent's own cells alone: the answer holds whatever the other cells are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from checker.explicit.step.transitions import Transitions
from checker.ir import system as ir
from checker.ir.analysis.comparison import NOT_GREATER, NOT_SMALLER, Comparer, Pair, Unsure, truth
from checker.ir.analysis.ownership import Claimer, Claims, Discipline
from checker.ir.simplify import Specialiser
from checker.ir.symmetry import MOST_REFERENCES

SPLIT_VALUES = 32
SPLIT_CELLS = 2


@dataclass(frozen=True, eq=False)
class Judged:
    """A condition on states, as an expression without locals. cells: the bits of cells that it reads. frames: those of frames.
    questions: what it asks of frames, as (record, routine, None for whether there is a frame). property: None for an observed
    condition, which `watchers` look at."""

    body: ir.Expression
    cells: int
    frames: int
    questions: tuple[tuple[str, str | None], ...]
    property: str | None
    watchers: frozenset[int | None] = frozenset()
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)
    answered: dict[tuple[int, int], tuple[bool, ...]] = field(default_factory=dict)


Keeps = Callable[[Judged, int, int, int, int, dict[int, frozenset[int]]], bool]


class Visibility:
    """What is looked at in one search. properties: those that are looked for. demanded: the conditions that are observed, and by
    which agents."""

    def __init__(
        self,
        transitions: Transitions,
        claimer: Claimer,
        discipline: Discipline,
        properties: frozenset[str],
        demanded: Mapping[ir.Expression, set[int | None]],
    ) -> None:
        self.transitions = transitions
        self.system = transitions.system
        self.layout = transitions.layout
        self.claimer = claimer
        self.discipline = discipline
        self.keeps: Keeps | None = None
        """What says the same as `kept`, and sooner."""
        self.frames: dict[tuple[object, ...], int] = {}
        self.nevers: dict[tuple[object, ...], dict[int, frozenset[int]]] = {}
        self.judged = [
            *self._invariants(properties),
            *(self._make_judged(e, None, frozenset(agents)) for e, agents in demanded.items()),
        ]

    def _invariants(self, properties: frozenset[str]) -> Iterator[Judged]:
        for predicate in self.system.predicates:
            if predicate.property not in properties:
                continue
            for arguments in itertools.product(*(values for _, _, values in predicate.parameters)):
                known = {local: value for (local, _, _), value in zip(predicate.parameters, arguments, strict=True)}
                body = Specialiser(self.system.variables, self.system.arenas, known).expression(predicate.body)
                yield self._make_judged(body, predicate.property, frozenset())

    def _make_judged(self, body: ir.Expression, property_: str | None, watchers: frozenset[int | None]) -> Judged:
        reads = self.transitions.footprints.reads(body)
        frames = 0
        for record, layout in self.layout.frames.items():
            frames |= ((1 << layout.stride * self.system.owners[record].count) - 1) << layout.offset
        questions = tuple(dict.fromkeys(_questions(body)))
        return Judged(body, reads & ~frames, reads & frames, questions, property_, watchers)

    def forget(self, found: str) -> None:
        """A property that has been found violated need not be preserved any more."""
        self.judged = [judged for judged in self.judged if judged.property != found]

    def invisible(self, agent: int, claims: Claims, before: int, after: int) -> bool:
        """Whether the change makes no violated invariant hold, and no condition that another agent looks at change, whatever
        the cells are that are not the agent's own."""
        changed = before ^ after
        for judged in self.judged:
            if not changed & (judged.cells | judged.frames) or (judged.property is None and judged.watchers == {agent}):
                continue
            answers = later = self._answers(judged, agent, claims, before)
            if changed & judged.frames:
                later = self._answers(judged, agent, claims, after)
            if not changed & judged.cells and answers == later:
                continue
            own = claims.cells[agent]
            cells = own & judged.cells
            key = (agent, claims.key[agent], before & cells, after & cells, answers, later)
            kept = judged.known.get(key)
            if kept is None:
                demanded = NOT_SMALLER if judged.property is not None else NOT_SMALLER | NOT_GREATER
                keeps = self.keeps or self.kept
                kept = judged.known[key] = keeps(judged, demanded, own, before, after, self._never(agent, claims))
            if not kept:
                self.judged.remove(judged)
                self.judged.insert(0, judged)  # what has changed once will change again: try it first
                return False
        return True

    def _answers(self, judged: Judged, agent: int, claims: Claims, state: int) -> tuple[bool, ...]:
        """What a condition asks of frames, answered for the frames that are an agent's own."""
        if not judged.questions:
            return ()
        frames = self._frames(agent, claims)
        key = (frames, state & frames & judged.frames)
        found = judged.answered.get(key)
        if found is None:
            found = judged.answered[key] = self._answer(judged, agent, claims, state)
        return found

    def _frames(self, agent: int, claims: Claims) -> int:
        """The bits of the frames that are an agent's own."""
        key = (agent, claims.key[agent])
        found = self.frames.get(key)
        if found is None:
            found = 0
            for record, layout in self.layout.frames.items():
                for index in range(self.system.owners[record].count):
                    if claims.own[agent].get(record, 0) >> index & 1:
                        found |= ((1 << layout.stride) - 1) << layout.base(index, 0)
            self.frames[key] = found
        return found

    def _answer(self, judged: Judged, agent: int, claims: Claims, state: int) -> tuple[bool, ...]:
        found: list[bool] = []
        mask = (1 << self.layout.location_width) - 1
        for record, routine in judged.questions:
            inside = None if routine is None else self.system.inside[routine]
            layout = self.layout.frames[record]
            own = claims.own[agent].get(record, 0)
            for index in range(self.system.owners[record].count):
                if own >> index & 1:
                    numbers = [state >> layout.base(index, depth) & mask for depth in range(layout.frames)]
                    found.append(any(numbers) if inside is None else any(number in inside for number in numbers))
        return tuple(found)

    def kept(self, judged: Judged, demanded: int, own: int, before: int, after: int, never: dict[int, frozenset[int]]) -> bool:
        """Whether a condition is the same before and after as far as is demanded, whatever cells are that are not an agent's own,
        but for the values that some of these never have."""
        e = judged.body
        found, unknown = self._compared(e, own, before, after, never)
        if found is not None and found.relation & demanded == demanded:
            return True
        for offset, (width, low, high) in itertools.islice(unknown.items(), SPLIT_CELLS):
            if high - low >= SPLIT_VALUES:
                continue
            mask = ((1 << width) - 1) << offset
            for value in range(low, high + 1):
                if value in never.get(offset, ()):
                    continue
                packed = (value - low) << offset
                split, _ = self._compared(e, own | mask, before & ~mask | packed, after & ~mask | packed, never)
                if split is None or split.relation & demanded != demanded:
                    break
            else:
                return True
        return False

    def _compared(
        self, e: ir.Expression, known: int, before: int, after: int, never: dict[int, frozenset[int]]
    ) -> tuple[Pair | None, dict[int, tuple[int, int, int]]]:
        comparer = Comparer(self.system, self.layout, known, before & known, after & known, never)
        try:
            return truth(comparer.compare(e)), comparer.unknown
        except Unsure:
            return None, comparer.unknown

    def _never(self, agent: int, claims: Claims) -> dict[int, frozenset[int]]:
        """The values that cells cannot have, as they would make another agent claim what is this agent's own."""
        key = (agent, claims.key[agent])
        found = self.nevers.get(key)
        if found is None:
            found = self.nevers[key] = self._make_never(agent, claims)
        return found

    def _make_never(self, agent: int, claims: Claims) -> dict[int, frozenset[int]]:
        found: dict[int, frozenset[int]] = {}
        for edge in self.discipline.edges:
            if edge.source != self.discipline.agents or edge.variable not in self.layout.cells:
                continue
            layout = self.layout.cells[edge.variable]
            count, alignment, _ = self.system.arenas[edge.target]
            if (count + 1) * alignment > MOST_REFERENCES:
                continue  # too many to list: less is known, and less is passed through
            own = claims.own[agent][edge.target]
            values = frozenset(
                (number + 1) * alignment + tag for number in range(count) if own >> number & 1 for tag in range(alignment)
            )
            cells = len(self.system.variables[edge.variable].initial)
            for cell in range(cells):
                if cell * self.claimer.agents // cells != agent:
                    found[layout.offset + cell * layout.width] = values
        return found


def _questions(e: ir.Expression) -> Iterator[tuple[str, str | None]]:
    if isinstance(e, ir.FrameIn):
        yield e.record, e.routine
    elif isinstance(e, ir.HasFrames):
        yield e.record, None
    for operand in ir.operands(e):
        yield from _questions(operand)
