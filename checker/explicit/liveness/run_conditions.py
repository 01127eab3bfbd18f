# SPDX-License-Identifier: GPL-2.0-only
"""The conditions on runs of a system, numbered: which are given, met or hold in a state and at the transition that follows.

Pair 0 is that something other than an interrupt happens. Then come the contexts of each processor, that each processor
steps, and what the model assumes. Demands are the eventualities for each binding of their parameters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class Condition:
    """bits: what it sets where it holds: (given, met, holds). asks: it asks what the next step calls."""

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
    """The numbered conditions of one system that was lowered for liveness. meanwhile: called for each that is made."""

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
        for arguments in itertools.product(*(values for _, _, values in assumption.parameters)):
            bit = 1 << next(self._next)
            self.assumed |= bit
            what = f"the assumption `{assumption.name}`"
            self._add(assumption, assumption.given, arguments, (bit, 0, 0), _strict(what, assumption.position))
            self._add(assumption, assumption.body, arguments, (0, bit, 0), _strict(what, assumption.position))

    def _demands(self) -> Iterable[Demand]:
        number = itertools.count()
        for eventuality in self.system.eventualities:
            for arguments in itertools.product(*(values for _, _, values in eventuality.parameters)):
                bit = 1 << next(number)
                pairs, given, e = self.assumed, 0, eventuality
                if e.demanded is Demanded.ALWAYS:
                    failing = 1 << next(self._next)
                    self.always |= failing
                    self._add(e, e.body, arguments, (0, failing, 0), _failing(e))
                    yield Demand(e, arguments, 0, pairs | failing, 0, failing)
                    continue
                if e.demanded is Demanded.ANSWERED:
                    given = 1 << next(number)
                    what = f"what `{e.name}` answers"
                    self._add(e, e.given, arguments, (0, 0, given), _strict(what, e.position))
                if e.demanded.own_steps:
                    processor = arguments[0] // self.alignment - 1
                    pairs = self.steps(processor) | self.contexts(processor)
                self._add(e, e.body, arguments, (0, 0, bit), _lenient(e))
                yield Demand(e, arguments, bit, pairs, given)

    def _add(
        self,
        owner: ir.Assumption | ir.Eventuality,
        body: ir.Expression,
        arguments: tuple[int, ...],
        bits: tuple[int, int, int],
        safely: Callable[[Callable[[int, NextStep], object]], Callable[[int, NextStep], bool]],
    ) -> None:
        self.meanwhile()
        known = {local: value for (local, _, _), value in zip(owner.parameters, arguments, strict=True)}
        e = Specialiser(self.system.variables, self.system.arenas, known).expression(body)
        test = safely(self.maker.on_step(e))
        self.conditions.append(Condition(test, bits, self.footprints.reads(e), ir.contains(e, ir.Calls)))

    def _join(self, condition: Condition) -> None:
        for cluster in self.clusters:
            wider = cluster.mask | condition.reads
            if wider in (cluster.mask, condition.reads) or wider.bit_count() <= TOGETHER:
                cluster.mask = wider
                cluster.conditions.append(condition)
                return
        self.clusters.append(Cluster(condition.reads, [condition]))


def _strict(what: str, position: Position) -> Callable[[Callable[[int, NextStep], object]], Callable[[int, NextStep], bool]]:
    """An assumption that cannot be evaluated is a model error."""

    def safely(test: Callable[[int, NextStep], object]) -> Callable[[int, NextStep], bool]:
        def evaluate(state: int, step: NextStep) -> bool:
            try:
                return bool(test(state, step))
            except (Violated, OutOfRange) as error:
                wrong = error.message if isinstance(error, OutOfRange) else "a wild pointer"
                raise ModelError(error.position, f"{what} (line {position.line}) cannot be evaluated: {wrong}") from None

        return evaluate

    return safely


def _lenient(eventuality: ir.Eventuality) -> Callable[[Callable[[int, NextStep], object]], Callable[[int, NextStep], bool]]:
    """A demand that meets a wild pointer does not hold; a value out of range is a model error."""
    strict = _strict(f"the condition `{eventuality.name}`", eventuality.position)

    def safely(test: Callable[[int, NextStep], object]) -> Callable[[int, NextStep], bool]:
        def evaluate(state: int, step: NextStep) -> bool:
            try:
                return bool(test(state, step))
            except Violated:
                return False
            except OutOfRange as error:
                if error.wild:
                    return False
                raise

        return strict(evaluate)

    return safely


def _failing(eventuality: ir.Eventuality) -> Callable[[Callable[[int, NextStep], object]], Callable[[int, NextStep], bool]]:
    """Whether a demand does not hold."""
    lenient = _lenient(eventuality)

    def safely(test: Callable[[int, NextStep], object]) -> Callable[[int, NextStep], bool]:
        holds = lenient(test)
        return lambda state, step: not holds(state, step)

    return safely
