# SPDX-License-Identifier: GPL-2.0-only
"""Which changes of an agent nobody sees: no violated invariant comes to hold, and nothing that another agent looks at changes.

Asked of the agent's own cells alone: the answer holds whatever the other cells are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from checker.explicit.step.transitions import Transitions
from checker.ir import system as ir
from checker.ir.analysis.comparison import EQUAL, NOT_SMALLER, Comparer, Pair, Unsure, truth
from checker.ir.analysis.ownership import Claimer, Claims, Discipline
from checker.ir.simplify import Specialiser
from checker.ir.symmetry import MOST_REFERENCES

SPLIT_VALUES = 32
SPLIT_CELLS = 2


@dataclass(frozen=True, eq=False)
class Part:
    """A part of conditions. bits: those that it reads. raises: it may. known: what came of comparing it by itself, with the
    unknown cells that were met; no pair: it is not sure."""

    body: ir.Expression
    bits: int
    raises: bool
    known: dict[tuple[object, ...], tuple[Pair | None, Mapping[int, tuple[int, int, int]]]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Judged:
    """A condition on states, as an expression without locals. cells: the bits of cells that it reads. frames: those of frames.
    questions: what it asks of frames, as (record, routine, None for whether there is a frame). parts: it depends on these
    alone. property: None for an observed condition, which `watchers` look at."""

    body: ir.Expression
    cells: int
    frames: int
    questions: tuple[tuple[str, str | None], ...]
    parts: tuple[Part, ...]
    property: str | None
    watchers: frozenset[int | None] = frozenset()
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)
    answered: dict[tuple[int, int], tuple[bool, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What has been worked out under one discipline of conditions and of their parts. places: parts by the identity of the
    expressions in conditions that they are."""

    judged: dict[tuple[ir.Expression, str | None], Judged] = field(default_factory=dict)
    parts: dict[ir.Expression, Part] = field(default_factory=dict)
    places: dict[int, Part] = field(default_factory=dict)


Keeps = Callable[[Judged, int, int, int, int, dict[int, frozenset[int]]], bool]


