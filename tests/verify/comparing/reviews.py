# SPDX-License-Identifier: GPL-2.0-only
"""Two sides of a comparison that hypothesis draws: verdicts, causes and all that can be wrong with a search."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from hypothesis import strategies as st

from checker.result.checked import Checked
from checker.result.review import Cause, Review, Symptom, Turn
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, VerdictKind
from checker.stopping import INTERRUPTED
from checker.trace.data import Trace
from checker.verify.comparing.shown import Others, Side
from tests.report import samples

PROPERTIES = ("one", "two", "three")
CAUSES = ("aaaa", "bbbb", "cccc")
TEXT = "def f():\n    x = 1\n    y = 2\n    z = 3\n"
HELD = (VerdictKind.BOUNDED, VerdictKind.PROVED)
SAMPLE = samples.two_cpus()


@dataclass(frozen=True)
class Said:
    """What a side says of a property in a configuration. cause, length: of one that is VIOLATED."""

    kind: VerdictKind
    cause: str = ""
    length: int = 0


@dataclass(frozen=True)
class Searched:
    """A configuration of a side: by property, and what was wrong with the search."""

    said: dict[str, Said]
    stopped: bool = False
    cut: bool = False
    omission: float = 0.0
    outside: bool = False
    error: bool = False

    @property
    def whole(self) -> bool:
        """Whether the search was complete, as far as a run says so by itself."""
        return not (self.stopped or self.cut or self.omission or self.outside or self.error)


said = st.one_of(
    st.builds(Said, st.sampled_from([*HELD, VerdictKind.UNKNOWN])),
    st.builds(Said, st.just(VerdictKind.VIOLATED), st.sampled_from(CAUSES), st.integers(1, 4)),
)
rarely = st.sampled_from([False, False, False, True])


@st.composite
def searched(draw: st.DrawFn) -> Searched:
    """One configuration. What was not searched to its end has no BOUNDED."""
    found = draw(st.dictionaries(st.sampled_from(PROPERTIES), said))
    one = Searched(found, draw(rarely), draw(rarely), draw(st.sampled_from([0.0, 0.0, 0.5])), draw(rarely), draw(rarely))
    if one.stopped or one.error:
        unknown = Said(VerdictKind.UNKNOWN)
        found = {name: unknown if what.kind in HELD else what for name, what in found.items()}
    return dataclasses.replace(one, said=found)


pairs = st.lists(st.tuples(searched(), searched()), min_size=1, max_size=3)


def side_of(name: str, configurations: list[Searched], runs: bool = False, complete: bool = True) -> Side:
    """runs: whether each run of the other side is one of this side. complete: whether there are known to be no further causes."""
    made = tuple(run_of(name, number, one) for number, one in enumerate(configurations))
    causes: dict[str, list[Symptom]] = {}
    for run, one in zip(made, configurations, strict=True):
        for property, what in one.said.items():
            if what.cause:
                turns = (Turn("stale", None), Turn(what.cause, None))
                symptom = Symptom(property, run.subject.configuration, what.length, "wrong", turns)
                causes.setdefault(what.cause, []).append(symptom)
    of = tuple(cause_of(identity, made, symptoms) for identity, symptoms in causes.items())
    why = "" if complete else "not looked"
    return Side(name, Review(Checked(made), of), lambda _: runs, lambda *_: Others((), complete, why))


def cause_of(identity: str, runs: tuple[Run, ...], symptoms: list[Symptom]) -> Cause:
    first = symptoms[0]
    run = next(run for run in runs if run.subject.configuration == first.configuration)
    trace = next(verdict.trace for verdict in run.verdicts if verdict.property == first.property)
    assert trace is not None
    return Cause(identity, run.subject, trace, trace.violation.position, (1,), (), "", tuple(symptoms))


def run_of(name: str, number: int, one: Searched) -> Run:
    configuration = Configuration((("N", number),), (), False)
    verdicts = tuple(
        Verdict(property, what.kind, "wrong", trace_of(property, what.length) if what.length else None)
        for property, what in one.said.items()
    )
    return Run(
        Subject(f"{name}.py", configuration, {f"{name}.py": TEXT}),
        verdicts,
        Statistics(1, 1, 1, 0.0, 0, 0),
        INTERRUPTED if one.stopped else None,
        (("arena", "a page"),) if one.cut else (),
        (),
        Verdict("", VerdictKind.ERROR, "the model is wrong") if one.error else None,
        omission=one.omission,
        outside=(("constraint bound", "m.py:1"),) if one.outside else (),
    )


def trace_of(property: str, length: int) -> Trace:
    violation = dataclasses.replace(SAMPLE.violation, property=property)
    return dataclasses.replace(SAMPLE, steps=SAMPLE.steps[:length], violation=violation)
