# SPDX-License-Identifier: GPL-2.0-only
"""Searching mutants: the model itself in each configuration first, then each mutant until it is told from the model."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from checker.counting import counted
from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.errors import UsageError
from checker.mutation.c.mutants import CMutant
from checker.mutation.mutants import Mutant
from checker.result.mutation import Fate, MutantResult, Outcome, Reference
from checker.result.verdict import Run, Subject, Verdict, VerdictKind
from checker.stopping import Died
from checker.trace.confirmation.build import Disagreement
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from checker.verify.workers import Pool

GROWTH = 10
"""Without a limit of states, a mutant may have so many times those of the model..."""
ROOM = 100_000
"""... and so many more."""


@dataclass(frozen=True)
class Job:
    """One search. number: of the mutant, or of the configuration where the model itself is searched. step: how many
    configurations of the mutant were searched before. judged: properties with whose violation the search ends."""

    number: int
    step: int
    request: Request
    method: Method
    limits: Limits
    judged: frozenset[str]


@dataclass(frozen=True)
class Found:
    """What came of a job; one of these is set, besides seconds. run: it ended, or was stopped. killed: property and length.
    refused: the model is wrong, why. failed: nothing is claimed, why."""

    seconds: float
    run: Run | None = None
    killed: tuple[str, int] | None = None
    refused: UsageError | None = None
    failed: str | None = None
    unknown: str | None = None


class _Killed(Exception):
    def __init__(self, property_: str, length: int) -> None:
        self.property = property_
        self.length = length


def search(job: Job) -> Found:
    """Do a job, whatever becomes of it."""
    begun = time.monotonic()

    def announce(subject: Subject, verdict: Verdict) -> None:
        if verdict.property in job.judged and verdict.trace is not None:
            raise _Killed(verdict.property, len(verdict.trace.steps))

    found: dict[str, object] = {}
    try:
        found["run"] = _without_traces(check_configuration(job.request, job.method, job.limits, announce=announce))
    except _Killed as killed:
        found["killed"] = (killed.property, killed.length)
    except UsageError as error:
        found["refused"] = error
    except RecursionError:
        found["refused"] = UsageError("the model is nested too deeply")
    except Disagreement as error:
        found["failed"] = f"engine and replayer disagree: {error}"
    except MemoryError:
        found["unknown"] = "out of memory"
    except Exception as error:
        found["failed"] = f"internal error: {type(error).__name__}: {error}"
    return Found(time.monotonic() - begun, **found)  # type: ignore[arg-type]


def _without_traces(run: Run) -> Run:
    """A run to be handed from one process to another: of a trace only its length is of interest there."""
    subject = Subject(run.subject.model, run.subject.configuration, {})
    verdicts = tuple(
        v if v.trace is None else dataclasses.replace(v, trace=dataclasses.replace(v.trace, initial=())) for v in run.verdicts
    )
    return dataclasses.replace(run, subject=subject, verdicts=verdicts)


def outcome_of(run: Run) -> Outcome:
    """How a search ended, in the figures in which two are compared."""
    s = run.statistics
    return Outcome(tuple(sorted(run.violated.items())), s.states, s.transitions, s.depth, run.reductions)


# --- the model itself ------------------------------------------------------------------------------------------------


def references(
    workers: Pool[Job, Found], requests: Sequence[Request], method: Method, limits: Limits
) -> list[tuple[Request, Reference]]:
    """What the model itself comes to in each configuration, smallest first, with what to ask of a mutant there. UsageError if
    it is not a model; Disagreement if engines disagree on it."""
    found: dict[int, Found] = {}

    def then(job: Job, result: Found | Died) -> None:
        found[job.number] = Found(0.0, unknown=str(result)) if isinstance(result, Died) else result

    jobs = [Job(number, 0, request, method, limits, frozenset()) for number, request in enumerate(requests)]
    for _ in workers.results(jobs, then):
        pass
    known = []
    for number, request in enumerate(requests):
        reference = _reference(request, found[number])
        asked = (*reference.judged, *(name for name, _ in reference.outcome.violated))
        known.append((dataclasses.replace(request, properties=asked), reference))
    return sorted(known, key=lambda pair: pair[1].outcome.states)


def _reference(request: Request, found: Found) -> Reference:
    if found.refused is not None:
        raise found.refused
    if found.failed is not None:
        raise Disagreement(found.failed)
    if found.run is None:
        raise UsageError(f"{request.model} itself could not be searched: {found.unknown}; choose smaller sizes")
    run = found.run
    if run.error is not None:
        raise UsageError(f"this model is wrong itself, `stackproof check` shows how: {run.error.detail}", request.model)
    incomplete = (
        str(run.stopped) if run.stopped is not None else ("; ".join(f"{reason}: {what}" for reason, what in run.cuts) or None)
    )
    judged = tuple(v.property for v in run.verdicts if v.kind in (VerdictKind.BOUNDED, VerdictKind.PROVED))
    unjudged = {v.property: v.detail for v in run.verdicts if v.kind is VerdictKind.UNKNOWN}
    return Reference(run.subject.configuration, outcome_of(run), judged, unjudged, incomplete)


# --- mutants ---------------------------------------------------------------------------------------------------------


@dataclass
class _Progress:
    """How far the search of one mutant is."""

    mutant: Mutant | CMutant
    seconds: float = 0.0
    unknown: str | None = None
    differences: dict[int, str] = field(default_factory=dict)


class MutantSearch:
    """The search of all mutants. results: of those that are done, by number."""

    def __init__(
        self, mutants: Sequence[Mutant | CMutant], known: Sequence[tuple[Request, Reference]], method: Method, limits: Limits
    ) -> None:
        self.mutants = mutants
        self.known = known
        self.method = method
        self.limits = limits
        self.open = [_Progress(mutant) for mutant in mutants]
        self.results: dict[int, MutantResult] = {}

    def run(self, workers: Pool[Job, Found], show: Callable[[], None]) -> None:
        """Search them. show: called after each step."""
        steps = [step for step in range(len(self.known)) if self.known[step][1].judged]
        if not steps:
            return
        for _ in workers.results((self.job(number, 0) for number in range(len(self.mutants))), self.then):
            show()

    def job(self, number: int, step: int) -> Job:
        """The search of a mutant in one of the configurations in which there is something to judge."""
        request, reference = self.known[step]
        mutant, limits = self.mutants[number], self.limits
        if limits.states is None:
            limits = dataclasses.replace(limits, states=reference.outcome.states * GROWTH + ROOM)
        limits = dataclasses.replace(limits, spent=self.open[number].seconds)
        request = dataclasses.replace(request, inputs=mutant.inputs(request.inputs))
        return Job(number, step, request, self.method, limits, frozenset(reference.judged))

    def then(self, job: Job, result: Found | Died) -> Job | None:
        """Take a result; the next search of the same mutant, if it is not done."""
        state = self.open[job.number]
        found = Found(0.0, unknown=str(result)) if isinstance(result, Died) else result
        state.seconds += found.seconds
        ended = self.ended(state.mutant, job, found)
        if ended is None:
            self.compare(state, job, found)
            following = next((s for s in range(job.step + 1, len(self.known)) if self.known[s][1].judged), None)
            if following is not None and not (self.limits.seconds is not None and state.seconds >= self.limits.seconds):
                return self.job(job.number, following)
            ended = _survived(state) if state.unknown is None else _result(state.mutant, Fate.UNKNOWN, state.unknown)
        self.results[job.number] = ended
        return None

    def ended(self, mutant: Mutant | CMutant, job: Job, found: Found) -> MutantResult | None:
        """What became of a mutant, if no further search is needed to tell."""
        if found.killed is not None:
            name, length = found.killed
            killed = _result(mutant, Fate.KILLED, None)
            return dataclasses.replace(killed, property=name, length=length, configuration=job.step)
        if found.failed is not None:
            return _result(mutant, Fate.FAILED, found.failed)
        if found.refused is not None:
            return _result(mutant, Fate.STILLBORN, str(found.refused))
        if found.run is not None and found.run.error is not None:
            return _result(mutant, Fate.STILLBORN, f"model error: {found.run.error.detail}")
        return None

    def compare(self, state: _Progress, job: Job, found: Found) -> None:
        """Note what a search leaves open, or in what its outcome differs from the model's."""
        reference = self.known[job.step][1]
        unknown = found.unknown if found.run is None else _why_unknown(found.run)
        if unknown is not None:
            state.unknown = state.unknown or f"{unknown} ({reference.configuration})"
        elif found.run is not None:
            differs = difference(reference.outcome, outcome_of(found.run))
            if differs is not None:
                state.differences[job.step] = differs

    def all(self) -> list[MutantResult]:
        """The results in the order of the mutants."""
        return [
            self.results.get(number) or _result(mutant, Fate.NOT_SEARCHED, None) for number, mutant in enumerate(self.mutants)
        ]