class Visibility:
    """What is looked at in one search. properties: those that are looked for. demanded: the conditions that are observed, and by
    which agents. known: of an earlier search under the same discipline."""

    def __init__(
        self,
        transitions: Transitions,
        claimer: Claimer,
        discipline: Discipline,
        properties: frozenset[str],
        demanded: Mapping[ir.Expression, set[int | None]],
        known: Known | None = None,
    ) -> None:
        self.transitions = transitions
        self.system = transitions.system
        self.layout = transitions.layout
        self.claimer = claimer
        self.discipline = discipline
        self.keeps: Keeps | None = None
        """What says the same as `kept`, and sooner."""
        self.known = Known() if known is None else known
        self.frames: dict[tuple[object, ...], int] = {}
        self.nevers: dict[tuple[object, ...], dict[int, frozenset[int]]] = {}
        self.nevers_in: dict[tuple[int, Part], frozenset[tuple[int, frozenset[int]]]] = {}
        self.interned: dict[frozenset[tuple[int, frozenset[int]]], frozenset[tuple[int, frozenset[int]]]] = {}
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
        return replace(self.judge(body, property_), watchers=watchers)

    def judge(self, body: ir.Expression, property_: str | None) -> Judged:
        """A condition that nobody watches yet. It stays in what is known, since its parts are known by their identity."""
        found = self.known.judged.get((body, property_))
        if found is not None:
            return found
        reads = self.transitions.footprints.reads(body)
        frames = 0
        for record, layout in self.layout.frames.items():
            frames |= ((1 << layout.stride * self.system.owners[record].count) - 1) << layout.offset
        questions = tuple(dict.fromkeys(_questions(body)))
        parts = tuple(dict.fromkeys(map(self._part, _parts(body))))
        found = self.known.judged[body, property_] = Judged(body, reads & ~frames, reads & frames, questions, parts, property_)
        return found

    def _part(self, body: ir.Expression) -> Part:
        found = self.known.parts.get(body)
        if found is None:
            found = self.known.parts[body] = Part(body, self.transitions.footprints.reads(body), ir.may_raise(body))
        self.known.places[id(body)] = found
        return found

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
                kept = judged.known[key] = self._keeps(judged, agent, claims, before, after)
            if not kept:
                self.judged.remove(judged)
                self.judged.insert(0, judged)  # what has changed once will change again: try it first
                return False
        return True

    def _keeps(self, judged: Judged, agent: int, claims: Claims, before: int, after: int) -> bool:
        demanded = EQUAL if judged.property is None else NOT_SMALLER
        own, never = claims.cells[agent], self._never(agent, claims)
        keeps = self.keeps or self.kept
        return self.parts_stay(judged, own, before, after, never) or keeps(judged, demanded, own, before, after, never)

    def parts_stay(self, judged: Judged, known: int, before: int, after: int, never: Mapping[int, frozenset[int]]) -> bool:
        """Whether all parts of a condition are the same before and after, and raise in both states or in neither: so it does
        too. Few parts read what has changed, so this is looked at first."""
        changed = before ^ after
        for part in judged.parts:
            if changed & part.bits:
                found, _ = self.compared(part, known, before, after, never)
                if found is None or found.relation != EQUAL:
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
        if found is not None and truth(found).relation & demanded == demanded:
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
                if split is None or truth(split).relation & demanded != demanded:
                    break
            else:
                return True
        return False

    def _compared(
        self, e: ir.Expression, known: int, before: int, after: int, never: dict[int, frozenset[int]]
    ) -> tuple[Pair | None, dict[int, tuple[int, int, int]]]:
        comparer = _OfParts(self, known, before & known, after & known, never)
        try:
            return comparer.compare(e), comparer.unknown
        except Unsure:
            return None, comparer.unknown

    def compared(
        self, part: Part, known: int, before: int, after: int, never: Mapping[int, frozenset[int]]
    ) -> tuple[Pair | None, Mapping[int, tuple[int, int, int]]]:
        """A part by itself, with the unknown cells that were met. None if it is not sure."""
        own = known & part.bits
        key = (own, before & own, after & own, self._never_in(part, never))
        found = part.known.get(key)
        if found is None:
            comparer = Comparer(self.system, self.layout, known, before & known, after & known, never)
            try:
                found = comparer.compare(part.body), comparer.unknown
            except Unsure:
                found = None, comparer.unknown
            part.known[key] = found
        return found

    def _never(self, agent: int, claims: Claims) -> dict[int, frozenset[int]]:
        """The values that cells cannot have, as they would make another agent claim what is this agent's own."""
        key = (agent, claims.key[agent])
        found = self.nevers.get(key)
        if found is None:
            found = self.nevers[key] = self._make_never(agent, claims)
        return found

    def _never_in(self, part: Part, never: Mapping[int, frozenset[int]]) -> frozenset[tuple[int, frozenset[int]]]:
        """Those of these values that a part can be compared with. never: one that stays as long as this."""
        key = (id(never), part)
        found = self.nevers_in.get(key)
        if found is None:
            here = frozenset((offset, values) for offset, values in never.items() if part.bits >> offset & 1)
            found = self.nevers_in[key] = self.interned.setdefault(here, here)
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


class _OfParts(Comparer):
    """Compares conditions that consist of parts, each of which it compares once."""

    def __init__(self, visibility: Visibility, known: int, before: int, after: int, never: Mapping[int, frozenset[int]]) -> None:
        super().__init__(visibility.system, visibility.layout, known, before, after, never)
        self.visibility = visibility

    def compare(self, e: ir.Expression) -> Pair:
        part = self.visibility.known.places.get(id(e))
        if part is None or part.raises:  # what may raise depends on where it stands
            return super().compare(e)
        found, unknown = self.visibility.compared(part, self.known, self.before, self.after, self.never)
        for offset, cell in unknown.items():
            self.unknown.setdefault(offset, cell)
        if found is None:
            raise Unsure
        return found


def _questions(e: ir.Expression) -> Iterator[tuple[str, str | None]]:
    if isinstance(e, ir.FrameIn):
        yield e.record, e.routine
    elif isinstance(e, ir.HasFrames):
        yield e.record, None
    for operand in ir.operands(e):
        yield from _questions(operand)


def _parts(e: ir.Expression) -> Iterator[ir.Expression]:
    """The parts of a condition that it combines by logic alone."""
    match e:
        case ir.Logical() | ir.Operation("not" | "|" | "&" | "^") | ir.Conditional():
            for operand in ir.operands(e):
                yield from _parts(operand)
        case ir.Constant():
            return
        case _:
            yield e
