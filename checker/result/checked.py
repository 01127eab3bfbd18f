# SPDX-License-Identifier: GPL-2.0-only
"""What one call of `check` came to: the configurations that were searched, and those that were not any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.language.tree import Setting
from checker.result.verdict import Run, Status, VerdictKind, status_of
from checker.stopping import INTERRUPTED, Stop, Why

MODEL_ERROR = Stop(Why.MODEL, "a model error")


@dataclass(frozen=True)
class Asked:
    """A configuration as it was asked for. settings: the others have their defaults. events: None for all."""

    settings: Mapping[str, Setting]
    events: tuple[str, ...] | None

    def __str__(self) -> str:
        sizes = " ".join(f"{name}={value}" for name, value in self.settings.items())
        return "; ".join(filter(None, (sizes, ",".join(self.events or ())))) or "the only one"


@dataclass(frozen=True)
class Checked:
    """runs: of the configurations that were searched, the last one perhaps in part. left: those that were not. interrupted:
    it ended between two configurations, or in one of which nothing is told."""

    runs: tuple[Run, ...]
    left: tuple[Asked, ...] = ()
    interrupted: bool = False

    @property
    def asked(self) -> int:
        """How many configurations were asked for."""
        return len(self.runs) + len(self.left)

    @property
    def stopped(self) -> Stop | None:
        """Why not all that was asked for was searched; None if it was."""
        if self.interrupted:
            return INTERRUPTED
        last = self.runs[-1]
        if last.stopped is not None or not self.left:
            return last.stopped
        return MODEL_ERROR if last.error is not None else INTERRUPTED

    @property
    def status(self) -> Status:
        """The exit status. What was not searched is not known."""
        kinds = set().union(*(run.kinds for run in self.runs))
        return status_of(kinds | ({VerdictKind.UNKNOWN} if self.left or self.interrupted else set()))
