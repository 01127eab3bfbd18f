# SPDX-License-Identifier: GPL-2.0-only
"""The lassos of a program, confirmed by the replayer."""

from __future__ import annotations

from checker.explicit.liveness.lassos import Lassos, find_lassos
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from checker.trace.data import Trace
from tests.support.judges.confirming import replayed


def lassos_of(program: Program, limits: Limits | None = None) -> Lassos:
    return find_lassos(lower(program, liveness=True), frozenset(e.property for e in program.eventualities), limits)


def traces_of(program: Program) -> dict[str, Trace]:
    """The traces of all lassos, as the replayer makes and confirms them."""
    search = Search(lower(program))
    counts = search.run().statistics
    found = lassos_of(program)
    assert found.stopped is None
    assert (found.states, found.transitions) == (counts.states, counts.transitions)
    return {name: replayed(program, search, finding) for name, finding in found.findings.items()}
