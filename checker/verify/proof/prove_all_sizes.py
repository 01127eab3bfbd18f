# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof prove --for-all-sizes`: lemmas from samples at one size, and a proof for any number of instances."""

from __future__ import annotations

import dataclasses
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.counting import counted
from checker.explicit.search.results import Limits, Progress
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import ModelError, UsageError
from checker.language.front.load import load_program
from checker.language.raised import NO_DEADLOCK
from checker.result.verdict import Subject, Verdict, VerdictKind, inconclusive
from checker.stopping import INTERRUPTED
from checker.symbolic.parametric.all_sizes import Lemma, Obligation, all_kinds, demands
from checker.symbolic.parametric.all_sizes_certificate import file_name, lemma_data, question
from checker.symbolic.parametric.all_sizes_search import Search, Table, printed, table
from checker.symbolic.parametric.free_sizes import check_initial, check_records, free_parameters
from checker.symbolic.parametric.ground_expressions import RAISES
from checker.symbolic.parametric.ground_state import MOST, Function, functions_of
from checker.symbolic.parametric.ground_step import CUT, Kind
from checker.symbolic.parametric.ground_sums import check_sums
from checker.symbolic.parametric.initial_blocks import Block, blocks, same_blocks
from checker.symbolic.parametric.initial_form import check_layout, check_sums_of_sizes
from checker.symbolic.parametric.views import Seen, View, same_names, standing, views
from checker.symbolic.terms.terms import Unsupported
from checker.verify.confirm import Announce, Confirming
from checker.verify.proof.certificates import ALL_SIZES, digest
from checker.verify.proof.prove import Proving, confirmed_samples, run_of_proof
from checker.verify.proof.samples import sample
from checker.verify.proof.second_reading import second_reading
from checker.verify.request import Request
from checker.verify.subject import assumptions_of, live_properties, needs_all_states, subject_of, wanted_properties

COPIES = 3
"""Values of each free parameter at which the initial state is looked at."""

NOT_FOR_ALL = frozenset({NO_DEADLOCK})
"""Properties that are about all transitions of a state together."""

LOOKED_AT = 4_000
"""Samples whose views are looked at."""

Stands = dict[tuple[str, int], frozenset[int]]


@dataclass(frozen=True)
class Family:
    """A model at all its sizes. free: the parameters that are sizes. system: lowered for any number of instances; functions: its
    fields; found: the blocks of its initial state."""

    program: tree.Program
    free: tuple[str, ...]
    real: ir.System
    system: ir.System
    functions: dict[str, Function]
    found: frozenset[Block]

    def views(self, stands: Stands) -> list[View]:
        return views(self.system, {name: f.known for name, f in self.functions.items()}, stands)

    def obligations(
        self, stands: Stands, of_views: Sequence[View], properties: frozenset[str]
    ) -> Iterator[Callable[[], Obligation]]:
        """What has to be shown: of the initial state, and of each kind of step."""
        if properties & NOT_FOR_ALL:
            raise Unsupported(
                f"{', '.join(sorted(properties & NOT_FOR_ALL))}: whether something can still happen is not looked at"
            )
        check_sums(self.system, properties)
        wanted = properties | {RAISES, CUT}
        of_states = demands(self.system, properties)

        def make(kind: Kind | None) -> Callable[[], Obligation]:
            return lambda: Obligation(self.system, self.functions, of_views, of_states, wanted, kind, MOST, self.found)

        yield make(None)
        for kind in all_kinds(self.system, stands):
            yield make(kind)


