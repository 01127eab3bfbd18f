# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof gate`: every model against its recorded outcomes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import click

from checker import writing
from checker.cli.against import against
from checker.cli.ending import last_words
from checker.cli.formats import Outputs, format_options
from checker.cli.gating import Comparing, Gating, Updating
from checker.cli.options.caching import no_cache, outcomes_of
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration
from checker.cli.terminal.progress import ProgressLine
from checker.counting import counted
from checker.explicit.engines import Method, available_threads
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.search.results import Limits, Progress
from checker.language import tree
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.front.load import load_program
from checker.language.python.source.modules import display_path
from checker.project import MODELS
from checker.verify.comparing.searching import Searching
from checker.verify.known.store import Outcomes
from checker.verify.record.searching import Found, Programs, Search, one_after_the_other, side_by_side
from checker.verify.request import model_paths, skipped_paths


@click.command(short_help="Compare models with their recorded results.")
@click.argument("models", nargs=-1, type=ModelPath())
@click.option("--update", is_flag=True, help="Write what differs into the models, in place of what they record.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save each model's shortest counterexamples in DIR.",
)
@click.option("--jobs", type=click.IntRange(1, 256), default=1, metavar="N", help="Search N configurations in parallel.")
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop each configuration after this time: 90, 90s, 5m, 2h.")
@click.option("--base", metavar="REV", help="Compare with what the models were in this git revision, not with their records.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Print a line for each configuration that is as recorded, not for each model."
)
@no_cache
@format_options
def gate(
    models: tuple[Path, ...],
    update: bool,
    save: Path | None,
    jobs: int,
    timeout: float | None,
    base: str | None,
    verbose: bool,
    no_cache: bool,
    outputs: Outputs,
) -> int:
    """Check all MODELS (bundled names, files, folders; default: all bundled models) in each configuration that they
    record in EXPECTED, without reductions. Exit status 0 only if all verdicts, lengths and counts are as recorded;
    else 1, with what differs, or 3 if that was interrupted or could not be searched to the end. With --update, what
    differs is recorded instead, and 0 means that all is then as recorded.

    What was searched before comes from a cache, and a line says so. With --base REV, each model is compared with that of a
    git revision, as `stackproof diff` does it."""
    found = model_paths(models or (MODELS,))
    for skipped in skipped_paths(models or (MODELS,)):
        outputs.tell(f"{display_path(skipped)}: skipped, since its name begins with _")
    if update and outputs.documents:
        raise UsageError("--update writes the models and has no --format; run `stackproof gate --format` after it")
    outcomes, why = outcomes_of(no_cache or update or save is not None)
    if why:
        outputs.tell(f"note: the cache of outcomes was not used: {why}")
    with outputs.told("gate", {}):
        if base is None:
            return _gated(found, update, save, verbose, jobs, timeout, outcomes, outputs)
        if update or save is not None or jobs > 1 or verbose:
            raise UsageError(
                "--base compares with a revision, one search after the other; leave out --update, --save, --jobs and --verbose"
            )
        method = Method(threads=available_threads(), reductions=frozenset(EXCHANGES))
        searching = Searching(method, limits(None, None, timeout), _searching_of, outcomes, every=True)
        document = against(base, _once(found), searching, outputs.tell)
        with last_words():
            outputs.write(lambda: document, {})
        return document.status.value


def _gated(
    found: Sequence[Path],
    update: bool,
    save: Path | None,
    verbose: bool,
    jobs: int,
    timeout: float | None,
    outcomes: Outcomes | None,
    outputs: Outputs,
) -> int:
    """Compare the models with their records, or write these."""
    programs = [(path, load_program(path)) for path in (_once(found) if update else found)]
    for _, program in programs:
        _check_record(program, update)
    if save is not None:
        _check_folders([path for path, _ in programs])
    gating: Gating = Updating(save, programs, verbose) if update else Comparing(save, verbose)
    gating.quiet = not outputs.text
    # What is saved has to be the same each time: threads race for which of several shortest counterexamples is found.
    method = Method(threads=max(1, available_threads() // jobs) if save is None else 1)
    search = Search(method, _each(limits(None, None, timeout), jobs), outcomes=outcomes)
    with closing(_searched(programs, search, jobs)) as runs:
        for path, program in programs:
            if not gating.model(path, program, runs):
                break
    with last_words():
        outputs.write(lambda: gating.document, {})
        if outcomes is not None and outcomes.found:
            searches = counted(outcomes.asked, "search", "searches")
            gating.tell(f"{outcomes.found} of {searches} from the cache; --no-cache searches again")
        gating.tell(gating.summary())
    if outcomes is not None:
        outcomes.prune()
    return gating.status.value


def _searched(programs: Programs, search: Search, jobs: int) -> Generator[Found]:
    """What comes of each configuration of each model."""
    waiting = _waiting(sum(len(program.expectations) for _, program in programs))
    return one_after_the_other(programs, search, waiting) if jobs == 1 else side_by_side(programs, search, waiting, jobs)


def _waiting(configurations: int) -> Callable[[Path], AbstractContextManager[Progress]]:
    """What says how far the next configuration is. configurations: how many there are, of all models."""
    begun = time.monotonic()
    numbers = itertools.count(1)

    @contextmanager
    def waiting(path: Path) -> Iterator[Progress]:
        line = ProgressLine(f"{path}", next(numbers), configurations, begun)
        with line.running():
            yield line.show

    return waiting


@contextmanager
def _searching_of(name: str) -> Iterator[Progress]:
    line = ProgressLine(name)
    with line.running():
        yield line.show


def _each(whole: Limits, jobs: int) -> Limits:
    return Limits(whole.states, None if whole.memory is None else whole.memory // jobs, whole.seconds)


def _once(paths: Sequence[Path]) -> list[Path]:
    """Each file once, as it was named first."""
    return list({path.resolve(): path for path in reversed(paths)}.values())[::-1]


def _check_folders(paths: Sequence[Path]) -> None:
    """UsageError unless each model has a folder of its own name to save in."""
    taken: dict[str, Path] = {}
    for path in paths:
        if not writing.SAFE_NAME.fullmatch(path.stem):
            raise UsageError(f"{path}: no folder is named after it by --save; rename the model")
        other = taken.setdefault(path.stem, path)
        if other != path:
            raise UsageError(f"{path} and {other} would be saved in one folder; save one after the other, in two")


def _check_record(program: tree.Program, update: bool) -> None:
    """ModelError if the model's record does not fit the model; what an update fixes is no error there."""
    if not program.expectations:
        raise ModelError(
            tree.Position(program.model, 1, 1),
            "this model records no outcomes; add EXPECTED = (Expected(settings={...}, events=(...)),), and `gate --update` "
            "writes the rest",
        )
    parameters = {parameter.name for parameter in program.parameters}
    for expected in program.expectations:
        with quoting(program.sources):
            for name, _ in expected.settings:
                if name not in parameters:
                    raise ModelError(
                        expected.position, f"EXPECTED sets {name}, which is not a parameter{similar(name, parameters)}"
                    )
            for name, _ in expected.violated or ():
                if name not in program.properties and not update:
                    hint = similar(name, program.properties)
                    raise ModelError(expected.position, f"EXPECTED has the violation of {name}, which is not a property{hint}")
