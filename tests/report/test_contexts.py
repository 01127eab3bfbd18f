# SPDX-License-Identifier: GPL-2.0-only
"""In which context a step runs, and which steps matter, on stored counterexamples."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.project import PROJECT
from checker.report.contexts import contexts, named
from checker.report.relevant import relevant_steps
from checker.trace.data import Trace
from checker.trace.store import load_trace

STORED = sorted((PROJECT / "counterexamples").rglob("*.json"))


def nmi() -> Trace:
    return load_trace(PROJECT / "counterexamples" / "rfc_v1" / "bug-15-nmi-in-get-page.json")


def test_an_nmi_in_a_fault_in_a_task() -> None:
    found = contexts(nmi().steps)
    assert [named(found[number - 1]) for number in (1, 7, 9, 13, 25)] == ["cpu0 idle0", "cpu0 task0", "  #PF", "    NMI", "  #PF"]
    assert [number for number, context in enumerate(found, 1) if context.entered] == [9, 13]
    assert [number for number, context in enumerate(found, 1) if context.back] == [25]
    assert [number for number, context in enumerate(found, 1) if context.event] == [8, 12]


def test_with_several_processors_each_context_names_its_own() -> None:
    assert named(contexts(nmi().steps)[12], several=True) == "cpu0     NMI"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_every_trace_has_contexts_and_the_steps_that_write_what_fails(path: Path) -> None:
    trace = load_trace(path)
    assert len(contexts(trace.steps)) == len(trace.steps)
    kept = relevant_steps(trace)
    read = {cell for cell, _ in trace.violation.reads}
    for number, step in enumerate(trace.steps, 1):
        if step.processor is None or step.choices or any(change.cell in read for change in step.changes):
            assert number in kept
    assert not trace.steps or len(trace.steps) in kept


def test_a_fault_in_an_interrupt_stands_on_top_of_it_and_the_interrupt_goes_on_after_it() -> None:
    found = contexts(load_trace(PROJECT / "counterexamples" / "rfc_v1" / "bug-05-flag-lost.json").steps)
    assert [named(found[number - 1]).strip() for number in (9, 10, 11, 23, 24, 25)] == [
        "cpu0 task0", "cpu0 task0", "irq", "#PF", "irq", "cpu0 task0"
    ]  # fmt: skip
    assert {context.depth for context in found if context.name == "#PF"} == {2}


def test_a_later_fault_does_not_stand_on_top_of_one_that_has_ended() -> None:
    found = contexts(load_trace(PROJECT / "counterexamples" / "rfc_v1" / "bug-01b-next-fault-panics.json").steps)
    assert max(context.depth for context in found) == 1