def family(request: Request) -> Family:
    """The model at all its sizes. UsageError, with the place in the model, where it is not one for which a proof at all sizes
    can be asked."""
    program = load_program(request.model, request.settings, request.events, request.inputs)
    needs_all_states(program)
    try:
        check_initial(program)
        free = free_parameters(program.sources, program)
        check_records(program, free)
        if not free:
            raise Unsupported(f"{request.model}: no parameter is only a size: something else depends on each")
        real = lower(program)
        check_sums_of_sizes(program, free)
        any_size = dataclasses.replace(
            program,
            records={name: dataclasses.replace(r, count=MOST) if r.symmetric else r for name, r in program.records.items()},
        )
        system = lower(any_size, any_number=True)
        least, more = _sizes(request, program, free)
        programs = [load_program(request.model, at, request.events, request.inputs) for at in (*least, *more)]
        check_layout(programs[0], [*programs[1:], program])
        sizes = [*map(lower, programs), real]
        found = [blocks(one, same_names(system, one)) for one in sizes]
        same = same_blocks(found[: len(least)], found[len(least) :])
        return Family(program, free, real, system, functions_of(system, sizes), same)
    except ModelError as why:
        raise ModelError(why.position, f"no proof for all sizes: {why.message}", why.line) from None
    except Unsupported as why:
        raise UsageError(f"no proof for all sizes: {why}") from None


def _sizes(
    request: Request, program: tree.Program, free: Sequence[str]
) -> tuple[list[dict[str, tree.Setting]], list[dict[str, tree.Setting]]]:
    """Sizes at which the initial state is looked at: the least, and each parameter greater by one; then each greater by two, and
    all of them."""
    values = {p.name: list(range(p.low, min(p.high, p.low + COPIES - 1) + 1)) for p in program.parameters if p.name in free}
    least: dict[str, tree.Setting] = {**request.settings, **{name: of[0] for name, of in values.items()}}
    more = [{**least, name: value} for name, of in values.items() for value in of[2:]]
    return [least, *({**least, name: of[1]} for name, of in values.items())], [
        *more,
        {**least, **{name: of[-1] for name, of in values.items()}},
    ]


def standing_lemmas(of_views: Sequence[View], stands: Stands) -> list[Lemma]:
    """That frames stand where they do in samples. What else could step is left out, so these are part of each invariant."""
    found: list[Lemma] = []
    for number, view in enumerate(of_views):
        for n, f in enumerate(view.features):
            for (record, depth), places in sorted(stands.items()):
                plain = f.base is not None and f.base.through is None and f.at is None
                if view.records == (record,) and f.kind == "value" and plain and f.name == f"{record}.frame{depth}":
                    found.append(Lemma(number, ((n, tuple(sorted(places))),)))
    if len(found) != len(stands):
        raise Unsupported("frames of which no lemma says where they stand")
    return found


def tables(real: ir.System, system: ir.System, of_views: Sequence[View], states: Sequence[int]) -> list[Table]:
    """What the views show in samples."""
    seen = Seen(real, make_layout(real), same_names(system, real))
    chosen = list(states)
    random.Random(1).shuffle(chosen)
    rows: list[set[tuple[int, ...]]] = [set() for _ in of_views]
    tuples = [
        [
            c
            for c in itertools.product(*(range(real.arenas[record].instances) for record in view.records))
            if len(set(zip(view.records, c, strict=True))) == len(c)
        ]
        for view in of_views
    ]
    for state in chosen[:LOOKED_AT]:
        seen.state = state
        for view, of_view, there in zip(of_views, tuples, rows, strict=True):
            for instances in of_view:
                there.add(seen.row(view, instances))
    return [table(there, len(view.features)) for view, there in zip(of_views, rows, strict=True)]


