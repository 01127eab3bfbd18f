# SPDX-License-Identifier: GPL-2.0-only
"""A run in the formats of other programs: ITF, read by itf-py, and Mermaid, by the rules of its grammar."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from itf_py import trace_from_json

from checker.report.formats.itf import itf
from checker.report.formats.mermaid import PLAIN, mermaid
from checker.trace.data import Trace
from tests.report import samples
from tests.report.formats.documents import FEWER, traces

LINE = re.compile(r"    (participant p\d+ as .+|(p\d+)->>\2: .+|Note right of p\d+: .+|Note over p\d+(,p\d+)?: .+|loop .+|end)")
ENTITY = re.compile(r"#(\d+);")


def values(trace: Trace) -> list[dict[str, str]]:
    """The cells after each step, and before the first."""
    states = [dict(trace.initial)]
    for step in trace.steps:
        states.append(states[-1] | {change.cell: change.after for change in step.changes})
    return states


def test_itf_has_each_state_as_it_was() -> None:
    trace = samples.two_cpus()
    found = trace_from_json(json.loads(itf(trace)))
    assert found.meta["source"] == "models/rfc_v1.py"
    assert found.loop is None
    assert [{name: str(value) for name, value in state.values.items()} for state in found.states] == values(trace)
    assert found.states[0].values["vm_area0.nr_pages"] == 1
    assert found.states[0].values["task0.on_cpu"] is False
    assert found.states[1].meta["processor"] == "cpu0"


def test_a_lasso_goes_back_to_the_state_that_it_names() -> None:
    trace = samples.lasso()
    assert trace.cycle is not None
    found = trace_from_json(json.loads(itf(trace)))
    assert found.loop == trace.cycle.start
    assert len(found.states) == len(trace.steps)
    assert values(trace)[-1] == values(trace)[trace.cycle.start]


def test_a_run_that_ends_stays_in_its_last_state() -> None:
    trace = samples.ended()
    found = trace_from_json(json.loads(itf(trace)))
    assert found.loop == len(found.states) - 1 == len(trace.steps)


@FEWER
@given(traces())
def test_any_trace_is_itf(trace: Trace) -> None:
    text = itf(trace)
    assert text.isascii()
    found = json.loads(text)
    assert len(set(found["vars"])) == len(found["vars"])
    assert all(set(state) - {"#meta"} <= set(found["vars"]) for state in found["states"])
    assert not any(name.startswith("#") for name in found["vars"])
    if "loop" in found:
        assert 0 <= found["loop"] <= len(found["states"])
    trace_from_json(found)


@pytest.mark.parametrize("sample", samples.SAMPLES)
def test_a_diagram_has_each_step_once(sample: str) -> None:
    trace = samples.SAMPLES[sample]()
    lines = mermaid(trace).splitlines()
    assert lines[0] == "sequenceDiagram"
    numbers = [int(m[1]) for line in lines if (m := re.match(r"    p\d+->>p\d+: (\d+)\.", line))]
    assert numbers == list(range(1, len(trace.steps) + 1))


@FEWER
@given(traces())
def test_any_diagram_keeps_to_the_grammar(trace: Trace) -> None:
    text = mermaid(trace)
    assert text.isascii()
    head, *lines = text.splitlines()
    assert head == "sequenceDiagram"
    assert text == "".join(f"{line}\n" for line in [head, *lines])
    for line in lines:
        assert LINE.fullmatch(line), line
        _, _, words = line.partition(" as " if line.startswith("    participant") else ": ")
        rest = ENTITY.sub("", words.replace("<br/>", ""))
        assert set(rest) <= PLAIN, "all else is an entity"
    assert sum(line.startswith("    loop ") for line in lines) == lines.count("    end")
