# SPDX-License-Identifier: GPL-2.0-only
"""How a counterexample came out on the reference implementation."""

from __future__ import annotations

from checker.conformance.failing import Outcome
from checker.counting import counted
from checker.report.text.style import plain
from checker.trace.data import Trace


def outcome_text(path: str, trace: Trace, protocol: str, outcome: Outcome, driven: bool) -> str:
    """A line for the run and one for each failure. driven: the implementation is that of another protocol."""
    violated = trace.violation.property
    own = [text for property, text in outcome.failures if property == violated]
    if outcome.differs:
        verdict = f"the reference implementation goes another way: {outcome.differs}"
    elif driven:
        verdict = "nothing fails" if not outcome.failures else "it fails"
    else:
        verdict = "it fails" if own else f"it does not fail as {violated} forbids"
    how = "driven along the trace" if driven else "step for step"
    lines = [f"{path}: on the reference implementation of {protocol}, {how}, {counted(outcome.steps, 'step')}: {verdict}"]
    first = [pair for pair in outcome.failures if pair[0] == violated]
    lines += [f"  {property}: {text}" for property, text in [*first, *(p for p in outcome.failures if p not in first)]]
    if outcome.halted:
        lines.append(f"  the machine stops as it should: {outcome.halted}")
    if outcome.given:
        lines.append("  with another machine: " + "; ".join(outcome.given))
    if outcome.left_out:
        lines.append("  could not be done there: " + "; ".join(outcome.left_out))
    return "\n".join(map(plain, lines))
