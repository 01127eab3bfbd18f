# SPDX-License-Identifier: GPL-2.0-only
"""A control of a property: a model with faults that can be planted, and what is found with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.language.front.load import load_program
from checker.language.tree import Program

CONTROLS = Path(__file__).parent / "controls"
EVENTS = ("touch",)
REACHED = "reached"


@dataclass(frozen=True)
class Planted:
    """A planted fault. length: of the shortest violation of the control's property, in steps. others: further properties that cannot
    but be violated too, with the same for them. rare: random walks hardly come upon it."""

    length: int
    states: int
    others: Mapping[str, int] = field(default_factory=dict)
    rare: bool = False


@dataclass(frozen=True, eq=False)
class Control:
    """A control in one configuration. sizes: all parameters but PLANTED. states, transitions, depth: of the sound model. reached: when
    each occasion first comes there, in steps. like_fixed: the sound model is rfc_v1_nr_fixed, state for state. also: what the sound
    model violates all the same, as its own text explains. part: names the file where a property has more than one.
    bears_on: properties that it does not violate, whose formulas its faults hold in place all the same."""

    identifier: str
    sizes: Mapping[str, int]
    states: int
    transitions: int
    depth: int
    reached: Mapping[str, int]
    planted: Mapping[int, Planted]
    like_fixed: bool = False
    events: tuple[str, ...] = EVENTS
    also: Mapping[str, int] = field(default_factory=dict)
    part: str = ""
    bears_on: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return CONTROLS / f"{(self.identifier + self.part).replace('-', '_')}.py"

    def program(self, planted: int) -> Program:
        """The model with that fault planted, 0: none."""
        return load_program(self.path, {**self.sizes, "PLANTED": planted}, self.events)

    def __str__(self) -> str:
        return ",".join([self.identifier + self.part, *(f"{name}={value}" for name, value in self.sizes.items())])


def catalogue(properties: Iterable[str]) -> frozenset[str]:
    """The properties of the catalogue, without a control's own."""
    return frozenset(name for name in properties if not name.startswith(REACHED))


ONE_TASK = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}
