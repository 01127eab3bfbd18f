# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample of somebody who would like to run a script in the browser of whoever reads it."""

from __future__ import annotations

from dataclasses import replace

from checker.language.schedule import Call
from checker.language.tree import Position
from checker.result.review import Cause, Note, Symptom
from checker.result.verdict import Configuration, Subject
from checker.trace.data import Activation, Change, InitialChoice, Stack, Step, Trace
from tests.report.samples import multi_page

RUNS = "fetch('http://127.0.0.1:9/');document.title='ran';window.ran=1"
PLANTED = (
    f'</script><img src=x onerror="{RUNS}"><script>{RUNS}</script><!--<script>{{{{7*7}}}}{{% raw %}}-->'
    "]]><svg onload='window.ran=1'>&lt;b&gt;\u202egnp\u202c\x1b[31m\x00\u2028'\"`${window.ran=1}"
)
"""Ends what it stands in, in whatever way: a script, a comment, an attribute, a template; with bidirectional overrides and controls."""


def hostile_trace() -> Trace:
    """A trace with the plant in each text that a model, a patch or a stored trace decides."""
    trace = multi_page()
    file = f"models/{PLANTED}.py"
    there = Position(file, 2, 1)

    def step(old: Step) -> Step:
        activation = Activation(PLANTED, there, ((PLANTED, PLANTED),))
        return replace(
            old,
            owner=PLANTED,
            name=PLANTED,
            arguments=((PLANTED, PLANTED),),
            choices=(PLANTED,),
            calls=(Call(PLANTED, there),),
            ran=(activation,),
            at=there,
            reads=((PLANTED, PLANTED),),
            changes=(*old.changes, Change(f"cpu0.{PLANTED}[0]", PLANTED, PLANTED)),
            column=PLANTED,
        )

    violation = replace(
        trace.violation,
        property=PLANTED,
        position=there,
        binding=((PLANTED, PLANTED),),
        message=PLANTED,
        reads=((PLANTED, PLANTED), (f"vm_area0.{PLANTED}", PLANTED)),
        stacks=(Stack(PLANTED, ((Call(PLANTED, there),),)),),
    )
    return replace(
        trace,
        model=file,
        settings=((PLANTED, 1),),
        events=(PLANTED,),
        initial=(*trace.initial, (f"{PLANTED}.stack_vm_area", PLANTED), (f"x.{PLANTED}", PLANTED)),
        steps=tuple(step(old) for old in trace.steps),
        violation=violation,
        choices=(InitialChoice(PLANTED, there),),
        origin=None,
    )


def cause_of(trace: Trace, sources: dict[str, str], text: str = "wrote it") -> Cause:
    """A cause with a note at each step that writes something."""
    configuration = Configuration(trace.settings, trace.events, True)
    numbers = tuple(number for number, step in enumerate(trace.steps, 1) if step.changes)
    notes = tuple(Note(trace.steps[number - 1].at, number, text) for number in numbers)
    symptom = Symptom(trace.violation.property, configuration, len(trace.steps), trace.violation.message)
    subject = Subject(trace.model, configuration, sources)
    return Cause(
        "0123456789ab",
        subject,
        trace,
        notes[-1].position if notes else trace.violation.position,
        numbers,
        notes,
        text,
        (symptom, symptom),
    )


def hostile_cause() -> Cause:
    """The trace, with notes, a reason and a source that are planted as well."""
    trace = hostile_trace()
    return cause_of(trace, {trace.model: f"# {PLANTED}\n{PLANTED}\n"}, PLANTED)
