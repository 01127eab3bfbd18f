# SPDX-License-Identifier: GPL-2.0-only
"""The lassos of a program, confirmed by the replayer."""

from __future__ import annotations

from checker.explicit.lassos import Lassos, find_lassos
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.tree import Program
from checker.trace.data import Trace
from tests.support.judges.confirming import replayed


def lassos_of(program: Program, limits: Limits | None = None, engine: str = "portable") -> Lassos:
    names = frozenset(e.property for e in program.eventualities)
    return find_lassos(lower(program, liveness=True), names, limits, engine=engine)


def by_both(program: Program) -> Lassos:
    """What both engines find, which is the same, step for step; nothing where it is the same error."""
    came = [_came_of(program, engine) for engine in ("portable", "compiled")]
    assert came[0][0] == came[1][0]
    return came[0][1] or Lassos()


def _came_of(program: Program, engine: str) -> tuple[object, Lassos | None]:
    try:
        found = lassos_of(program, engine=engine)
    except ModelError as error:
        return str(error), None
    assert found.stopped is None
    assert (found.engine, found.remark) == (engine, None)
    lassos = {
        name: (finding.path.first, [(step.choices, step.state) for step in finding.path], finding.cycle, finding.arguments)
        for name, finding in found.findings.items()
    }
    return (found.states, found.transitions, found.vacuous, lassos), found


def traces_of(program: Program) -> dict[str, Trace]:
    """The traces of all lassos, as the replayer makes and confirms them."""
    search = Search(lower(program))
    counts = search.run().statistics
    found = lassos_of(program)
    assert found.stopped is None
    assert (found.states, found.transitions) == (counts.states, counts.transitions)
    return {name: replayed(program, search, finding) for name, finding in found.findings.items()}
