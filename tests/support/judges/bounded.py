# SPDX-License-Identifier: GPL-2.0-only
"""A solver against breadth-first search, in one program."""

from __future__ import annotations

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.raised import NO_DEADLOCK
from checker.symbolic.bmc.bounded import search
from checker.symbolic.bmc.problem import CUT, ERROR_IN, bounded_problem
from checker.symbolic.bmc.question import Counterexample, Message, Reached
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.solvers.solvers import Z3
from checker.verify.confirm import confirmed
from checker.verify.solver_runs import Runs

MODEL_ERROR = "a model error"


def check(program: tree.Program, depth: int, solver: str = Z3) -> dict[str, int]:
    """Compare the solver with breadth-first search; the lengths found."""
    system = lower(program)
    explicit = Search(system)
    result = explicit.run()
    expected = {name: len(finding.path) for name, finding in result.findings.items() if len(finding.path) <= depth}
    relation = step_relation(system)
    told: list[Message] = []
    search(bounded_problem(relation, frozenset(system.properties), depth, solver), told.append)
    runs = Runs(relation, Search(system))
    found: dict[str, int] = {}
    cut = False
    for message in told:
        if isinstance(message, Counterexample):
            finding = runs.finding(message)
            if finding is None:
                assert message.target.startswith((CUT, ERROR_IN))
                cut = cut or message.target.startswith(CUT)
                continue
            confirmed(program, system, finding)
            name = finding.property or MODEL_ERROR
            found[name] = min(found.get(name, depth), len(finding.path))
    assert told[-1] == Reached(depth)
    if result.error is None and found.get(MODEL_ERROR) in expected.values():
        # A violation and a model error in states as far away: with the violation, nobody looks for the error any more.
        found = {name: length for name, length in found.items() if length < found[MODEL_ERROR]}
        expected = {name: length for name, length in expected.items() if name in found}
    if result.error is not None:
        # The search of all states ends there, with what it had found, and goes on to what is as near.
        length = len(result.error.path)
        if found.pop(MODEL_ERROR, None) != (length if length <= depth else None):
            assert length in found.values()
        assert expected.items() <= found.items()
        # Which of the states found last are deadlocks, it does not look at any more.
        assert all(found[name] > length - (name == NO_DEADLOCK) for name in found.keys() - expected.keys())
    else:
        assert found == expected
        assert not cut or result.reasons
        assert cut or not result.reasons or result.statistics.depth >= depth
    return found
