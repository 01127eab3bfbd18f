# SPDX-License-Identifier: GPL-2.0-only
"""What is measured: models at configurations whose counts are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from checker.verify.subject import live_properties


@dataclass(frozen=True)
class Known:
    """Counts of the full search, and the violated properties with the lengths of their shortest counterexamples. They are
    recorded in the model, and other checkers agree on those of dks.py."""

    states: int
    transitions: int
    violated: Mapping[str, int]


@dataclass(frozen=True)
class Case:
    """A model at one configuration. row: that of the benchmark protocol for other checkers, None for models that they do not
    have. reduced: states that are left under reductions, where independent programs agree on them. with_portable: whether it
    is small enough for the portable engine."""

    model: str
    settings: tuple[tuple[str, int], ...]
    events: tuple[str, ...] | None
    row: tuple[int, ...] | None
    reduced: Mapping[frozenset[str], int]
    with_portable: bool = True

    @property
    def name(self) -> str:
        values = " ".join(str(value) for _, value in self.settings)
        return f"{self.model} {values} {','.join(self.events or ())}".strip()

    @property
    def path(self) -> Path:
        return PROJECT / "models" / f"{self.model}.py"

    @property
    def of_runs(self) -> frozenset[str]:
        """The properties of runs, which are not measured here."""
        program = _program(self.path)
        return live_properties(program, frozenset(program.properties))

    @property
    def in_states(self) -> list[str]:
        """The other properties."""
        return [name for name in _program(self.path).properties if name not in self.of_runs]

    @property
    def known(self) -> Known:
        return self._known(of_runs=False)

    @property
    def known_of_runs(self) -> Known:
        """The same counts, with what is violated of the properties of runs."""
        return self._known(of_runs=True)

    def _known(self, of_runs: bool) -> Known:
        for expected in _program(self.path).expectations:
            if dict(expected.settings) == dict(self.settings) and tuple(expected.events) == (self.events or ()):
                assert expected.states is not None and expected.transitions is not None and expected.violated is not None
                violated = {name: length for name, length in expected.violated if (name in self.of_runs) == of_runs}
                return Known(expected.states, expected.transitions, violated)
        raise LookupError(f"{self.path.name} records no counts at {self.settings}, {self.events}")


@cache
def _program(path: Path) -> Program:
    return load_program(path, {}, None)


def dks(*row: int, reduced: int | None = None, with_portable: bool = True) -> Case:
    """The benchmark protocol at C T S FAIL LATE. reduced: states under full symmetry."""
    settings = tuple(zip(("C", "T", "S", "FAIL", "LATE"), row, strict=True))
    counts = {} if reduced is None else {frozenset({"pages", "symmetry"}): reduced}
    return Case("dks", settings, None, row, counts, with_portable)


def stacks(model: str, *sizes: int, events: tuple[str, ...], with_portable: bool = True) -> Case:
    """A model of the protocol at CPUs, tasks, stack pages."""
    return Case(model, tuple(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True)), events, None, {}, with_portable)


CASES = (
    dks(2, 2, 3, 0, 0),
    dks(2, 2, 4, 0, 0, reduced=17_955),
    dks(2, 3, 3, 0, 0, reduced=8_980, with_portable=False),
    stacks("rfc_v1", 1, 2, 3, events=("touch", "late-fault", "migrate", "oom")),
    stacks("rfc_v1", 2, 2, 3, events=("touch", "migrate")),
    stacks("rfc_v1_nr_fixed", 1, 2, 3, events=("touch", "late-fault")),
    stacks("rfc_v1_nr_fixed", 2, 2, 3, events=("touch", "migrate")),
    stacks("rfc_v1_nr_fixed", 2, 2, 4, events=("touch",), with_portable=False),
)
