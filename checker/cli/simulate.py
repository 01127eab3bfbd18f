# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof simulate MODEL`: random walks, for configurations that are too large to search."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from checker.cli.ending import last_words
from checker.cli.html_page import HTML, refuse_unwritable, write_review
from checker.cli.options.configuration import configuration_options
from checker.cli.options.ignored import given, refuse_ignored
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration, Size
from checker.cli.saving import Findings
from checker.cli.terminal.output import screen
from checker.cli.terminal.pager import page
from checker.cli.terminal.progress import ProgressLine
from checker.counting import counted
from checker.explicit.compiled.c.shared import MOST_WORKERS
from checker.explicit.engines import ENGINES, Method, available_threads
from checker.explicit.simulation.simulation import Plan, WalkStatistics
from checker.explicit.simulation.swarm import MOST_STATES
from checker.report.finding import headline
from checker.report.json.simulation_json import simulation_json
from checker.report.text.review_text import blocks, saved_lines
from checker.report.text.simulation_text import simulation_text
from checker.report.text.style import plain
from checker.result.verdict import Subject, Verdict, status_of
from checker.stopping import INTERRUPTED
from checker.trace.data import Trace
from checker.verify.causes.review import review_of
from checker.verify.request import Request
from checker.verify.simulate import simulate_configuration


@click.command(short_help="Search a large model by random walks.")
@click.argument("model", type=ModelPath())
@configuration_options
@click.option("--walks", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N", help="Number of random walks.")
@click.option(
    "--depth", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N", help="Maximum number of steps per walk."
)
@click.option(
    "--swarm",
    type=click.IntRange(1, MOST_STATES),
    metavar="STATES",
    help="In place of each walk a depth-first search in random order, over at most so many states.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Random seed: the same seed gives the same walks.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="portable is Python, compiled is C; auto starts with portable and switches to compiled. All take the same walks.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, MOST_WORKERS),
    metavar="N",
    help="Threads of the compiled engine. Default: all CPUs of the machine.",
)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option(
    "--save", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Save counterexamples and pictures in DIR."
)
@click.option(
    "--max-memory", type=Size(), metavar="SIZE", help="Stop at this much memory, e.g. 500M or 2G. Default: 3/4 of the machine's."
)
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop after this time: 90, 90s, 5m, 2h.")
@HTML
@click.option("--trace", is_flag=True, help="Print the whole run to each bug, with every step.")
@click.option("--no-pager", is_flag=True, help="Print whole runs straight to the terminal.")
def simulate(
    request: Request,
    walks: int,
    depth: int,
    swarm: int | None,
    seed: int,
    engine: str,
    threads: int | None,
    format_: str,
    save: Path | None,
    max_memory: int | None,
    timeout: float | None,
    html: Path | None,
    trace: bool,
    no_pager: bool,
) -> int:
    """Look for violations in MODEL by random walks, for configurations too large for `check`.

    Violations are confirmed and shown as in `check`, but their runs need not be shortest. All other properties are UNKNOWN:
    random walks never show that a property holds. Parameters that are not set have their defaults.
    """
    refuse_unwritable(html)
    refuse_ignored(engine, given() & {"threads"})
    method = Method(engine, threads or available_threads())
    searches = () if swarm is None else ("--swarm", str(swarm))
    again = ("simulate", "--walks", str(walks), "--depth", str(depth), *searches, "--seed", str(seed))
    what = ("walk", "walks") if swarm is None else ("search", "searches")
    findings = None if save is None else Findings(save)
    line = ProgressLine(f"{request.model}")

    def progress(s: WalkStatistics) -> None:
        line.say(f"{s.walks:,} of {counted(walks, *what)}, {counted(s.steps, 'step')}, {s.memory / 2**20:,.0f} MiB")

    saved: list[tuple[Trace, list[Path]]] = []

    def announce(subject: Subject, verdict: Verdict) -> None:
        if verdict.trace is not None:
            if findings is not None:
                saved.append((verdict.trace, findings.save(verdict.trace, verdict.property, subject.sources)))
            line.tell(plain(headline(verdict.trace)))

    with line.running():
        run = simulate_configuration(
            request, Plan(walks, depth, seed, swarm or 0), limits(None, max_memory, timeout), method, progress, announce
        )
    with last_words():
        if findings is not None and run.stopped != INTERRUPTED:
            findings.finish()
        if html is not None:
            write_review(html, str(request.model), review_of(run.checked))
        if format_ == "json":
            json.dump(simulation_json(run), sys.stdout, indent=2)
            print()
        else:
            review = review_of(run.checked)
            end = screen().fit("\n".join([simulation_text(run), *saved_lines(saved)]))
            page("\n".join([*blocks(review, saved, screen(), again, whole=trace), end]), trace and not no_pager)
    return status_of(run.kinds).value
