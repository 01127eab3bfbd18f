# SPDX-License-Identifier: GPL-2.0-only
"""Random walks in generated C (c/walks.c): the same as those of the portable engine, which tells what they found."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from checker.explicit.compiled.c.generate import Generated
from checker.explicit.compiled.c.shared import TOGETHER, Failure, Level
from checker.explicit.compiled.driver import SLICE, TOO_MANY
from checker.explicit.compiled.library import check_shape, declared
from checker.explicit.compiled.thread_pool import ThreadPool
from checker.explicit.search.interrupts import Interrupts
from checker.explicit.simulation.chance import GOLDEN, MASK, mixed
from checker.explicit.simulation.simulation import Ended, Plan, Simulation
from checker.explicit.simulation.swarm import table_bits
from checker.explicit.step.outcome import Cut, Outside
from checker.explicit.step.paths import NoSuchPath, Route, path_where


class CompiledWalks:
    """The walks of one plan from some number on. simulation: the portable walks of the same system, which judge."""

    def __init__(self, simulation: Simulation, generated: Generated, library: ctypes.CDLL, threads: int) -> None:
        self.simulation = simulation
        self.generated = generated
        self.threads = threads
        self.library = declared(library)
        check_shape(self.library.walks_shape, generated.shape(len(simulation.system.properties)))

    def walk(self, plan: Plan, number: int) -> None:
        """Take the walks from a number on. Raises Ended, KeyboardInterrupt or MemoryError, when what was found until then has
        been told."""
        self.pool = ThreadPool(self.threads)
        self.marks = self.generated.unmarked()
        bits = table_bits(plan.swarm) if plan.swarm else 0
        walks = self.library.walks_new(self.pool.size, mixed((plan.seed + GOLDEN) & MASK), bits)
        try:
            if not walks:
                raise MemoryError
            with Interrupts(lambda: self.library.walks_stop(walks)) as self.interrupts:
                while number < plan.walks:
                    end = min(number + TOGETHER, plan.walks)
                    self._batch(walks, number, end, plan)
                    number = end
        finally:
            if walks:
                self.library.walks_stop(walks)
            self.pool.close()
            if walks:
                self.library.walks_free(walks)
            self._mark()

    def _batch(self, walks: int, number: int, end: int, plan: Plan) -> None:
        simulation = self.simulation
        self.first, self.plan = number, plan
        self.before = simulation.walks, simulation.steps, simulation.longest
        open_ = bytes(
            name in simulation.properties and name not in simulation.result.findings for name in simulation.system.properties
        )
        self.library.walks_batch(walks, number, end, plan.depth, plan.swarm, open_)
        try:
            self._run(walks)
        finally:
            self.pool.settle()
            self._tell(walks)
            self._note_marks(walks)

    def _run(self, walks: int) -> None:
        """Take the walks of a batch."""
        while True:
            outcomes = self.pool.each(lambda worker: self.library.walks_run(walks, worker, SLICE))
            self._count(self._taken(walks))
            self.simulation.look()
            if all(outcome == Level.LEVEL_DONE for outcome in outcomes):
                return
            self._go_on(walks)

    def _go_on(self, walks: int) -> None:
        """Raise what the walks cannot go on for."""
        if self.interrupts.arrived is not None:
            raise KeyboardInterrupt
        match self.library.walks_failure(walks):
            case Failure.OUT_OF_MEMORY:
                raise MemoryError
            case Failure.TOO_MANY_CHOICES:
                self.simulation.result.stopped = TOO_MANY
                raise Ended

    def _taken(self, walks: int) -> list[tuple[int, int]]:
        """Of each walk of the batch that has begun, the steps, and the steps to the deepest state."""
        steps, longest = (ctypes.c_uint64 * TOGETHER)(), (ctypes.c_uint64 * TOGETHER)()
        begun = self.library.walks_steps(walks, steps, longest)
        return list(zip(steps, longest, strict=True))[:begun]

    def _count(self, taken: list[tuple[int, int]]) -> None:
        """Count the walks of the batch."""
        self.simulation.walks = self.before[0] + len(taken)
        self.simulation.steps = self.before[1] + sum(steps for steps, _ in taken)
        self.simulation.longest = max((self.before[2], *(longest for _, longest in taken)))

    def _note_marks(self, walks: int) -> None:
        """Keep the marks of the walks so far."""
        cuts, covered = self.marks
        kinds = (ctypes.c_ubyte * len(cuts)).from_buffer(cuts), (ctypes.c_ubyte * len(covered)).from_buffer(covered)
        self.library.walks_marks(walks, *kinds)

    def _mark(self) -> None:
        """Which paths were cut, and what was reached."""
        simulation = self.simulation
        cuts, covered = self.marks
        for raised, happened in zip(self.generated.raisers, cuts, strict=False):
            if happened and isinstance(raised, Cut) and not isinstance(raised, Outside):
                simulation.result.cuts.setdefault(raised.reason, f"{raised.position}: {raised.message}")
        for position, reached in zip(self.generated.covers, covered, strict=False):
            if reached:
                simulation.names.covered[simulation.names.cover_numbers[position]] = True

    def _only_up_to(self, walks: int, last: int, steps: int) -> None:
        """Take the walks of the batch again up to a step of one, for the counts and marks of these alone."""
        self.library.walks_put_marks(walks, *map(bytes, self.marks))
        nothing = bytes(len(self.simulation.system.properties))
        plan, taken = self.plan, []
        for first, end, depth, most in (
            (self.first, last, plan.depth, plan.swarm),
            (last, last + 1, plan.depth if plan.swarm else steps, steps),
        ):
            self.library.walks_batch(walks, first, end, depth, most, nothing)
            while self.library.walks_run(walks, 0, SLICE) != Level.LEVEL_DONE:
                self._go_on(walks)
            taken += self._taken(walks)
        self._count(taken)
        self._note_marks(walks)

    # -- findings --

    def _tell(self, walks: int) -> None:
        """Have the portable engine look at each state from which something is wrong, in the order of the walks; up to the first
        model error."""
        names = self.simulation.system.properties
        found = []
        for number in range(len(names) + 1):
            out = (ctypes.c_uint64 * 4)()
            self.library.walks_finding(walks, number, out)
            if out[1]:
                found.append((out[0], out[3], number, out[1], out[2]))
        for last, steps, number, states, address in sorted(found):
            if number < len(names) and names[number] in self.simulation.result.findings:
                continue
            try:
                self.simulation.judge(self._path(states, address))
            except Ended:
                self._only_up_to(walks, last, steps)
                raise
            if number == len(names) or names[number] not in self.simulation.result.findings:
                raise NoSuchPath("what is wrong for one engine is not for the other")

    def _path(self, states: int, address: int) -> Route:
        """A path through states that lie one after the other at an address."""
        size = self.generated.words * 8
        path = ctypes.string_at(address, states * size)
        stored = [int.from_bytes(path[at : at + size], "little") for at in range(0, len(path), size)]
        return path_where(self.simulation.transitions, self.simulation.firsts, [_is(state) for state in stored])


def _is(wanted: int) -> Callable[[int], bool]:
    return lambda state: state == wanted
