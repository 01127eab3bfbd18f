# SPDX-License-Identifier: GPL-2.0-only
"""What a simulation found, as data. A property that no violation was found of is UNKNOWN, however many walks there were."""

from __future__ import annotations

from dataclasses import dataclass

from checker.counting import counted
from checker.result.checked import Checked
from checker.result.verdict import Run, Statistics, Subject, Verdict, VerdictKind
from checker.stopping import Stop


@dataclass(frozen=True)
class Walks:
    """asked, depth, swarm, seed: as asked for (Plan). begun: walks, the last one perhaps not ended. steps: taken in all of them.
    longest: steps of the longest. seconds: wall time. memory: bytes of the process."""

    asked: int
    depth: int
    swarm: int
    seed: int
    begun: int
    steps: int
    longest: int
    seconds: float
    memory: int

    def __str__(self) -> str:
        what = ("search", "searches") if self.swarm else ("walk", "walks")
        return f"simulated: {counted(self.begun, *what)}, {counted(self.steps, 'step')}, seed {self.seed}"


@dataclass(frozen=True)
class Simulated:
    """As `Run`; unreached: places in the model that nothing possible on the walks came to."""

    subject: Subject
    verdicts: tuple[Verdict, ...]
    walks: Walks
    stopped: Stop | None
    cuts: tuple[tuple[str, str], ...]
    unreached: tuple[str, ...]
    error: Verdict | None = None

    @property
    def kinds(self) -> set[VerdictKind]:
        """The verdicts that were given, that on the model itself included, and UNKNOWN in any case: walks leave all else open."""
        given = {verdict.kind for verdict in self.verdicts} | {VerdictKind.UNKNOWN}
        return given | ({self.error.kind} if self.error is not None else set())

    @property
    def checked(self) -> Checked:
        """The same violations, as those of a check, to be grouped by cause."""
        nothing = Statistics(0, 0, 0, 0.0, 0, 0)
        return Checked((Run(self.subject, self.verdicts, nothing, self.stopped, (), (), self.error),))
