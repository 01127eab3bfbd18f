# SPDX-License-Identifier: GPL-2.0-only
"""Searches for further causes of a property in one configuration: violations with a known cause are set aside, and the search
goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from checker.explicit.search.results import Finding, Limits
from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.result.verdict import Run, Verdict, VerdictKind
from checker.stopping import INTERRUPTED
from checker.verify.causes.analysis import MACHINE_STEPS, Analysis, analyse
from checker.verify.confirm import confirmed
from checker.verify.request import Request
from checker.verify.subject import load_subject

MOST_LOOKED_AT = 40
"""So many violations are looked at for one property and configuration: each costs what a counterexample does."""

REDUCTIONS = frozenset({"pages", "symmetry"})


@dataclass(frozen=True)
class Further:
    """What a search with known causes set aside came to. found: with another cause each. looked_at: violations, each at the end
    of a shortest run to a state. complete: every violation that is reached without passing through another one of the
    property has been looked at, so that there is no further cause that shows so. why: else, what ended the search.
    interrupted: the user did."""

    found: tuple[Analysis, ...]
    looked_at: int
    complete: bool
    why: str = ""
    interrupted: bool = False


class _SettingAside(Search):
    """Expands no state in which the property is violated, and hands over each violation. take: whether to go on after it."""

    def __init__(self, system: ir.System, property: str, take: Callable[[Finding], bool]) -> None:
        super().__init__(system, frozenset({property}), REDUCTIONS)
        self.take = take
        self.aside: set[int] = set()

    def _expand(self, index: int) -> None:
        if index not in self.aside:
            super()._expand(index)

    def _found(self, finding: Finding) -> None:
        if finding.kind == "invariant":
            if len(self.states) - 1 in self.aside:
                return
            self.aside.add(len(self.states) - 1)
        if not self.take(finding):
            super()._found(finding)

    def _forget(self, found: str) -> None:
        if found in self.result.findings:
            super()._forget(found)

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self.aside.clear()


def further_causes(
    request: Request, run: Run, property: str, known: list[Analysis], most: int, limits: Limits, steps: int = MACHINE_STEPS
) -> Further:
    """Up to `most` violations of a property in the configuration of a request, each with another cause than those known and
    than each other. run: the check of that configuration. Conditions on whole runs are not searched for. Each violation is
    confirmed by the replayer. Raises Disagreement, ModelError, UsageError."""
    loaded = load_subject(dataclasses.replace(request, properties=(property,)))
    turnings = {one.turning for one in known}
    found: list[Analysis] = []
    looked_at = 0

    def take(finding: Finding) -> bool:
        nonlocal looked_at
        looked_at += 1
        trace = confirmed(loaded.program, loaded.system, finding)
        verdict = Verdict(property, VerdictKind.VIOLATED, trace.violation.message, trace)
        one = analyse(dataclasses.replace(run, program=loaded.program), verdict, trace, steps)
        if one.turning not in turnings:
            turnings.add(one.turning)
            found.append(one)
        return len(found) < most and looked_at < MOST_LOOKED_AT

    search = _SettingAside(loaded.system, property, take)
    search.hand_over = lambda _: property in search.result.findings
    result = search.run(limits)
    if property in result.findings:
        why = f"{looked_at} violations were looked at" if len(found) < most else "no more were asked for"
        return Further(tuple(found), looked_at, False, why)
    why = str(result.stopped) if result.stopped is not None else "; ".join(result.cuts.values())
    complete = result.stopped is None and not result.cuts and result.error is None
    return Further(tuple(found), looked_at, complete, why, result.stopped is INTERRUPTED)
