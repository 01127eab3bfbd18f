# SPDX-License-Identifier: GPL-2.0-only
"""The graph of states in generated C: explored, taken apart and walked there; this asks the questions.

Nodes and transitions are numbered as in the portable engine's graph, and each step of a path is taken again by that engine's
functions, which have to lead to the same state.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence

from checker.explicit.liveness.compiled.generate import GeneratedGraph
from checker.explicit.liveness.compiled.library import LOOK, declared
from checker.explicit.liveness.compiled.shared import NO_NODE, Count, Ending
from checker.explicit.liveness.fair_cycles import Facts, cycle_of
from checker.explicit.liveness.run_conditions import Demand
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.liveness.runs import FairSet, Look, Unanswered
from checker.explicit.search.interrupts import Interrupts
from checker.explicit.step.paths import Step
from checker.stopping import Stop, Why

WORD = 64


class CannotGoOn(Exception):
    """The graph in C has met its own limit, which another engine does not have. why: which."""

    def __init__(self, why: Stop) -> None:
        super().__init__(why)
        self.why = why


MANY_CHOICES = Stop(Why.ENGINE, "a step makes more choices than the compiled engine can follow (--engine portable)")
MANY_NODES = Stop(Why.ENGINE, f"the engine's limit of {NO_NODE - 1:,} states")


class CompiledRuns:
    """portable: the same system for the portable engine; what it has explored is not used. look: called in long work. A context,
    as it has memory to give back. MemoryError where there is none."""

    def __init__(self, portable: RunGraph, generated: GeneratedGraph, library: ctypes.CDLL, look: Look) -> None:
        self.portable = portable
        self.conditions = portable.conditions
        self.generated = generated
        self.library = declared(library)
        self.look = look
        self.failure: BaseException | None = None
        self.most = NO_NODE
        self.sets: list[tuple[int, int]] = []
        """The region and the removed pairs of each fair component found last."""
        self.avoided = 0
        shape = (ctypes.c_uint64 * 3)()
        self.library.graph_shape(shape)
        if tuple(shape) != (generated.words, -(-generated.pairs // WORD), -(-generated.demands // WORD)):
            raise AssertionError("the compiled library is that of another model")
        self.interrupts = Interrupts()
        self.called = LOOK(self._looked)  # kept, as C calls it
        self.graph = self.library.graph_new(self.called)
        if not self.graph:
            raise MemoryError

    def __enter__(self) -> CompiledRuns:
        return self

    def __exit__(self, *_: object) -> None:
        graph, self.graph = self.graph, None
        if graph:
            self.library.graph_free(graph)

    # -- work in C --

    def _looked(self, states: int, expanded: int, transitions: int, more: int) -> int:
        """Nothing may be raised through C: it is kept, and work ends."""
        try:
            if self.interrupts.arrived is not None:
                raise KeyboardInterrupt
            self.look(states, expanded, transitions, more)
        except BaseException as failure:
            self.failure = failure
            return 1
        return 0

    def _work(self, function: str, *arguments: object) -> Ending:
        """Have C work for as long as it takes; DONE, FOUND or NOTHING_MORE."""
        self.failure = None
        with Interrupts() as self.interrupts:
            ending = Ending(getattr(self.library, function)(self.graph, *arguments))
        if self.interrupts.arrived is not None:
            raise KeyboardInterrupt
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        match ending:
            case Ending.NO_MEMORY:
                raise MemoryError
            case Ending.MANY_CHOICES:
                raise CannotGoOn(MANY_CHOICES)
            case Ending.MANY_NODES:
                raise CannotGoOn(MANY_NODES)
            case Ending.WRONG:
                self.portable.evaluate(self.state(self._counts()[Count.NODE]))
                raise AssertionError("a condition that one engine cannot evaluate is one that the other can")
        return ending

    def _counts(self) -> list[int]:
        counts = (ctypes.c_uint64 * len(Count))()
        self.library.graph_counts(self.graph, counts)
        return list(counts)

    def _picked(self) -> Sequence[int]:
        count = self._counts()[Count.PICKED]
        return self.library.graph_picked(self.graph)[:count] if count else ()

    def _pairs(self, bits: int) -> bytes:
        return bits.to_bytes(-(-self.generated.pairs // WORD) * 8, "little")

    def _demands(self, bits: int) -> bytes:
        return bits.to_bytes(-(-self.generated.demands // WORD) * 8, "little")

    # -- the graph --

    def explore(self) -> None:
        if self._work("graph_explore", self.most) is Ending.STOPPED:
            counts = self._counts()
            self.look(counts[Count.NODES], 0, counts[Count.TAKEN], 0)
            raise AssertionError("it was stopped without a reason")

    @property
    def count(self) -> int:
        return self._counts()[Count.NODES]

    @property
    def transitions(self) -> int:
        return self._counts()[Count.TAKEN]

    def depth(self, node: int) -> int:
        return int(self.library.graph_depth(self.graph, node))

    def state(self, node: int) -> int:
        return self._node(node)[0]

    def _node(self, node: int) -> tuple[int, int]:
        """A node's state, and the node that led to it first."""
        words = (ctypes.c_uint64 * self.generated.words)()
        source = self.library.graph_node(self.graph, node, words)
        return int.from_bytes(bytes(words), "little"), source

    def target(self, edge: int) -> int:
        return self.edge(edge)[0]

    def edge(self, edge: int) -> tuple[int, Facts]:
        """Where a transition leads, and what is so at it."""
        target, label = ctypes.c_uint32(), ctypes.c_uint32()
        self.library.graph_edge(self.graph, edge, ctypes.byref(target), ctypes.byref(label))
        pair_words, demand_words = -(-self.generated.pairs // WORD), -(-self.generated.demands // WORD)
        words = (ctypes.c_uint64 * (2 * pair_words + demand_words))()
        self.library.graph_facts(self.graph, label, words)
        given, met, holds = (
            int.from_bytes(bytes(words)[8 * begin : 8 * end], "little")
            for begin, end in ((0, pair_words), (pair_words, 2 * pair_words), (2 * pair_words, len(words)))
        )
        return target.value, Facts(given, met, holds)

    def path(self, node: int) -> tuple[int, list[int]]:
        found: list[int] = []
        state, source = self._node(node)
        while source != NO_NODE:
            edges = range(self._first(source), self._first(source + 1))
            found.append(next(edge for edge in edges if self.target(edge) == node))
            node = source
            state, source = self._node(node)
        return state, found[::-1]

    def _first(self, node: int) -> int:
        return int(self.library.graph_first(self.graph, node))

    def step(self, edge: int) -> Step:
        low, high = 0, self.count
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._first(middle) <= edge else (low, middle)
        step = self.portable.step_from(self.state(low), edge - self._first(low))
        if step.state != self.state(self.target(edge)):
            raise AssertionError("the engines disagree on where a transition leads")
        return step

    # -- runs --

    def first_end(self, pairs: int, avoided: int) -> int | None:
        ending = self._work("graph_ends", self._pairs(pairs), self._demands(avoided), 1)
        return self._picked()[0] if ending is Ending.FOUND else None

    def fair_sets(self, pairs: int, avoided: int, failing: int = 0) -> Iterator[FairSet]:
        for number in self._components(pairs, avoided):
            self._work("graph_nearest", self._pairs(failing))
            yield FairSet(number, tuple(sorted(self._picked())))

    def _components(self, pairs: int, avoided: int) -> Iterator[int]:
        self.sets, self.avoided = [], avoided
        self._work("graph_components", self._pairs(pairs), self._demands(avoided))
        while self._work("graph_next_component") is Ending.FOUND:
            removed = (ctypes.c_uint64 * -(-self.generated.pairs // WORD))()
            self.library.graph_removed(self.graph, removed)
            self.sets.append((self._counts()[Count.REGION], int.from_bytes(bytes(removed), "little")))
            yield len(self.sets) - 1

    def cycle(self, fair: int, node: int, pairs: int) -> list[int]:
        region, removed = self.sets[fair]
        limits = self._pairs(removed), self._demands(self.avoided)

        def way(start: int, goal: int, owed: int) -> list[int]:
            if self._work("graph_way", region, *limits, start, goal, self._pairs(owed)) is not Ending.FOUND:
                raise AssertionError("a component in which something cannot be reached")
            return list(self._picked())

        return cycle_of(way, self.edge, node, pairs)

    def unanswered(self, demand: Demand) -> Unanswered | None:
        given, avoided, pairs = self._demands(demand.given), self._demands(demand.avoided), self._pairs(demand.pairs)
        if self._work("graph_asks", given, avoided) is not Ending.FOUND:
            return None
        for _ in self._components(demand.pairs, demand.avoided):
            pass
        if self._work("graph_unanswered", given, pairs, avoided) is not Ending.FOUND:
            return None
        first, *way = self._picked()
        start = self.target(way[-1]) if way else first
        region = self.library.graph_region(self.graph, start)
        fair = next((number for number, (other, _) in enumerate(self.sets) if other == region), None)
        if self._ends(start, demand):
            fair = None
        return Unanswered(first, way, fair)

    def _ends(self, node: int, demand: Demand) -> bool:
        """Whether a run can end in a node that violates a demand."""
        ends = self._work("graph_ends", self._pairs(demand.pairs), self._demands(demand.avoided), 0) is Ending.FOUND
        return ends and node in self._picked()
