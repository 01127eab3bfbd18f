# SPDX-License-Identifier: GPL-2.0-only
"""Looking for one finding in one configuration."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language import tree
from checker.language.front.load import load_program
from checker.result.verdict import Run
from checker.trace.data import Trace
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from checker.verify.subject import live_properties

from .finding import Finding, Wrong
from .narrowed import Narrowed
from .signature import labels_of


@dataclass(frozen=True)
class Shown:
    """How the model shows a finding. trace: the shortest with its signature. by_check: whether that is the one which `check`
    gives for the property; else checked is what that is. states: all there are in the configuration."""

    finding: Finding
    trace: Trace
    by_check: bool
    checked: Trace | None
    states: int
    program: tree.Program


def look_for(model: Path, finding: Finding) -> Shown:
    """How the model shows the finding, with all its events and with none left out. Wrong if it does not."""
    program = load_program(model, dict(finding.settings), finding.events)
    run = _checked(model, finding, finding.events)
    checked = next((verdict.trace for verdict in run.verdicts if verdict.trace is not None), None)
    trace = _with_signature(program, finding, checked)
    if trace is None:
        raise Wrong(
            f"{finding.bug} {finding.name}: {finding.property} has no run with its signature in {run.subject.configuration}"
        )
    for events in smaller(finding.events):
        other = load_program(model, dict(finding.settings), events)
        if finding.property not in other.properties:
            continue
        found = _checked(model, finding, events)
        without = next((verdict.trace for verdict in found.verdicts if verdict.trace is not None), None)
        if without is not None and _with_signature(other, finding, without) is not None:
            raise Wrong(f"{finding.bug} {finding.name}: the events {', '.join(events) or 'none'} are enough")
    return Shown(finding, trace, trace is checked, checked, run.statistics.states, program)


def lines_of(program: tree.Program, finding: Finding) -> tuple[str, ...]:
    """The lines of code that the finding names, as `models/rfc_v1.py:118 text`. Wrong if one of them is not there."""
    found = []
    for routine, text in finding.code:
        place = _line_with(program, routine, text)
        if place is None:
            raise Wrong(f"{finding.bug} {finding.name}: {routine} has no line with `{text}`")
        found.append(place)
    return tuple(found)


def _line_with(program: tree.Program, routine: str, text: str) -> str | None:
    for file, source in program.sources.items():
        lines = source.splitlines()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name == routine:
                for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                    if text in lines[number - 1]:
                        return f"{file}:{number} {lines[number - 1].strip()}"
    return None


def smaller(events: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every set of events that lacks one or more of these."""
    for size in range(len(events)):
        yield from itertools.combinations(events, size)


def _checked(model: Path, finding: Finding, events: tuple[str, ...]) -> Run:
    """What `check` says, by one thread and without reductions, so that it is the same each time."""
    request = Request(model, dict(finding.settings), events, (finding.property,), None)
    run = check_configuration(request, Method(threads=1), Limits())
    if run.stopped is not None or run.error is not None:
        raise Wrong(f"{finding.bug} {finding.name}: the search did not end: {run.stopped or run.error}")
    return run


def _with_signature(program: tree.Program, finding: Finding, checked: Trace | None) -> Trace | None:
    """The shortest run with the signature: the one of `check` if it has it, else another one, if there is one."""
    if checked is None:
        return None
    if shows(program, finding, checked):
        return checked
    if live_properties(program, frozenset({finding.property})):
        return None
    trace = Narrowed(program, finding.property, finding.signature, finding.message).run()
    if trace is not None and not shows(program, finding, trace):
        raise Wrong(f"{finding.bug} {finding.name}: what the engine takes for its signature is not in the trace")
    return trace


def shows(program: tree.Program, finding: Finding, trace: Trace) -> bool:
    """Whether a trace has the signature and the message."""
    fits = finding.signature.fits(labels_of(trace, program.sources))
    return fits and re.search(finding.message, trace.violation.message) is not None
