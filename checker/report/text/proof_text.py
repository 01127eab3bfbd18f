# SPDX-License-Identifier: GPL-2.0-only
"""The text that `stackproof prove` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from checker.counting import counted
from checker.report.shell import argument, command_line
from checker.report.text.style import plain
from checker.report.text.translation_text import translation_lines
from checker.result.verdict import Run, Verdict, VerdictKind


def proof_text(
    run: Run,
    invariant: Sequence[str],
    counterexample: Sequence[str],
    certificate: Path | None,
    given_up: Mapping[str, Sequence[str]],
) -> str:
    """Verdicts, what they rest on, the invariant or the counterexample to induction, the lemmas of the model that were given up
    (each with the reason, as lines), and where the certificate is."""
    s = run.statistics
    lines = [f"{run.subject}: {counted(s.states, 'state')} sampled, {s.seconds:.1f} s", ""]
    if counterexample:
        lines += ["Counterexample to induction", *(f"  {line}" for line in counterexample), ""]
    for name, (reason, *shown) in given_up.items():
        lines += [f"Lemma {name}: not proved, and not used: {reason}", *(f"  {line}" for line in shown), ""]
    if invariant:
        lines += ["Inductive invariant: all of these together", *(f"  {line}" for line in invariant), ""]
    lines.append("Verdicts")
    width = max((len(verdict.property) for verdict in run.verdicts), default=0)
    lines += [f"  {verdict.property:<{width}}  {_said(verdict)}" for verdict in run.verdicts]
    lines += translation_lines(run.subject.translation)
    lines += run.subject.remarks
    if any(verdict.kind is VerdictKind.PROVED for verdict in run.verdicts):
        lines += [
            "Z3 found the invariant; Bitwuzla has checked that every initial state satisfies it, that every step preserves it,",
            "and that it rules out every violation. The proofs are about sequentially consistent interleavings of single",
            "accesses.",
        ]
    if certificate is not None:
        options = ["--model", argument(run.subject.model), *run.subject.options]
        again = command_line(["stackproof", "certify", argument(certificate), *options])
        lines.append(f"Certificate: {certificate} ({again})")
    return "\n".join(map(plain, lines))


def _said(verdict: Verdict) -> str:
    if verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None:
        return f"VIOLATED in {counted(len(verdict.trace.steps), 'step')}"
    return f"{verdict.kind.value}({verdict.detail})"
