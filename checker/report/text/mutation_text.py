# SPDX-License-Identifier: GPL-2.0-only
"""What `stackproof mutate` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checker.counting import counted
from checker.report.text.style import plain
from checker.result.mutation import Fate, MutantResult, MutationReport, Reference


def mutation_text(report: MutationReport) -> str:
    """Everything: the configurations, what became of each mutant, what is left to do, and the sum."""
    lines = [f"{report.model}: configurations in which mutants are searched"]
    for number, reference in enumerate(report.references, 1):
        lines += _reference(number, reference)
    of = report.of
    unwaived = report.unwaived
    waived = [result for result in of(Fate.SURVIVED) if result.waived is not None]
    lines += _section("killed", of(Fate.KILLED), _killed)
    lines += _section("stillborn: no model, or one that goes wrong by itself", of(Fate.STILLBORN), _detail)
    lines += _section("not searched", of(Fate.NOT_SEARCHED), lambda result: [])
    lines += _section("survived, as waived", waived, lambda r: [f"waived: {r.waived}", *_told_apart(r)])
    lines += _section("unknown", of(Fate.UNKNOWN), _detail, "warning: ")
    lines += _section("failed", of(Fate.FAILED), _detail, "error: ")
    lines += _section("survived", unwaived, _told_apart, "error: survived: ")
    if report.stale:
        lines += ["", "waivers out of date"]
        lines += [f"{s.file}:{s.line}: error: {s.why}; waived is {s.mutant}" for s in report.stale]
    return "\n".join(map(plain, (*lines, "", *_sum(report))))


def _reference(number: int, reference: Reference) -> list[str]:
    o = reference.outcome
    exchanges = ", up to exchanges" if o.reductions else ""
    configuration = str(reference.configuration) or "no parameters"
    counts = f"{counted(o.states, 'state')}, {counted(o.transitions, 'transition')}, depth {o.depth}"
    lines = [f"  {number}. {configuration}: {counts}{exchanges}"]
    if o.violated:
        lines.append(
            "     violated by the model itself: "
            + ", ".join(f"{name} ({counted(length, 'step')})" for name, length in o.violated)
        )
    if reference.incomplete is not None:
        lines.append(f"     not judged here, as the search of the model did not end: {reference.incomplete}")
    else:
        reasons: dict[str, list[str]] = {}
        for name, reason in reference.unjudged.items():
            reasons.setdefault(reason, []).append(name)
        lines += [f"     not judged here: {', '.join(names)}: {reason}" for reason, names in reasons.items()]
    return lines


def _section(
    title: str, results: Sequence[MutantResult], told: Callable[[MutantResult], list[str]], severity: str = ""
) -> list[str]:
    if not results:
        return []
    lines = ["", f"{title} ({len(results)})"]
    for result in results:
        lines.append(f"{result.position.file}:{result.position.line}: {severity}{result.name}")
        lines += [f"    {line}" for line in told(result)]
    return lines


def _killed(result: MutantResult) -> list[str]:
    assert result.configuration is not None
    assert result.length is not None
    return [f"by {result.property}, in {counted(result.length, 'step')}, in configuration {result.configuration + 1}"]


def _detail(result: MutantResult) -> list[str]:
    return [] if result.detail is None else [result.detail]


def _told_apart(result: MutantResult) -> list[str]:
    if not result.differences:
        return ["not told apart"]
    return ["told apart, though no property is violated:"] + [
        f"  configuration {number + 1}: {what}" for number, what in result.differences.items()
    ]


def _sum(report: MutationReport) -> list[str]:
    survived = report.of(Fate.SURVIVED)
    same = sum(not result.differences for result in survived)
    parts = [
        f"{len(report.of(Fate.KILLED))} killed",
        f"{len(survived)} survived ({same} not told apart; {len(survived) - len(report.unwaived)} waived)",
        f"{len(report.of(Fate.STILLBORN))} stillborn",
    ]
    others = (Fate.UNKNOWN, Fate.FAILED, Fate.NOT_SEARCHED)
    parts += [f"{len(report.of(fate))} {fate.value}" for fate in others if report.of(fate)]
    lines = [f"{counted(len(report.results), 'mutant')}: {', '.join(parts)}; {report.seconds:.1f} s"]
    if survived:
        where = "up to exchanges of pages, tasks and CPUs" if report.reduced else "which is all that `stackproof gate` compares"
        lines.append(f"Not told apart: the same violations, states, transitions and depth, {where}, in each configuration.")
    incomplete = sum(reference.incomplete is not None for reference in report.references)
    if incomplete:
        lines.append(f"Configurations in which nothing is judged, as the search of the model did not end: {incomplete}.")
    if report.unwaived:
        lines.append(
            "Each survivor needs a property that it violates, a configuration that shows it, or a waiver "
            "(docs/guide/mutation.md)."
        )
    return lines
