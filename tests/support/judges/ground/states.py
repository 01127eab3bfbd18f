# SPDX-License-Identifier: GPL-2.0-only
"""The states of a system of some size, as tables of the functions of the formulas for any number of instances."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.symbolic.parametric.ground_state import frame_name, local_name
from checker.symbolic.parametric.views import Seen, same_names
from checker.verify.proof.prove_all_sizes import Family

Cell = tuple[str, tuple[int, ...]]
"""A function and a place."""

Values = dict[Cell, int]


@dataclass(frozen=True)
class Local:
    """A function for a local: the function for where its frame stands, and the locations at which it is live. above: of what a
    call returns, the function for where the frame above stands, as long as which is there nothing was returned."""

    at: str
    live: frozenset[int]
    above: str | None

    def dead(self, values: Values, place: tuple[int, ...]) -> bool:
        """Whether nobody can look at it. values: of all functions for frames."""
        return values[self.at, place] not in self.live or bool(self.above and values[self.above, place])


class States:
    """The states of a system of some size, as tables of the functions of the formulas."""

    def __init__(self, of_all: Family, search: Search) -> None:
        self.system, self.real = of_all.system, of_all.real
        self.functions = {name: f for name, f in of_all.functions.items() if f.known is None}
        self.constant = {name: f.known for name, f in of_all.functions.items() if f.known is not None}
        self.seen = Seen(self.real, search.layout, self._names())
        self.locals = self._locals()
        self.cells: list[Cell] = [
            (variable.name, place)
            for variable in self.system.variables.values()
            for place in itertools.product(*map(range, self.real.variables[variable.name].dimensions))
        ]
        for owner in self.system.owners.values():
            count = self.real.arenas[owner.record].instances
            frames = [frame_name(owner.record, depth) for depth in range(owner.frames)]
            for name in [*frames, *(name for name, local in self.locals.items() if local.at in frames)]:
                self.cells += [(name, (index,)) for index in range(count)]
        self.unknown = [cell for cell in self.cells if cell[0] in self.functions]

    def _names(self) -> dict[str, tuple[str, int, str, str]]:
        """As same_names, but a result is looked up where a procedure has one."""
        having = [p.name for p in self.real.procedures.values() if ir.RESULT in p.locals]
        return {
            name: (record, depth, having[0], local) if local == ir.RESULT else (record, depth, procedure, local)
            for name, (record, depth, procedure, local) in same_names(self.system, self.real).items()
        }

    def _locals(self) -> dict[str, Local]:
        found: dict[str, set[int]] = {}
        at: dict[str, str] = {}
        above: dict[str, str] = {}
        for owner in self.system.owners.values():
            for depth in range(owner.frames):
                for procedure in self.system.procedures.values():
                    for local in procedure.locals:
                        name = local_name(owner.record, depth, procedure.name, local)
                        at[name] = frame_name(owner.record, depth)
                        if local == ir.RESULT and depth + 1 < owner.frames:
                            above[name] = frame_name(owner.record, depth + 1)
                        found.setdefault(name, set()).update(
                            location.number
                            for location in self.system.locations
                            if location.procedure == procedure.name and local in location.live
                        )
        return {name: Local(at[name], frozenset(live), above.get(name)) for name, live in found.items()}

    def reference(self, record: str, index: int) -> int:
        return (index + 1) * self.real.arenas[record].alignment

    def values(self, state: int) -> Values:
        """What each function is in each place; of a local that is not live, its least value."""
        self.seen.state = state
        found: Values = {}
        for name, place in self.cells:
            if name in self.locals:
                if self.locals[name].dead(found, place):
                    if name in self.functions:
                        found[name, place] = self.functions[name].low
                    continue
                value = self.seen.load(name, (None,), place[0])
            elif name in self.system.variables:
                value = self.seen.load(name, place, None)
            else:
                value = self.seen.load(name, (None,), place[0])
            if name in self.constant:
                assert value == self.constant[name], f"{name} is said never to change"
            else:
                found[name, place] = value
        return found

    def with_anything_dead(self, values: Values, chance: random.Random) -> Values:
        """The same, where locals that are not live have values of which nothing is known."""
        found = dict(values)
        for (name, place), _ in values.items():
            local = self.locals.get(name)
            if local is not None and local.dead(values, place):
                f = self.functions[name]
                found[name, place] = chance.randint(f.low, f.high)
        return found
