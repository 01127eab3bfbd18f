# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof check MODEL`: search for violations of the model's properties."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path

import click

from checker.cli.ending import last_words
from checker.cli.formats import Outputs, format_options
from checker.cli.html_page import HTML, refuse_unwritable, write_review
from checker.cli.options.cluster import cluster_options, connection, refuse_on_cluster
from checker.cli.options.configuration import configuration_options
from checker.cli.options.disk import DISK, disk_of
from checker.cli.options.ignored import given, refuse_ignored
from checker.cli.options.limits import checkpoints_of, limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration, Reductions, Size
from checker.cli.saving import Findings
from checker.cli.terminal.output import screen
from checker.cli.terminal.pager import page
from checker.cli.terminal.progress import ProgressLine
from checker.cluster.messages import Cluster
from checker.explicit.compiled.c.shared import MOST_WORKERS
from checker.explicit.engines import ENGINES, Method, available_threads
from checker.explicit.reduction.reductions import REDUCTIONS
from checker.explicit.search.results import Limits
from checker.language.errors import UsageError
from checker.report.finding import headline
from checker.report.formats.from_check import document_of
from checker.report.formats.names import JSON
from checker.report.json.check_json import check_json
from checker.report.text.review_text import review_text
from checker.report.text.style import plain
from checker.result.checked import Asked, Checked
from checker.result.review import Review
from checker.result.verdict import Run, Subject, Verdict
from checker.symbolic.solvers.solvers import SOLVERS
from checker.trace.data import Trace
from checker.verify.bounded import check_bounded
from checker.verify.causes.review import review_of, review_with_further, with_minimal
from checker.verify.configuration import check_configuration
from checker.verify.interrupted import interrupted_run, was_interrupted
from checker.verify.ladder import ladder
from checker.verify.request import Request

DEPTH = 20
"""Steps that a solver looks at, unless another number is asked for."""


FURTHER_STATES = 200_000
"""States of a search for further causes, which the portable engine does, unless another number is asked for."""


