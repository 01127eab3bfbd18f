# SPDX-License-Identifier: GPL-2.0-only
"""One search in a process of its own, so that its memory can be told: `python -m tools.bench.worker JSON` prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checker.explicit.compiled.c.generate import generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.lassos import find_lassos
from checker.explicit.liveness.compiled.preparation import Preparation
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.search.search import Search
from checker.explicit.simulation.simulation import Plan, Simulation
from checker.explicit.walking import Takeover
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language.front.load import load_program

WALKS = Plan(walks=40, depth=500, seed=1)
MANY_WALKS = Plan(walks=1000, depth=500, seed=1)
"""For the compiled engine, which would be done with the others at once."""

ON_RUNS = "runs "
"""How the name of an engine begins that looks at runs."""


class Clock:
    """Seconds of each part of the work."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.parts[part] = round(time.perf_counter() - begun, 4)


def run(task: dict) -> dict:
    """Do a task; what it came to, in the terms of Measurement."""
    clock = Clock()
    with clock.of("read"):
        program = load_program(Path(task["model"]), dict(task["settings"]), task["events"] and tuple(task["events"]))
        system = lower(program)
    if task["engine"] == "simulation":
        return _simulate(system, frozenset(program.properties) - frozenset(task["violated"]), task["threads"], clock)
    if task["engine"].startswith(ON_RUNS):
        return _lassos(lower(program, liveness=True), task["engine"].removeprefix(ON_RUNS), clock)
    held = None
    with clock.of("prepare"):
        search = Search(system, None, frozenset(task["reductions"]))
    if task["engine"] == "portable":
        result = search.run()
    else:
        with clock.of("generate"):
            generated = generate(search.transitions, search.canonical, task["compact"])
        with clock.of("compile"):
            build = Build(generated.source)
            library = build.library()
        compiled = CompiledSearch(search, generated, library, frozenset(program.properties), task["threads"])
        figures: list[int] = []
        result = compiled.run(progress=lambda _: figures.append(compiled.held()))
        held = figures[-1]
    statistics = result.statistics
    complete = result.stopped is None and result.error is None
    return {
        "states": statistics.states,
        "transitions": statistics.transitions,
        "seconds": statistics.seconds,
        "held": held,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "violated": {name: len(finding.path) for name, finding in result.findings.items()},
        "complete": complete,
        "reductions": sorted(search.reductions),
        "parts": clock.parts,
    }


def _lassos(system: System, engine: str, clock: Clock) -> dict:
    """All that is asked about properties on runs. The compiler has done its work before."""
    if engine == "compiled":
        with clock.of("compile"), Preparation(RunGraph(system)) as preparation:
            while not preparation.ready(1.0) and preparation.remark is None:
                pass
    begun = time.perf_counter()
    found = find_lassos(system, frozenset(e.property for e in system.eventualities), engine=engine)
    return {
        "states": found.states,
        "transitions": found.transitions,
        "seconds": time.perf_counter() - begun,
        "held": None,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "violated": {name: len(finding.path) for name, finding in found.findings.items()},
        "complete": found.stopped is None and found.engine == engine,
        "reductions": [],
        "parts": clock.parts,
    }


def _simulate(system: System, holding: frozenset[str], threads: int, clock: Clock) -> dict:
    """Random walks that look at the properties that hold: so they go on to the end. threads: 0 for the portable engine."""
    with clock.of("prepare"):
        simulation = Simulation(system, holding)
    takeover = None
    if threads:
        takeover = Takeover(simulation, threads, at_once=True)
        with clock.of("compile"):
            takeover.ready(0.0)
    statistics = simulation.run(WALKS if takeover is None else MANY_WALKS, takeover=takeover).statistics
    return {"steps": statistics.steps, "seconds": statistics.seconds, "parts": clock.parts}


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