def prove_all_sizes(
    request: Request,
    limits: Limits,
    folder: Path | None,
    samples: int,
    progress: Progress | None = None,
    announce: Announce | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Proving:
    """Prove properties for any number of instances. As prove_configuration; the configuration says where samples come from."""
    begun = time.monotonic()
    of_all = family(request)
    program = of_all.program
    wanted = wanted_properties(program, request)
    live = live_properties(program, wanted) | (wanted & NOT_FOR_ALL)
    sampled = sample(of_all.real, wanted - live, Limits(samples, limits.memory, limits.seconds), progress)
    confirming = Confirming(program, of_all.real, subject_of(program), announce)
    error = confirmed_samples(confirming, sampled)
    provable = wanted - live - confirming.violated.keys()
    invariant: tuple[str, ...] = ()
    certificate: Path | None = None
    if error is not None:
        otherwise = error
    elif not provable:
        otherwise = Verdict("", VerdictKind.UNKNOWN, "nothing is left to prove")
    else:
        deadline = None if limits.seconds is None else begun + limits.seconds
        try:
            otherwise, invariant, certificate = _prove(
                of_all, confirming.subject, provable, sampled.states, deadline, folder, tell
            )
        except Unsupported as why:
            raise UsageError(f"no proof for all sizes: {why}") from None
        except KeyboardInterrupt:
            otherwise = inconclusive(INTERRUPTED)
    verdicts = tuple(
        confirming.violated.get(name) or Verdict(name, otherwise.kind, otherwise.detail, otherwise.trace)
        if name not in live
        else Verdict(name, VerdictKind.UNKNOWN, "for all sizes, only demands on states and on single steps are proved")
        for name in program.properties
        if name in wanted
    )
    run = run_of_proof(confirming.subject, verdicts, sampled, otherwise, error, time.monotonic() - begun)
    return Proving(run, invariant, (), certificate)


def questions(makers: Sequence[Callable[[], Obligation]], lemmas: Sequence[Lemma]) -> tuple[dict[str, str], int]:
    """The files of a certificate, and how many instances of one record one of them names at most."""
    made: dict[str, str] = {}
    most = 0
    for number, make in enumerate(makers):
        obligation = make()
        made[file_name(number)] = question(obligation, lemmas)
        most = max([most, *(obligation.ground.named(record) for record in obligation.system.arenas)])
    return made, most


def _prove(
    of_all: Family,
    subject: Subject,
    properties: frozenset[str],
    states: Sequence[int],
    deadline: float | None,
    folder: Path | None,
    tell: Callable[[str], None],
) -> tuple[Verdict, tuple[str, ...], Path | None]:
    stands: Stands = standing(of_all.real, make_layout(of_all.real), states)
    of_views = of_all.views(stands)
    features = counted(sum(len(view.features) for view in of_views), "feature")
    tell(f"{counted(len(states), 'state')}, {features} of {counted(len(of_views), 'view')}")
    kept = standing_lemmas(of_views, stands)
    makers = list(of_all.obligations(stands, of_views, properties))
    found = Search(makers, of_views, tables(of_all.real, of_all.system, of_views, states), kept, deadline, tell).run()
    if found.why is not None:
        return Verdict("", VerdictKind.UNKNOWN, found.why), (), None
    learned = [lemma for lemma in found.lemmas if lemma not in kept]
    made, named = questions(makers, [*kept, *learned])
    lines = tuple(printed(of_views, lemma) for lemma in (*kept, *learned))
    tell(f"{counted(len(lines), 'lemma')}; the second solver reads {counted(len(made), 'file')}")
    fixed = {name: value for name, value in subject.configuration.settings if name not in of_all.free}
    manifest: dict[str, object] = {
        "format": ALL_SIZES,
        "model": subject.model,
        "any value of": list(of_all.free),
        "settings": dict(subject.configuration.settings),
        "events": list(subject.configuration.events),
        "properties": [name for name in of_all.program.properties if name in properties],
        "assumptions": list(assumptions_of(of_all.program)),
        "instances of a record": {"named in a file at most": named, "numbered": MOST},
        "stands": {f"{record} {depth}": sorted(places) for (record, depth), places in sorted(stands.items())},
        "lemmas": [lemma_data(of_views, lemma) for lemma in learned],
        "sources": {name: digest(text) for name, text in sorted(subject.sources.items())},
    }

    def left() -> float | None:
        return None if deadline is None else max(deadline - time.monotonic(), 1.0)

    refused = second_reading(folder, manifest, "\n".join(lines) + "\n", made, left)
    if refused is not None:
        return Verdict("", VerdictKind.UNKNOWN, refused), (), None
    others = " ".join(f"{name}={value}" for name, value in fixed.items())
    scope = f"without a bound in depth, for all values of {', '.join(of_all.free)}{'; ' + others if others else ''}"
    scope += f"; events {', '.join(subject.configuration.events) or 'none'}; as long as there is an instance to allocate"
    return Verdict("", VerdictKind.PROVED, scope), lines, folder
