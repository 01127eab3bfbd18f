# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof diff OLD NEW`: what a change does to the verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from checker.cli.ending import last_words
from checker.cli.formats import Outputs, format_options
from checker.cli.options.caching import no_cache, outcomes_of
from checker.cli.options.configuration import events_of, inputs_of, of_c_options, settings_of, sizes_options
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration
from checker.cli.terminal.output import screen
from checker.cli.terminal.progress import ProgressLine
from checker.explicit.engines import Method, available_threads
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.search.results import Progress
from checker.language.errors import UsageError
from checker.language.front.inputs import NOTHING, STANDARD_INPUT
from checker.language.tree import Setting
from checker.report.formats.from_comparison import document_of
from checker.report.formats.names import JSON
from checker.report.json.comparison_json import comparison_json
from checker.report.text.comparison_text import comparison_lines
from checker.report.text.style import plain
from checker.result.comparison import Comparison
from checker.verify.comparing.searching import Searching, compared
from checker.verify.comparing.sides import side_of
from checker.verify.request import Request


class _Named(click.ParamType[tuple[str, Path]]):
    """A side as it was typed, with the file that this is the name of."""

    name = "side"

    def convert(
        self, value: str | tuple[str, Path], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        return value if isinstance(value, tuple) else (value, ModelPath().convert(value, param, ctx))


@click.command(short_help="Compare the verdicts of two versions of a model.")
@click.argument("old", type=_Named())
@click.argument("new", type=_Named())
@sizes_options
@click.option("--property", "properties", multiple=True, metavar="ID", help="Compare only this property; may be repeated.")
@of_c_options
@format_options
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop after this time in total: 90, 90s, 5m, 2h.")
@no_cache
def diff(
    old: tuple[str, Path],
    new: tuple[str, Path],
    cpus: int | None,
    tasks: int | None,
    stack_pages: int | None,
    settings: tuple[tuple[str, Setting], ...],
    events: str | None,
    properties: tuple[str, ...],
    base: Path | None,
    manifest: Path | None,
    config: Path | None,
    outputs: Outputs,
    timeout: float | None,
    no_cache: bool,
) -> int:
    """Compare the verdicts of OLD and NEW in the same configurations: NEW, FIXED, STILL, LONGER or UNKNOWN for each property and
    cause.

    Each of OLD and NEW is a model, a patch or a C file, REV:PATH for a file of a git revision (PATH from the top of the
    repository, or from here if it begins with ./), or a report that `check --format json` made.

    Exit status 0: nothing got worse; 1: a violation is NEW; 3: a verdict is not known any more.
    """
    if old[1] == STANDARD_INPUT and new[1] == STANDARD_INPUT:
        raise UsageError("standard input can be one of the two sides only; name a file for the other")
    chosen = settings_of(cpus, tasks, stack_pages, settings)
    named = None if events is None else events_of(events)
    asked = []
    for text, path in (old, new):
        python = (path.suffix == ".py" or text.endswith(".py")) and path != STANDARD_INPUT
        inputs = NOTHING if python else inputs_of(path, base, manifest, config)
        asked.append((text, Request(path, chosen, named, tuple(properties) or None, inputs=inputs)))
    if all(request.inputs is NOTHING for _, request in asked):
        inputs_of(None, base, manifest, config).refuse_options_of_c(new[1])
    outcomes, why = outcomes_of(no_cache)
    method = Method(threads=available_threads(), reductions=frozenset(EXCHANGES))
    searching = Searching(method, limits(None, None, timeout), _waiting, outcomes)
    nothing = Comparison(old[0], new[0], (), 0, interrupted=True)
    with outputs.told("diff", {JSON: lambda: _json(nothing)}), ExitStack() as stack:
        first, second = (stack.enter_context(side_of(text, request)) for text, request in asked)
        found = compared(first, second, searching)
    if outcomes is not None:
        outcomes.prune()
    with last_words():
        outputs.write(lambda: document_of(found), {JSON: lambda: _json(found)})
        if outputs.text:
            unused = [plain(f"note: the cache of outcomes was not used: {why}")] if why else []
            print(screen().fit("\n".join([*unused, *comparison_lines(found)])))
    return found.status.value


def _json(found: Comparison) -> str:
    return json.dumps(comparison_json(found), indent=2) + "\n"


@contextmanager
def _waiting(name: str) -> Iterator[Progress]:
    line = ProgressLine(name)
    with line.running():
        yield line.show
