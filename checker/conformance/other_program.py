# SPDX-License-Identifier: GPL-2.0-only
"""Another program in place of an implementation: two models of one protocol, such as one in Python and one in C, in lockstep.

Both stand on the same kernel. So what can happen next has the same names in both, and the kernel's cells are printed alike; what
the protocol keeps in variables of its own may be called differently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from checker.conformance.lockstep import Counts, Lockstep, Search
from checker.conformance.specification import Specification
from checker.conformance.subject import Ended, Refused
from checker.language import tree
from checker.trace.machine import Transition

Renamed = Callable[[str], str]
"""What a cell of the other program (`task0.stack_grown`) is called in the model."""


class OtherProgram:
    """A program as a conformance.Subject. known: the cells of the model. apart: its cells that the model does not have, which are
    not compared by themselves: only by what they lead to."""

    def __init__(self, program: tree.Program, known: Collection[str], renamed: Renamed = lambda name: name) -> None:
        self.specification = Specification(program)
        self.state = self.specification.initial
        names = [renamed(name) for name in self.specification.names]
        self._taken = [number for number, name in enumerate(names) if name in set(known)]
        self.names = tuple(names[number] for number in self._taken)
        self.apart = tuple(name for name in names if name not in set(known))
        self._ways: dict[Transition, int | Ended] | None = None
        self._places: dict[int, str] = {}

    def moves(self) -> Collection[Transition]:
        return self._possible().keys()

    def take(self, move: Transition) -> Ended | None:
        outcome = self._possible().get(move)
        if outcome is None:
            raise Refused("the other program has no such step here")
        if isinstance(outcome, Ended):
            return outcome
        self.restore(outcome)
        return None

    def cells(self) -> tuple[int, ...]:
        values = self.specification.cells(self.state)
        return tuple(values[number] for number in self._taken)

    def places(self) -> Mapping[str, tuple[str, ...]]:
        locations = iter(self.specification.locations(self.state))
        found = {}
        for _, owner, count in self.specification.owners:
            numbers = [next(locations) for _ in range(count)]
            found[owner] = tuple(self._place(number) for number in numbers if number)
        return found

    def save(self) -> object:
        return self.state

    def restore(self, saved: object) -> None:
        assert isinstance(saved, int)
        self.state = saved
        self._ways = None

    def _possible(self) -> dict[Transition, int | Ended]:
        if self._ways is None:
            self._ways = {way.move: way.outcome for way in self.specification.ways(self.state)}
        return self._ways

    def _place(self, number: int) -> str:
        if number not in self._places:
            call = self.specification.system.location(number).calls[-1]
            self._places[number] = f"{call.routine} at {call.position} (location {number})"
        return self._places[number]


def bisimulate(
    model: tree.Program,
    other: tree.Program,
    renamed: Renamed = lambda name: name,
    max_pairs: int | None = None,
    progress: Callable[[Counts], None] | None = None,
) -> tuple[Lockstep, tuple[str, ...]]:
    """Go through all pairs of states that both programs come to by the same steps, and demand the same of both: steps, cells,
    ends, and that their frames stand at places that belong together. So they are bisimilar if nothing differs. Both programs are
    of the same setting and events. The cells that only one of them has, which are not compared, come with the result."""
    specification = Specification(model)
    subject = OtherProgram(other, specification.names, renamed)
    search = Search(
        specification, subject, lambda saved: saved if isinstance(saved, int) else None, max_pairs, None, 0.0, progress
    )
    return search.run(), (*search.comparison.missing, *subject.apart)
