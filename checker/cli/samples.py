# SPDX-License-Identifier: GPL-2.0-only
"""Reachable states, for lemmas to be found among what they have in common; and the violations met on the way."""

from __future__ import annotations

from dataclasses import dataclass

from checker.explicit.search import Finding, Limits, Progress, Result, Search
from checker.ir import system as ir


@dataclass(frozen=True)
class Samples:
    """states: packed, those that are not terminal. complete: whether they are all that there are."""

    states: tuple[int, ...]
    result: Result
    complete: bool


def sample(system: ir.System, properties: frozenset[str], limits: Limits, progress: Progress | None) -> Samples:
    """Search without reductions, until a limit is reached."""
    search = Search(system, properties)
    result = search.run(limits, progress)
    terminal = 1 << search.layout.mark
    return Samples(tuple(state for state in search.states if state < terminal), result, result.stopped is None)


def findings(result: Result) -> list[Finding]:
    """What was found, a model error first."""
    return [*([result.error] if result.error is not None else []), *result.findings.values()]
