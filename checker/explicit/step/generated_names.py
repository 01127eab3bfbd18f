# SPDX-License-Identifier: GPL-2.0-only
"""What generated code refers to: arenas, exceptions to raise, coverage marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from checker.explicit.step.outcome import How, OutOfRange, Raised, Violated
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.naming import FreeInstances
from checker.language.errors import UsageError
from checker.language.raised import NO_WILD_POINTER
from checker.language.tree import Position

MOST_BITS = 14_000
"""Of a state: Python reads and prints integers of up to 4,300 digits as text, which the code that is generated is full of."""


@dataclass(frozen=True)
class Frame:
    """The frame that a step runs in."""

    record: str
    index: int
    depth: int


@dataclass
class Names:
    """What generated code refers to: exceptions to raise, arenas, coverage marks. called: one set of bits, the routines that a
    step called, by their call_numbers; who runs the step clears it before."""

    system: ir.System
    layout: Layout
    covered: bytearray = field(default_factory=bytearray)
    cover_numbers: dict[Position, int] = field(default_factory=dict)
    raisers: list[Callable[[], Raised]] = field(default_factory=list)
    namespace: dict[str, Any] = field(default_factory=dict)
    called: list[int] = field(default_factory=lambda: [0])
    call_numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.layout.bits > MOST_BITS:
            raise UsageError(
                f"a state of this model has {self.layout.bits:,} bits, and the engine can have {MOST_BITS:,}; "
                "choose smaller sizes"
            )
        self.covered.extend(bytes(len(self.system.coverable)))
        self.cover_numbers.update({position: n for n, position in enumerate(sorted(self.system.coverable))})
        self.namespace.update(H=self.covered, R=self._raise, K=self.called)
        for record, (count, alignment, _) in self.system.arenas.items():
            self.namespace[f"index_{record}"] = {(n + 1) * alignment: n for n in range(count)}

    def _raise(self, number: int) -> int:
        raise self.raisers[number]()

    def raiser(self, make: Callable[[], Raised]) -> int:
        self.raisers.append(make)
        return len(self.raisers) - 1

    def free_instances(self, record: str) -> str:
        """The name of the function that says which free instances of a record an allocation may return."""
        name = f"free_{record}"
        if name not in self.namespace:
            self.namespace[name] = FreeInstances(self.system, self.layout, record).options
        return name

    def call_number(self, routine: str) -> int:
        """The bit of a routine in `called`."""
        return self.call_numbers.setdefault(routine, len(self.call_numbers))

    def wild(self, position: Position, what: str = "a wild pointer") -> int:
        """The number under which a wild pointer or index at this place raises."""
        if NO_WILD_POINTER in self.system.properties:
            return self.raiser(lambda: Violated(NO_WILD_POINTER, position, How.WILD_POINTER))
        return self.raiser(lambda: OutOfRange(position, f"{what}, in a model without the property no-wild-pointer", True))
