# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample in the words of a kernel developer: NULL, true and false for what a model writes as None, True and False."""

from __future__ import annotations

from dataclasses import replace

from checker.language.values import told_text
from checker.trace.data import Activation, Change, Step, Trace

Pairs = tuple[tuple[str, str], ...]


def told_trace(trace: Trace) -> Trace:
    """The trace with all its values as reports tell them. It can no longer be stored or replayed. Of one that was told already,
    the same."""
    violation = replace(trace.violation, binding=_pairs(trace.violation.binding), reads=_pairs(trace.violation.reads))
    return replace(
        trace,
        initial=_pairs(trace.initial),
        steps=tuple(map(_step, trace.steps)),
        violation=violation,
        choices=tuple(replace(choice, value=told_text(choice.value)) for choice in trace.choices),
    )


def _step(step: Step) -> Step:
    return replace(
        step,
        arguments=_pairs(step.arguments),
        choices=tuple(map(told_text, step.choices)),
        reads=_pairs(step.reads),
        changes=tuple(Change(change.cell, told_text(change.before), told_text(change.after)) for change in step.changes),
        ran=tuple(Activation(ran.routine, ran.position, _pairs(ran.arguments)) for ran in step.ran),
    )


def _pairs(pairs: Pairs) -> Pairs:
    return tuple((name, told_text(value)) for name, value in pairs)