@click.command(short_help="Search a model for violations of its properties.")
@click.argument("model", type=ModelPath())
@configuration_options
@format_options
@click.option(
    "--save", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Save counterexamples and pictures in DIR."
)
@click.option(
    "--reduce",
    "reductions",
    type=Reductions(),
    default="all",
    show_default=True,
    metavar="none|all|A,B,...",
    help=f"State space reductions to use where they are sound: {', '.join(REDUCTIONS)}. all: everything except partial-order, "
    "whose counterexamples are shortened by a second, bounded search.",
)
@click.option(
    "--engine",
    type=click.Choice([*ENGINES, *SOLVERS]),
    default="auto",
    show_default=True,
    help="Search engine. portable is Python, compiled is C; auto starts with portable and switches to compiled. z3 and "
    "bitwuzla are SMT solvers, which search runs of at most --depth steps; bitwuzla is usually faster.",
)
@click.option(
    "--depth", type=click.IntRange(min=0), metavar="N", help=f"Longest run that a solver searches, in steps. Default: {DEPTH}."
)
@click.option(
    "--threads",
    type=click.IntRange(1, MOST_WORKERS),
    metavar="N",
    help="Threads of the compiled engine. Default: all CPUs of the machine.",
)
@cluster_options
@click.option("--hash-compaction", is_flag=True, help="Store a 64-bit hash of each state: saves memory, but may miss states.")
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the progress of the search to FILE, periodically and when it stops. Needs a single configuration.",
)
@click.option(
    "--checkpoint-every",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    metavar="MINUTES",
    help="Time between checkpoints.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Resume the same search from a checkpoint. New checkpoints go to FILE too, unless --checkpoint names another file.",
)
@DISK
@click.option("--max-states", type=click.IntRange(min=1), metavar="N", help="Stop a search at about this many states.")
@click.option(
    "--max-memory", type=Size(), metavar="SIZE", help="Stop at this much memory, e.g. 500M or 2G. Default: 3/4 of the machine's."
)
@click.option(
    "--liveness-states",
    type=click.IntRange(min=0),
    metavar="N",
    help="Check properties on runs only where a configuration has at most N states.",
)
@click.option(
    "--causes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Find up to N causes of each violated property in each configuration: the search goes on past known causes.",
)
@click.option("--minimal", is_flag=True, help="Show each bug at the fewest CPUs, tasks, pages and events that it needs.")
@HTML
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop after this time in total: 90, 90s, 5m, 2h.")
@click.option("--trace", is_flag=True, help="Print the whole run to each bug, with every step.")
@click.option("--no-pager", is_flag=True, help="Print whole runs straight to the terminal.")
def check(
    request: Request,
    outputs: Outputs,
    save: Path | None,
    html: Path | None,
    reductions: frozenset[str],
    engine: str,
    depth: int | None,
    threads: int | None,
    cluster: Cluster | None,
    hash_compaction: bool,
    checkpoint: Path | None,
    checkpoint_every: float,
    resume: Path | None,
    disk: Path | None,
    max_states: int | None,
    max_memory: int | None,
    liveness_states: int | None,
    timeout: float | None,
    trace: bool,
    no_pager: bool,
    causes: int,
    minimal: bool,
) -> int:
    """Search MODEL, a bundled name or the path of a file, for violations of its properties.

    Without sizes, events or settings, a small ladder of configurations is searched, smallest first. Every counterexample is
    a shortest one of its configuration (one with a cycle has a shortest way to it) unless its verdict says otherwise. It has
    been replayed by a second, independent interpreter before it is shown.
    """
    asked = (Asked(request.settings, request.events),)
    with outputs.told("check", {JSON: lambda: _json(Review(Checked((), asked, True), ()))}):
        requests = [request] if request.settings or request.events is not None else ladder(request)
    requests = [dataclasses.replace(request, liveness_states=liveness_states) for request in requests]
    refuse_unwritable(html, outputs.files)
    refuse_ignored(engine, given())
    checkpoints = checkpoints_of(checkpoint, checkpoint_every, resume)
    if checkpoints is not None:
        _refuse_checkpoints(engine, hash_compaction, len(requests))
    on_disk = disk_of(disk, engine, reductions, given())
    if cluster is not None:
        cluster = dataclasses.replace(cluster, memory=max_memory)
        refuse_on_cluster(engine, reductions, checkpoints is not None, given())
    method = Method(
        engine, threads or available_threads(), reductions, hash_compaction, checkpoints, cluster=cluster, disk=on_disk
    )
    session = _Session(None if save is None else Findings(save), method, limits(max_states, max_memory, timeout))
    session.depth = DEPTH if depth is None else depth
    with outputs.told("check", {JSON: lambda: _json(Review(session.so_far(requests), ()))}), connection(cluster):
        checked = session.check(requests)
    with last_words():
        review = session.review(checked, requests, causes, minimal)
        if session.save is not None and not checked.interrupted and not any(was_interrupted(run) for run in checked.runs):
            session.save.finish()
        if html is not None:
            write_review(html, str(request.model), review)
        outputs.write(lambda: document_of(review), {JSON: lambda: _json(review)})
        if outputs.text:
            page(review_text(review, session.saved, screen(), session.again, whole=trace), trace and not no_pager)
    return checked.status.value


def _json(review: Review) -> str:
    return json.dumps(check_json(review), indent=2) + "\n"


def _refuse_checkpoints(engine: str, compact: bool, configurations: int) -> None:
    """UsageError where a search cannot have checkpoints."""
    if engine == "portable":
        raise UsageError("the portable engine has no checkpoints; leave out --engine portable")
    if compact:
        raise UsageError("with hash compaction there are no checkpoints; leave out --hash-compaction or the checkpoint")
    if configurations > 1:
        raise UsageError("a checkpoint is of one configuration; say which, with --cpus, --set, --events and so on")


