# SPDX-License-Identifier: GPL-2.0-only
"""How a difference between a model and an implementation of it is shown: the way there, then both beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from checker.conformance.difference import CellDifference, Difference, Kind
from checker.conformance.lockstep import Lockstep
from checker.conformance.subject import Ended
from checker.conformance.telling import Refusal, refusal, run_of, told_move
from checker.conformance.validation import Recorded, Rejection, Validation
from checker.counting import counted
from checker.language.tree import Program
from checker.language.values import told_text
from checker.report.finding import in_protocol, short
from checker.report.source import source_line
from checker.report.text.step_lines import steps_text
from checker.report.text.style import plain
from checker.result.verdict import Configuration, told
from checker.trace.data import Step, Trace
from checker.trace.machine import Transition

SHOWN = 25
"""Steps of a recorded run that are shown, at most."""

SUMMARIES = {
    Kind.MISSING: "the model can do something that the implementation cannot",
    Kind.EXTRA: "the implementation can do something that the model cannot",
    Kind.CELLS: "the same step leads to other values",
    Kind.PLACES: "the same step leads to another place of the code",
    Kind.END: "the run ends in another way",
}


def difference_text(program: Program, difference: Difference, width: int = 110, colour: bool = False) -> str:
    """The report of one difference; ends in a newline."""
    doable = difference.move is not None and difference.kind is not Kind.EXTRA
    moves = (*difference.path, difference.move) if doable and difference.move is not None else difference.path
    trace = run_of(program, moves)
    where = _where(trace)
    summary = "the initial states differ" if difference.move is None else SUMMARIES[difference.kind]
    lines = [plain(f"{where}: error: implementation and model differ: {summary}")]
    count = len(difference.path)
    sizes = " ".join(f"{name}={value}" for name, value in told(trace.settings))
    scope = f"{trace.model}, after {count} step{'' if count == 1 else 's'} that both do alike; {sizes}; events: "
    lines += textwrap.wrap(plain(scope + (", ".join(trace.events) or "none")), width, subsequent_indent="  ")
    common = replace(trace, steps=trace.steps[:count])
    if common.steps:
        lines += ["", steps_text(common, program.sources, width, colour)]
    lines += ["", *_difference(program, difference, trace.steps[-1] if doable else None, width)]
    return "\n".join(lines) + "\n"


def lockstep_text(model: str, configuration: Configuration, result: Lockstep, missing: Sequence[str], quick: bool) -> str:
    """How one lockstep came out, in a few lines."""
    counts = result.counts
    outcome = "no difference" if result.difference is None else "a difference"
    if result.stopped is not None:
        outcome = f"no difference so far, stopped by {result.stopped}"
    pairs = "" if quick else f"{counts.pairs:,} of them with what the implementation's code remembers, "
    lines = [
        f"{model}: {configuration}: {outcome}",
        f"  {counted(counts.states, 'state')}, {pairs}{counted(counts.transitions, 'transition')} taken on both sides, "
        f"{counts.ends:,} of which end the run, depth {counts.depth}, {counts.seconds:.1f} s",
    ]
    if counts.cuts:
        lines.append(f"  {counted(counts.cuts, 'transition')} left out: the model has no room for them")
    if missing:
        lines.append(f"  not compared, as the implementation has none: {', '.join(missing)}")
    return "\n".join(map(plain, lines))


def validation_text(program: Program, file: str, steps: Sequence[Recorded], result: Validation, width: int, colour: bool) -> str:
    """Whether a recorded run is accepted; if not, the last of what is, what the model could do then, and why not this."""
    values = f"{counted(result.values, 'recorded value')} compared"
    if result.rejection is None:
        return plain(f"{file}: accepted: {counted(result.accepted, 'step is', 'steps are')} a run of {program.model}; {values}")
    rejection = result.rejection
    path = [step.move for step in steps[: result.accepted]]
    trace = run_of(program, path, SHOWN)
    lines = [
        plain(f"{file}: rejected at event {steps[result.accepted].number}: {program.model} does not do that"),
        f"The first {counted(result.accepted, 'step is', 'steps are')} a run of the model; {values}.",
    ]
    if trace.steps:
        shown = len(trace.steps)
        lines += [f"The last {shown} of them:" if shown < result.accepted else "They are:"]
        lines += ["", steps_text(trace, program.sources, width, colour, result.accepted - shown + 1)]
    lines += ["", f"Then the record has: {_recorded_text(program, steps[result.accepted])}"]
    if rejection.reason:
        lines += _wrapped("  ", rejection.reason, width)
    else:
        lines += [
            f"  the model cannot: {line}" if n == 0 else f"  {line}" for n, line in enumerate(_why(program, path, rejection))
        ]
    lines.append("The model can:")
    for way in rejection.possible:
        outcome = f" (ends: {way.outcome})" if isinstance(way.outcome, Ended) else ""
        step = run_of(program, [*path, way.move], 1).steps[-1] if not isinstance(way.outcome, Ended) else None
        lines += _wrapped("  - ", told_move(program, way.move) + ("" if step is None else _doing(program, step)) + outcome, width)
    return "\n".join(lines)


def _why(program: Program, path: Sequence[Transition], rejection: Rejection) -> list[str]:
    refused = refusal(program, path, rejection.move)
    return ["the run has ended"] if refused is None else refusal_text(refused)


def _recorded_text(program: Program, step: Recorded) -> str:
    accessed = f": {step.accessed}" if step.accessed else ""
    value = f", value {step.value}" if step.value is not None else ""
    return plain(told_move(program, step.move) + accessed + value)


def _where(trace: Trace) -> str:
    """The line of the protocol that differs or ran last."""
    for step in reversed(trace.steps):
        for position in (step.at, *(activation.position for activation in reversed(step.activations))):
            if in_protocol(position):
                return f"{position.file}:{position.line}"
    return trace.model


def _difference(program: Program, difference: Difference, step: Step | None, width: int) -> list[str]:
    lines = []
    if difference.move is not None:
        told = told_move(program, difference.move)
        if step is not None:
            told += _doing(program, step)
        lines.append(plain(f"Then: {told}"))
    if difference.kind in (Kind.CELLS, Kind.PLACES):
        lines += _cells(difference.cells) if difference.cells else _wrapped("  ", difference.implementation, width)
        return lines
    lines += _wrapped("  the model:          ", difference.model, width)
    if difference.kind is Kind.EXTRA and difference.move is not None:
        lines += _refused(refusal(program, difference.path, difference.move))
    lines += _wrapped("  the implementation: ", difference.implementation, width)
    if difference.kind in (Kind.MISSING, Kind.EXTRA):
        others = _moves(program, difference.alike)
        lines += _wrapped("  both can:           ", ", ".join(others) or "nothing", width)
    return lines


def _doing(program: Program, step: Step) -> str:
    """What a step of a processor is about, behind its name."""
    choices = f", choosing {told_text(', '.join(step.choices))}" if step.choices else ""
    if step.processor is None:
        return choices
    source = source_line(program.sources, step.at)
    return f" {step.owner} in {step.name}, {short(step.at)}{f': {source}' if source else ''}{choices}"


def _moves(program: Program, moves: Sequence[Transition]) -> list[str]:
    """Moves in words, those that differ in their choices only once."""
    return list(dict.fromkeys(told_move(program, move) for move in moves))


def refusal_text(refused: Refusal) -> list[str]:
    """Why the model cannot do something: the condition that is false, and what makes it so."""
    lines = []
    place = "" if refused.position is None else f"{refused.position.file}:{refused.position.line}: "
    lines.append(f"{place}{refused.reason}{f': {refused.condition}' if refused.condition else ''}")
    lines += [f"  {cell} is {told_text(value)}" for cell, value in refused.cells]
    return [*map(plain, lines)]


def _refused(refused: Refusal | None) -> list[str]:
    return [] if refused is None else [f"    {line}" for line in refusal_text(refused)]


def _cells(cells: Sequence[CellDifference]) -> list[str]:
    """The cells that differ, as a table."""
    rows = [("", "before", "model", "implementation")]
    rows += [(c.cell, told_text(c.before), told_text(c.model), told_text(c.implementation)) for c in cells]
    if not any(c.before for c in cells):
        rows = [(name, model, other) for name, _, model, other in rows]  # type: ignore[misc]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        plain(text),
        max(width, len(label) + 20),
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
