# SPDX-License-Identifier: GPL-2.0-only
"""An engine's finding becomes a counterexample: the replayer makes it from the engine's schedule, and confirms it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checker.explicit.search.interrupts import uninterrupted
from checker.explicit.search.results import Finding, Result
from checker.explicit.step.decode import state_cells, state_frames
from checker.explicit.step.initial import initial_states
from checker.explicit.step.paths import Step
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.language import tree
from checker.language.schedule import Allocated
from checker.result.verdict import Subject, Verdict, VerdictKind
from checker.trace.confirmation.build import Claim, Disagreement, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.machine import Transition

Announce = Callable[[Subject, Verdict], None]
"""Called with each violation when it is found and confirmed."""


class Confirming:
    """Confirms what an engine finds of a program, as soon as that is found. violated: the verdicts so far, by property."""

    def __init__(self, program: tree.Program, system: ir.System, subject: Subject, announce: Announce | None) -> None:
        self.program = program
        self.system = system
        self.subject = subject
        self.announce = announce
        self.violated: dict[str, Verdict] = {}

    def found(self, finding: Finding) -> None:
        """Take a violation. Raises Disagreement if the replayer does not confirm it."""
        with uninterrupted():
            trace = confirmed(self.program, self.system, finding)
            verdict = Verdict(finding.property, VerdictKind.VIOLATED, trace.violation.message, trace)
            self.violated[finding.property] = verdict
            if self.announce is not None:
                self.announce(self.subject, verdict)

    def error(self, finding: Finding) -> Verdict:
        """The verdict of every property, where the engine ran into a model error."""
        return Verdict("", VerdictKind.ERROR, finding.message, confirmed(self.program, self.system, finding))


def cut_short(cuts: Mapping[str, str]) -> Verdict:
    """The verdict of every property, where paths ended for want of room. cuts: reason -> what was missing."""
    return Verdict("", VerdictKind.UNKNOWN, "; ".join(f"{reason}: {what}" for reason, what in cuts.items()))


def within(result: Result) -> str:
    """What a verdict adds where a search stayed within constraints."""
    return "".join(f", within the {constraint}" for constraint in result.outside)


def confirmed(program: tree.Program, system: ir.System, finding: Finding) -> Trace:
    """The trace of a finding, made by the replayer from the engine's schedule. Raises Disagreement unless both agree on every
    state and place of a frame on the way, and the trace in its stored form replays."""
    schedule = [_transition(step) for step in finding.path]
    layout = make_layout(system)
    initial = system.initials[initial_states(system, layout).index(finding.path.first)]
    built = build_trace(program, schedule, _claim(program, finding), initial.choices)
    unmarked = (1 << layout.mark) - 1
    states = [finding.path.first, *(step.state & unmarked for step in finding.path)]
    for number, (state, snapshot) in enumerate(zip(states, built.states, strict=True)):
        cells = state_cells(program, system, layout, state)
        if cells != snapshot.cells:
            raise Disagreement(_difference(number, cells, snapshot.cells))
        frames = state_frames(program, system, layout, state)
        if frames != snapshot.frames:
            raise Disagreement(f"after step {number}, the frames of engine and replayer stand in different places")
    replayed = replay(program, built.trace)
    if not replayed.ok:
        raise Disagreement(f"{finding.property}: the replayer refuses its own trace: {replayed.reason}")
    return built.trace


def _difference(number: int, engine: Mapping[str, str], replayer: Mapping[str, str]) -> str:
    for name in (*engine, *replayer):
        if engine.get(name) != replayer.get(name):
            return f"after step {number}, {name} is {engine.get(name)} for the engine and {replayer.get(name)} for the replayer"
    return f"after step {number}, engine and replayer list the cells in different order"


def _transition(step: Step) -> Transition:
    transition = step.transition
    choices = tuple(choice if isinstance(choice, Allocated) else int(choice) for choice in step.choices)
    if transition.action is None:
        return Transition(transition.processor, choices=choices)
    return Transition(None, transition.action.name, transition.arguments, choices)


def _claim(program: tree.Program, finding: Finding) -> Claim:
    binding: dict[str, int] = {}
    if finding.predicate is not None:
        conditions: list[tree.Invariant | tree.Eventuality] = [*program.invariants, *program.eventualities]
        invariant = next(i for i in conditions if i.name == finding.predicate.name)
        names = [parameter.local.name for parameter in invariant.parameters]
        binding = dict(zip(names, finding.arguments, strict=True))
    return Claim(finding.kind, finding.property, finding.position, binding, finding.cycle)
