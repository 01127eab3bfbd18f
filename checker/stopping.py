# SPDX-License-Identifier: GPL-2.0-only
"""Why a search, a walk, a comparison or a solver ended before its work was done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from checker.counting import counted


class Why(Enum):
    """What ended it. ENGINE: something that this engine cannot do, though another one may. MODEL: an error in the model. DISK: a
    file that states are written to. LOST: a
    machine or process of a cluster is lost."""

    INTERRUPTED = "interrupted"
    STATES = "states"
    SECONDS = "seconds"
    MEMORY = "memory"
    OUT_OF_MEMORY = "out of memory"
    ENGINE = "engine"
    SOLVER = "solver"
    MODEL = "model"
    DISK = "disk"
    LOST = "lost"
    HANDED_OVER = "handed over"
    ENOUGH = "enough"


class Died(Exception):
    """A process ended in the middle of a job. The text says how."""


@dataclass(frozen=True)
class Stop:
    """text: the reason for a reader, as in "stopped by the limit of 10 seconds"."""

    why: Why
    text: str

    def __str__(self) -> str:
        return self.text


INTERRUPTED = Stop(Why.INTERRUPTED, "interrupted")
OUT_OF_MEMORY = Stop(Why.OUT_OF_MEMORY, "out of memory")
HANDED_OVER = Stop(Why.HANDED_OVER, "handed over")
ENOUGH = Stop(Why.ENOUGH, "nothing is left to look for")


def states_limit(states: int) -> Stop:
    return Stop(Why.STATES, f"the limit of {counted(states, 'state')}")


def seconds_limit(seconds: float) -> Stop:
    return Stop(Why.SECONDS, f"the limit of {seconds:g} second{'' if seconds == 1 else 's'}")


def memory_limit(memory: int | float) -> Stop:
    """memory: bytes."""
    return Stop(Why.MEMORY, f"the limit of {memory / 2**20:,.0f} MiB of memory")
