# SPDX-License-Identifier: GPL-2.0-only
"""The states of one configuration: reads the model, explores it, and says in which states a fair run can stay."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import psutil

from checker.explicit.liveness.fair_cycles import fair_components
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.search.results import Limits, Progress
from checker.explicit.states.exploration import Exploration, Explored
from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import quoting
from checker.result.verdict import Subject
from checker.stopping import INTERRUPTED, Stop
from checker.verify.graph.naming import Naming
from checker.verify.request import Request
from checker.verify.subject import load_subject

BETWEEN_LOOKS = 0.1
"""Seconds between two looks at limits."""


@dataclass(frozen=True)
class Space:
    """What was explored, and what tells it in the model's words. fair: the packed states in which a fair run can stay for ever;
    None where nobody asked, or nobody can tell."""

    program: tree.Program
    subject: Subject
    explored: Explored
    naming: Naming
    fair: frozenset[int] | None = None
    stopped: Stop | None = None


class _Stopped(Exception):
    def __init__(self, why: Stop) -> None:
        super().__init__(why)
        self.why = why


def explore_states(request: Request, limits: Limits, progress: Progress | None = None, fairness: bool = False) -> Space:
    """All reachable states of a configuration, without reductions. fairness: tell too where a fair run can stay, if all states
    were explored. ModelError for what is wrong with the model."""
    begun = time.monotonic()
    loaded = load_subject(request)
    program = loaded.program
    system = lower(program, liveness=True) if fairness else loaded.system
    with quoting(program.sources):
        explored = Exploration(system, loaded.wanted).run(limits.later(time.monotonic() - begun), progress)
    space = Space(program, loaded.subject, explored, Naming(program, system), stopped=explored.stopped)
    if not fairness or explored.stopped is not None:
        return space
    try:
        with quoting(program.sources):
            return dataclasses.replace(space, fair=_fair(system, limits.later(time.monotonic() - begun)))
    except _Stopped as stopped:
        return dataclasses.replace(space, stopped=stopped.why)
    except KeyboardInterrupt:
        return dataclasses.replace(space, stopped=INTERRUPTED)


def _fair(system: ir.System, limits: Limits) -> frozenset[int]:
    """The states in which a run can stay for ever that is fair to all that is assumed."""
    begun = next_look = time.monotonic()
    process = psutil.Process()

    def look(*_: int) -> None:
        nonlocal next_look
        now = time.monotonic()
        if now >= next_look:
            next_look = now + BETWEEN_LOOKS
            stop = limits.reached(now - begun, process.memory_info().rss)
            if stop is not None:
                raise _Stopped(stop)

    runs = RunGraph(system, look)
    runs.explore()
    assumed = runs.conditions.assumed
    staying = [node for component in fair_components(runs.graph, assumed, meanwhile=look) for node in component.nodes]
    staying += [node for facts, nodes in runs.ends.items() if facts.allow_staying(assumed) for node in nodes]
    return frozenset(runs.states[node] for node in staying)
