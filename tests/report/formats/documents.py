# SPDX-License-Identifier: GPL-2.0-only
"""Documents for every format: the usual ones, and any, with text that somebody wrote to do harm."""

from __future__ import annotations

import dataclasses

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from checker.language.tree import Position
from checker.report.formats.document import Case, Document, Finding, Group, Level, Outcome, Remark, Since
from checker.result.verdict import Status
from checker.trace.data import Change, Cycle, Step, Trace
from tests.report import samples

NASTY = (
    "\x1b[31m",
    "\x00",
    "\r\n",
    "\n::error file=a,line=1::planted",
    "]]>",
    "<script>",
    "&amp;",
    "%0A",
    "%25",
    "::",
    ", line=3",
    '"',
    "'",
    "`",
    "\\",
    "# SKIP planted",
    "\nok 1 planted",
    "Bail out!",
    "\u202e",
    "\u2028",
    "\ufffe",
    "\ud800",
    "ERROR:",
    "#quot;",
    "{0}",
    "[link](https://example.org)",
    "../../etc/passwd",
    "end",
    "\U0001f600",
    "ä",
)
text = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5), st.characters()), max_size=5).map("".join)
name = text.filter(str.strip)
position = st.builds(Position, name, st.integers(1, 10**6), st.integers(1, 200))
change = st.builds(Change, name, text, text)


SHORT = [dataclasses.replace(samples.two_cpus(), steps=samples.two_cpus().steps[:4]), samples.lasso(), samples.ended()]
FEWER = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Of documents, which are large."""


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """The trace of a sample, with other people's words in it."""
    trace = draw(st.sampled_from(SHORT))
    steps = tuple(dataclasses.replace(step, **draw(_words(step))) for step in trace.steps)
    violation = dataclasses.replace(trace.violation, message=draw(text), property=draw(name))
    initial = tuple(dict([*trace.initial, *draw(st.lists(st.tuples(name, text), max_size=2))]).items())
    cycle = trace.cycle and Cycle(draw(st.integers(0, len(steps))), (), trace.cycle.demanded)
    return dataclasses.replace(trace, model=draw(name), steps=steps, violation=violation, initial=initial, cycle=cycle)


def _words(step: Step) -> st.SearchStrategy[dict[str, object]]:
    columns = st.one_of(st.none(), st.sampled_from(["cpu0", "cpu1"]), name)
    changes = st.lists(change, max_size=2).map(lambda found: tuple({c.cell: c for c in found}.values()))
    return st.fixed_dictionaries({"name": name, "at": position, "changes": changes, "column": columns})


findings = st.builds(
    Finding,
    st.sampled_from(Level),
    name,
    st.one_of(st.none(), position),
    text,
    text,
    st.lists(st.builds(Remark, position, text, st.integers(0, 5)), max_size=2).map(tuple),
    st.lists(text, max_size=2).map(tuple),
    st.one_of(st.just(""), name),
    st.one_of(st.none(), st.sampled_from(Since)),
    st.one_of(st.none(), traces()),
    st.lists(st.integers(1, 5), max_size=3).map(tuple),
)
cases = st.builds(Case, name, st.sampled_from(Outcome), text)
groups = st.builds(Group, name, st.lists(cases, min_size=1, max_size=4).map(tuple), st.floats(0, 1e6))
documents = st.builds(
    Document,
    st.sampled_from(["check", "gate", "diff"]),
    st.sampled_from(Status),
    st.lists(groups, min_size=1, max_size=3).map(tuple),
    st.lists(findings, max_size=3).map(tuple),
    st.one_of(st.just(""), text),
)

TRACE = samples.two_cpus()
BUG = Finding(
    Level.ERROR,
    "single-hole",
    Position("models/rfc_v1.py", 88, 5),
    "two pages at one index",
    "rfc10.mbox:363",
    (Remark(Position("models/rfc_v1.py", 80, 5), "writes nr_pages: 1 -> 2", 3),),
    ("9 steps; 1 CPU; touch",),
    "0123456789ab",
    None,
    TRACE,
    (1,),
)
DOCUMENT = Document(
    "check",
    Status.VIOLATED,
    (
        Group(
            "models/rfc_v1.py: 1 CPU; touch",
            (Case("single-hole", Outcome.FAILED, "two pages"), Case("one-owner", Outcome.PASSED)),
            0.5,
        ),
        Group("models/rfc_v1.py: 2 CPUs; touch", (Case("single-hole", Outcome.UNKNOWN, "not searched: a limit of 5 s"),)),
    ),
    (BUG, Finding(Level.WARNING, "not-known", None, "1 of 2 configurations was not searched")),
    "a limit of 5 s",
)
CLEAN = Document("check", Status.AS_DEMANDED, (Group("m.py", (Case("one-owner", Outcome.PASSED),)),), ())