class _Session:
    """Runs of one call, with what has been reported so far."""

    def __init__(self, save: Findings | None, method: Method, limits_: Limits) -> None:
        self.save = save
        self.method = method
        self.limits = limits_
        self.runs: list[Run] = []
        self.configurations = 1
        self.begun = time.monotonic()
        self.shown: dict[str, list[frozenset[str]]] = {}
        self.saved: list[tuple[Trace, list[Path]]] = []
        self.depth = DEPTH

    def check(self, requests: Sequence[Request]) -> Checked:
        """Run the configurations, as far as that goes. KeyboardInterrupt if nothing was found before it."""
        interrupted = False
        self.configurations = len(requests)
        try:
            for request in requests:
                if not self.run(request):
                    break
        except KeyboardInterrupt:
            if not self.runs:
                raise
            interrupted = True
        return self.so_far(requests, interrupted)

    def review(self, checked: Checked, requests: Sequence[Request], causes: int, minimal: bool) -> Review:
        """What was found, by cause. causes: how many of each property are looked for. minimal: with the smallest run to each."""
        if checked.interrupted or any(was_interrupted(run) for run in checked.runs):
            return review_of(checked)
        states = FURTHER_STATES if self.limits.states is None else self.limits.states
        limits_ = dataclasses.replace(self.limits, states=states, spent=time.monotonic() - self.begun)
        review = review_of(checked) if causes == 1 else review_with_further(checked, requests, causes, limits_)
        if not minimal:
            return review
        return with_minimal(review, requests, dataclasses.replace(limits_, spent=time.monotonic() - self.begun))

    def so_far(self, requests: Sequence[Request], interrupted: bool = True) -> Checked:
        """What was found up to here of what was asked for."""
        left = tuple(Asked(request.settings, request.events) for request in requests[len(self.runs) :])
        return Checked(tuple(self.runs), left, interrupted)

    def run(self, request: Request) -> bool:
        """Run one configuration; whether to go on with the next."""
        limits_ = dataclasses.replace(self.limits, spent=time.monotonic() - self.begun)
        line = ProgressLine(f"{request.model}", len(self.runs) + 1, self.configurations, self.begun)
        found: dict[str, tuple[Subject, Verdict]] = {}

        def announce(subject: Subject, verdict: Verdict) -> None:
            _, longer = found.get(verdict.property, (subject, None))
            found[verdict.property] = subject, verdict
            if longer is not None:
                self._save_instead(longer, subject, verdict)
            elif verdict.trace is not None and self._is_new(subject, verdict):
                self._save(subject, verdict)
                line.tell(plain(headline(verdict.trace)))

        try:
            with line.running():
                if self.method.engine in SOLVERS:
                    run = check_bounded(request, self.depth, limits_, line.show, announce, self.method.engine)
                else:
                    run = check_configuration(request, self.method, limits_, line.show, announce)
        except KeyboardInterrupt:
            if not found:
                raise
            run = interrupted_run(request, self.method.engine, found)
        self.runs.append(run)
        return run.stopped is None and run.error is None and not was_interrupted(run)

    @property
    def again(self) -> list[str]:
        """What a command that finds something again has to say beside the configuration."""
        solver = ["--engine", self.method.engine, "--depth", str(self.depth)] if self.method.engine in SOLVERS else []
        return ["check", *solver]

    def _is_new(self, subject: Subject, verdict: Verdict) -> bool:
        """Whether to show it: a violation is shown again only where none of the events that it was shown for suffices."""
        events = frozenset(subject.configuration.events)
        before = self.shown.setdefault(verdict.property, [])
        if any(shown <= events for shown in before):
            return False
        before.append(events)
        return True

    def _save(self, subject: Subject, verdict: Verdict) -> None:
        if self.save is None or verdict.trace is None:
            return
        shown = len(self.shown[verdict.property])
        stem = verdict.property if shown == 1 else f"{verdict.property}.{shown}"  # no property has a dot in its name
        self.saved.append((verdict.trace, self.save.save(verdict.trace, stem, subject.sources)))

    def _save_instead(self, longer: Verdict, subject: Subject, verdict: Verdict) -> None:
        """Save a counterexample in the place of a longer one, if that was saved."""
        assert verdict.trace is not None
        for number, (trace, files) in enumerate(self.saved):
            if trace is longer.trace and self.save is not None:
                self.saved[number] = verdict.trace, self.save.save(verdict.trace, files[0].stem, subject.sources)
