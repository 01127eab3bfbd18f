# SPDX-License-Identifier: GPL-2.0-only
"""The conditions on runs of a system, numbered: which are given, met or hold in a state and at the transition that follows.

Pair 0 is that something other than an interrupt happens. Then come the contexts of each processor, that each processor
steps, and what the model assumes. Demands are the eventualities for each binding of their parameters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from checker.explicit.step.outcome import OutOfRange, Violated
from checker.explicit.step.python_code import FunctionMaker
from checker.ir import system as ir
from checker.ir.analysis.footprint import Footprints
from checker.ir.simplify import Specialiser
from checker.language.errors import ModelError
from checker.language.tree import Demanded, Position

NextStep = tuple[int, int]
"""The processor that steps (a reference, 0: none) and the set of routines that it calls, as bits of Names.call_numbers."""

NO_CALLS: NextStep = (0, 0)
TOGETHER = 64
"""Bits that conditions may read together to be remembered together."""

OTHER_THAN_INTERRUPTS = 1


@dataclass(frozen=True)
class Demand:
    """An eventuality for one binding. A run violates it that is fair to these pairs and from some point on takes no transition
    at which one of `avoided` holds; if `given` is not 0, such a run from a state at which that holds and none of `avoided`
    does. failing: the pair that is met where a condition fails that is to hold from some point on, else 0."""

    eventuality: ir.Eventuality
    arguments: tuple[int, ...]
    avoided: int
    pairs: int
    given: int = 0
    failing: int = 0


class Sense(Enum):
    """What a condition comes to. STRICT: it has to be one that can be evaluated. LENIENT: it does not hold where it meets a wild
    pointer. FAILING: the opposite of that."""

    STRICT = "strict"
    LENIENT = "lenient"
    FAILING = "failing"


@dataclass(frozen=True)
class Condition:
    """body: what has to hold, in that sense. bits: what it sets where it does: (given, met, holds). asks: it asks what the next
    step calls."""

    body: ir.Expression
    sense: Sense
    test: Callable[[int, NextStep], bool]
    bits: tuple[int, int, int]
    reads: int
    asks: bool


@dataclass
class Cluster:
    """Conditions that are remembered together, for each value of the bits that they read."""

    mask: int
    conditions: list[Condition]
    known: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def decide(self, key: int) -> tuple[int, int, int]:
        found = self.known[key] = union(c.bits for c in self.conditions if c.test(key, NO_CALLS))
        return found


def union(bits: Iterable[tuple[int, int, int]]) -> tuple[int, int, int]:
    given = met = holds = 0
    for a, b, c in bits:
        given, met, holds = given | a, met | b, holds | c
    return given, met, holds


class RunConditions:
    """The numbered conditions of one system that was lowered for liveness. meanwhile: called for each that is made. pairs,
    holding: how many bits there are of pairs, and of demands."""

    def __init__(self, maker: FunctionMaker, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.maker = maker
        self.meanwhile = meanwhile
        self.system = maker.system
        self.footprints = Footprints(maker.system, maker.layout)
        processors = self.system.processors
        record = None if processors is None else processors.record
        self.count = 0 if record is None else self.system.arenas[record].instances
        self.alignment = 1 if record is None else self.system.arenas[record].alignment
        owner = self.system.owners.get(record or "")
        self.levels = 1 + (0 if owner is None else owner.frames)
        self._next = itertools.count(1 + self.count * (self.levels + 1))
        self.conditions: list[Condition] = []
        self.always = OTHER_THAN_INTERRUPTS
        for processor in range(self.count):
            self.always |= self.steps(processor)
        self.assumed = OTHER_THAN_INTERRUPTS
        for processor in range(self.count):
            self.assumed |= self.contexts(processor)
        for assumption in self.system.assumptions:
            self._assume(assumption)
        self.demands = tuple(self._demands())
        self.pairs = next(self._next)
        self.holding = sum(1 + (demand.given > 0) for demand in self.demands)
        self.asking = [condition for condition in self.conditions if condition.asks]
        given, met, holds = union(condition.bits for condition in self.asking)
        self.unasked = (~given, ~met, ~holds)
        self.clusters: list[Cluster] = []
        for condition in self.conditions:
            self._join(condition)

    def context(self, processor: int, level: int) -> int:
        """The pair of one of a processor's contexts. level: 0 for the code of the task that it executes, else 1 + the depth
        of the frame of its own."""
        return 1 << 1 + processor * self.levels + level

    def contexts(self, processor: int) -> int:
        """The pairs of all contexts of a processor."""
        return (1 << self.levels) - 1 << 1 + processor * self.levels

    def steps(self, processor: int) -> int:
        """The pair that the processor steps."""
        return 1 << 1 + self.count * self.levels + processor

    def decided(self, state: int) -> tuple[int, int, int]:
        """What is given, met and holds in a state of which the next step calls nothing."""
        given, met, holds = self.always, 0, 0
        for cluster in self.clusters:
            key = state & cluster.mask
            a, b, c = cluster.known.get(key) or cluster.decide(key)
            given, met, holds = given | a, met | b, holds | c
        return given, met, holds

    def corrected(self, state: int, step: NextStep, decided: tuple[int, int, int]) -> tuple[int, int, int]:
        """The same where the next step calls something."""
        given, met, holds = union(condition.bits for condition in self.asking if condition.test(state, step))
        return (
            decided[0] & self.unasked[0] | given,
            decided[1] & self.unasked[1] | met,
            decided[2] & self.unasked[2] | holds,
        )

    # -- making them --

    def _assume(self, assumption: ir.Assumption) -> None:
        what = f"the assumption `{assumption.name}`"
        for arguments in itertools.product(*(values for _, _, values in assumption.parameters)):
            bit = 1 << next(self._next)
            self.assumed |= bit
            self._add(assumption, assumption.given, arguments, (bit, 0, 0), Sense.STRICT, what)
            self._add(assumption, assumption.body, arguments, (0, bit, 0), Sense.STRICT, what)

    def _demands(self) -> Iterable[Demand]:
        number = itertools.count()
        for e in self.system.eventualities:
            what = f"the condition `{e.name}`"
            for arguments in itertools.product(*(values for _, _, values in e.parameters)):
                bit = 1 << next(number)
                pairs, given = self.assumed, 0
                if e.demanded is Demanded.ALWAYS:
                    failing = 1 << next(self._next)
                    self.always |= failing
                    self._add(e, e.body, arguments, (0, failing, 0), Sense.FAILING, what)
                    yield Demand(e, arguments, 0, pairs | failing, 0, failing)
                    continue
                if e.demanded is Demanded.ANSWERED:
                    given = 1 << next(number)
                    self._add(e, e.given, arguments, (0, 0, given), Sense.STRICT, f"what `{e.name}` answers")
                if e.demanded.own_steps:
                    processor = arguments[0] // self.alignment - 1
                    pairs = self.steps(processor) | self.contexts(processor)
                self._add(e, e.body, arguments, (0, 0, bit), Sense.LENIENT, what)
                yield Demand(e, arguments, bit, pairs, given)

    def _add(
        self,
        owner: ir.Assumption | ir.Eventuality,
        body: ir.Expression,
        arguments: tuple[int, ...],
        bits: tuple[int, int, int],
        sense: Sense,
        what: str,
    ) -> None:
        """what: the condition, as a message names it."""
        self.meanwhile()
        known = {local: value for (local, _, _), value in zip(owner.parameters, arguments, strict=True)}
        e = Specialiser(self.system.variables, self.system.arenas, known).expression(body)
        test = _evaluated(self.maker.on_step(e), sense, what, owner.position)
        self.conditions.append(Condition(e, sense, test, bits, self.footprints.reads(e), ir.contains(e, ir.Calls)))

    def _join(self, condition: Condition) -> None:
        for cluster in self.clusters:
            wider = cluster.mask | condition.reads
            if wider in (cluster.mask, condition.reads) or wider.bit_count() <= TOGETHER:
                cluster.mask = wider
                cluster.conditions.append(condition)
                return
        self.clusters.append(Cluster(condition.reads, [condition]))


def _evaluated(
    test: Callable[[int, NextStep], object], sense: Sense, what: str, position: Position
) -> Callable[[int, NextStep], bool]:
    """What a condition comes to in its sense; ModelError where it cannot be evaluated."""

    def wrong(error: Violated | OutOfRange) -> ModelError:
        why = error.message if isinstance(error, OutOfRange) else "a wild pointer"
        return ModelError(error.position, f"{what} (line {position.line}) cannot be evaluated: {why}")

    def strictly(state: int, step: NextStep) -> bool:
        try:
            return bool(test(state, step))
        except (Violated, OutOfRange) as error:
            raise wrong(error) from None

    def leniently(state: int, step: NextStep) -> bool:
        try:
            return bool(test(state, step))
        except Violated:
            return False
        except OutOfRange as error:
            if error.wild:
                return False
            raise wrong(error) from None

    match sense:
        case Sense.STRICT:
            return strictly
        case Sense.LENIENT:
            return leniently
        case Sense.FAILING:
            return lambda state, step: not leniently(state, step)
