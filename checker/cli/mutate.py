# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof mutate MODEL`: which small changes of a protocol do the properties tell from it?"""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import psutil

from checker.cli.ending import last_words
from checker.cli.options.configuration import configuration_options
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration, Reductions, Size
from checker.cli.terminal.progress import ProgressLine
from checker.counting import counted
from checker.explicit.engines import Method, available_threads
from checker.explicit.search.results import Limits
from checker.language.errors import UsageError, similar
from checker.language.front.load import c_protocol, load_program
from checker.mutation.c.mutants import CMutant, c_mutants_of
from checker.mutation.mutants import Mutant, mutants_of
from checker.mutation.waivers import Waivers, load_waivers, waivers_path
from checker.report.json.mutation_json import mutation_json
from checker.report.shell import argument, command_line
from checker.report.text.mutation_text import mutation_text
from checker.report.text.style import plain
from checker.result.mutation import Fate, MutantResult, MutationReport, Reference, Stale
from checker.verify.ladder import ladder
from checker.verify.mutants import Found, Job, MutantSearch, references, search
from checker.verify.request import Request
from checker.verify.subject import wanted_properties
from checker.verify.workers import Workers


@click.command(short_help="Change a model, and check that its properties notice.")
@click.argument("model", type=ModelPath())
@configuration_options
@click.option("--only", metavar="PATTERN", help="Only mutants whose names match PATTERN (shell wildcards).")
@click.option("--list", "list_", is_flag=True, help="List the mutants without searching them.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Number of mutants to search in parallel. Default: all CPUs of the machine.",
)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.option(
    "--reduce",
    "reductions",
    type=Reductions(),
    default="all",
    show_default=True,
    metavar="none|all|A,B,...",
    help="State space reductions, as for `check`; with none, counts are those that `gate` compares.",
)
@click.option(
    "--max-states",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop each search at about this many states. Default: none for the model, 10 times its states and 100,000 for a mutant.",
)
@click.option(
    "--max-memory", type=Size(), metavar="SIZE", help="Memory limit for all searches together. Default: 3/4 of the machine's."
)
@click.option(
    "--liveness-states",
    type=click.IntRange(min=0),
    metavar="N",
    help="Check properties on runs only where a configuration has at most N states.",
)
@click.option(
    "--timeout",
    type=Duration(),
    metavar="TIME",
    help="Stop the search of each mutant after this time: 90, 90s, 5m, 2h.",
)
def mutate(
    request: Request,
    only: str | None,
    list_: bool,
    jobs: int | None,
    format_: str,
    reductions: frozenset[str],
    max_states: int | None,
    max_memory: int | None,
    liveness_states: int | None,
    timeout: float | None,
) -> int:
    """Change MODEL's protocol in small ways, one at a time, and check that its properties catch each change.

    Each mutant is searched in the configurations of the model's ladder (or in the given one), smallest first, until it violates
    a property that the model itself does not violate there. Exit status 1 if a mutant survives that is not in MODEL's list of
    waivers (MODEL with .waivers in place of .py; of a patch PATCH.waivers), or if that list is out of date.
    """
    model = request.model
    begun = time.monotonic()
    is_one = bool(request.settings) or request.events is not None
    requests = [dataclasses.replace(r, liveness_states=liveness_states) for r in ([request] if is_one else ladder(request))]
    programs = [load_program(r.model, r.settings, r.events, r.inputs) for r in requests]
    wanted = wanted_properties(programs[0], request)
    if request.properties is None and programs[0].lemmas:  # a lemma says nothing of what the properties notice
        requests = [dataclasses.replace(r, properties=tuple(sorted(wanted - programs[0].lemmas))) for r in requests]
    text = c_protocol(model, request.inputs)
    every: Sequence[Mutant | CMutant] = mutants_of(model, programs) if text is None else c_mutants_of(text, programs)
    mutants = selected(every, only, model)
    if list_:
        for mutant in mutants:
            print(plain(mutant.name))
        return 0
    waivers = load_waivers(waivers_path(model, is_c=text is not None))
    count = jobs or available_threads()
    memory = psutil.virtual_memory().total * 3 // 4 if max_memory is None else max_memory
    limits = Limits(max_states, memory // count, timeout)
    known, results, interrupted = _searched(requests, mutants, Method(threads=1, reductions=reductions), limits, count)
    results = [dataclasses.replace(r, waived=waivers.reason(r.name)) if r.fate is Fate.SURVIVED else r for r in results]
    stale = stale_waivers(waivers, [mutant.name for mutant in every], results)
    report = MutationReport(programs[0].model, known, tuple(results), stale, time.monotonic() - begun, interrupted)
    with last_words():
        if format_ == "json":
            json.dump(mutation_json(report), sys.stdout, indent=2)
            print()
        else:
            print(mutation_text(report))
    return report.status.value


def selected(mutants: Sequence[Mutant | CMutant], pattern: str | None, model: Path) -> list[Mutant | CMutant]:
    """The mutants whose names match. UsageError if there are none."""
    found = [m for m in mutants if pattern is None or m.name == pattern or fnmatch.fnmatchcase(m.name, pattern)]
    if not found and pattern is not None:
        again = command_line(["stackproof", "mutate", argument(model), "--list"])
        raise UsageError(f"no mutant of {model} matches {pattern!r}; `{again}` has their names")
    if not found:
        raise UsageError("there is nothing to change in it: it has no routine, function or action in use", model)
    return found


def _searched(
    requests: Sequence[Request], mutants: Sequence[Mutant | CMutant], method: Method, limits: Limits, count: int
) -> tuple[tuple[Reference, ...], list[MutantResult], bool]:
    """The model in its configurations, the mutants, and whether that was interrupted."""
    workers: Workers[Job, Found] = Workers(min(count, max(len(mutants), len(requests))), search)
    with workers:
        line = ProgressLine(f"{requests[0].model}")
        with line.running():
            line.say(f"the model itself, {counted(len(requests), 'configuration')}")
            known = references(workers, requests, method, dataclasses.replace(limits, seconds=None))
            mutation = MutantSearch(mutants, known, method, limits)

            def show() -> None:
                fates = Counter(result.fate.value for result in mutation.results.values())
                told = "".join(f", {fates[fate.value]} {fate.value}" for fate in Fate if fates[fate.value])
                line.say(f"{len(mutation.results)} of {counted(len(mutants), 'mutant')}{told}")

            interrupted = False
            try:
                mutation.run(workers, show)
            except KeyboardInterrupt:
                interrupted = True
        if interrupted:
            print("interrupted: the mutants that follow were not searched to their end", file=sys.stderr)
    return tuple(reference for _, reference in known), mutation.all(), interrupted


def stale_waivers(waivers: Waivers, names: Sequence[str], results: Sequence[MutantResult]) -> tuple[Stale, ...]:
    """The waivers that are out of date. names: of all mutants, also those that were not searched."""
    by_name = {result.name: result for result in results}
    found = []
    for entry in waivers.entries:
        result = by_name.get(entry.mutant)
        if entry.mutant not in names:
            why = f"there is no such mutant{similar(entry.mutant, names)}"
        elif result is not None and result.fate is Fate.KILLED:
            why = f"it is killed by {result.property}"
        elif result is not None and result.fate is Fate.STILLBORN:
            why = f"it is not a model: {result.detail}"
        else:
            continue
        found.append(Stale(entry.mutant, waivers.file, entry.line, why))
    return tuple(found)