def _result(mutant: Mutant | CMutant, fate: Fate, detail: str | None) -> MutantResult:
    return MutantResult(mutant.name, mutant.kind, mutant.position, fate, detail)


def _survived(state: _Progress) -> MutantResult:
    return dataclasses.replace(_result(state.mutant, Fate.SURVIVED, None), differences=dict(state.differences))


def _why_unknown(run: Run) -> str | None:
    """Why a search leaves open whether a property is violated; None if it does not."""
    stopped = None if run.stopped is None else str(run.stopped)
    return next((verdict.detail for verdict in run.verdicts if verdict.kind is VerdictKind.UNKNOWN), stopped)


def difference(model: Outcome, mutant: Outcome) -> str | None:
    """In what the outcome of a mutant differs from the model's, in words; None if in nothing."""
    found = []
    if model.reductions != mutant.reductions:
        found.append("other reductions were sound")
    for what, have, want in (
        ("states", mutant.states, model.states),
        ("transitions", mutant.transitions, model.transitions),
        ("depth", mutant.depth, model.depth),
    ):
        if have != want:
            found.append(f"{what} {have:,}, not {want:,}")
    lengths = dict(model.violated)
    still = dict(mutant.violated)
    found += [
        f"{n} violated in {counted(still[n], 'step')}, not {lengths[n]}" for n in lengths if n in still and still[n] != lengths[n]
    ]
    found += [f"{n} not violated" for n in lengths if n not in still]
    return "; ".join(found) or None
