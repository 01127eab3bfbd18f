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
from checker.cli.options.cluster import cluster_options, connection
from checker.cli.options.ignored import given
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration
from checker.cli.terminal.progress import ProgressLine
from checker.cli.unrecorded import check_configurations, has_record
from checker.cluster.messages import Cluster
from checker.counting import counted
from checker.explicit.engines import Method, available_threads
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.search.results import Limits, Progress
from checker.language import tree
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_worded
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
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    metavar="N",
    help="Search N configurations in parallel; with --base, N models.",
)
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop each configuration after this time: 90, 90s, 5m, 2h.")
@click.option(
    "--manifest", type=click.Path(path_type=Path), metavar="FILE", help="Of C text: what its names are to the kernel (TOML)."
)
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Of C text: the kernel's .config.")
@click.option("--base", metavar="REV", help="Compare with what the models were in this git revision, not with their records.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Print a line for each configuration that is as recorded, not for each model."
)
@cluster_options
@no_cache
@format_options
def gate(
    models: tuple[Path, ...],
    update: bool,
    save: Path | None,
    jobs: int,
    timeout: float | None,
    manifest: Path | None,
    config: Path | None,
    base: str | None,
    verbose: bool,
    cluster: Cluster | None,
    no_cache: bool,
    outputs: Outputs,
) -> int:
    """Check all MODELS (bundled names, files, folders; default: all bundled models) in each configuration that they
    record in EXPECTED, without reductions. Exit status 0 only if all verdicts, lengths and counts are as recorded;
    else 1, with what differs, or 3 if that was interrupted or could not be searched to the end. With --update, what
    differs is recorded instead, and 0 means that all is then as recorded.

    A patch or a C file has no record: nothing may be violated in the configurations that its manifest names.

    What was searched before comes from a cache, and a line says so. With --base REV, each model is compared with that of a
    git revision, as `stackproof diff` does it; --manifest and --config count for both sides. With --cluster, each
    configuration is searched in a process of a Ray cluster."""
    if cluster is not None and "jobs" in given():
        raise UsageError("a cluster has workers; leave out --jobs, and name --workers")
    if cluster is not None and base is not None:
        raise UsageError("--base compares on this machine; leave out --cluster")
    found = model_paths(models or (MODELS,))
    for skipped in skipped_paths(models or (MODELS,)):
        outputs.tell(f"{display_path(skipped)}: skipped, since its name begins with _")
    if update and outputs.documents:
        raise UsageError("--update writes the models and has no --format; run `stackproof gate --format` after it")
    outcomes, why = outcomes_of(no_cache or update or save is not None)
    if why:
        outputs.tell(f"note: the cache of outcomes was not used: {why}")
    with outputs.told("gate", {}), connection(cluster):
        inputs = Inputs(manifest=manifest, config=config)
        if base is None:
            return _gated(found, update, save, verbose, jobs, timeout, inputs, outcomes, outputs, cluster)
        if update or save is not None or verbose:
            raise UsageError("--base compares with a revision, not with records; leave out --update, --save and --verbose")
        method = Method(threads=max(1, available_threads() // jobs), reductions=frozenset(EXCHANGES))
        searching = Searching(method, _each(limits(None, None, timeout), jobs), _searching_of, outcomes, every=True)
        paths = _once(found)
        lines = _lines(len(paths), "model")
        document = against(base, paths, searching, outputs.tell, jobs, lambda path: _many(lines, path), inputs)
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
    inputs: Inputs,
    outcomes: Outcomes | None,
    outputs: Outputs,
    cluster: Cluster | None,
) -> int:
    """Compare the models with their records, or write these."""
    read = [(path, *load_worded(path, inputs)) for path in (_once(found) if update else found)]
    programs = [(path, program) for path, program, _ in read]
    for path, program in programs:
        if has_record(program):
            inputs.refuse_options_of_c(path)
        _check_record(program, update)
    if save is not None:
        _check_folders([path for path, _ in programs])
    wordings = {path: wording for path, _, wording in read}
    gating: Gating = Updating(save, programs, verbose) if update else Comparing(save, wordings, verbose)
    gating.quiet = not outputs.text
    # What is saved has to be the same each time: threads race for which of several shortest counterexamples is found.
    method = Method(threads=max(1, available_threads() // jobs) if save is None else 1)
    search = Search(method, _each(limits(None, None, timeout), jobs), outcomes=outcomes, inputs=inputs)
    with closing(_searched(programs, search, jobs, cluster)) as runs:
        for path, program in programs:
            if not gating.model(path, program, runs):
                break
    with last_words():
        outputs.write(lambda: gating.document, {})
        if outcomes is not None and outcomes.found:
            searches = counted(outcomes.asked, "search", "searches")
            gating.tell(f"{outcomes.found} of {searches} from the cache; --no-cache searches again")
        gating.tell(*gating.summary())
    if outcomes is not None:
        outcomes.prune()
    return gating.status.value


Lines = Callable[[Path], AbstractContextManager[ProgressLine]]


def _searched(programs: Programs, search: Search, jobs: int, cluster: Cluster | None) -> Generator[Found]:
    """What comes of each configuration of each model."""
    lines = _lines(sum(len(program.expectations) for _, program in programs))

    @contextmanager
    def waiting(path: Path) -> Iterator[Progress]:
        with lines(path) as line:
            yield line.show

    if jobs == 1 and cluster is None:
        return one_after_the_other(programs, search, waiting)
    return side_by_side(programs, search, lambda item: _many(lines, item[0]), jobs, cluster)


@contextmanager
def _many(lines: Lines, path: Path) -> Iterator[Callable[[int], None]]:
    """What says how many are done of those that are searched at once."""
    with lines(path) as line:
        yield lambda done: line.say(f"{done} of {line.of} are done")


def _lines(of: int, what: str = "configuration") -> Lines:
    """What says how far the next of so many searches is. what: is searched."""
    begun = time.monotonic()
    numbers = itertools.count(1)

    @contextmanager
    def line_of(path: Path) -> Iterator[ProgressLine]:
        line = ProgressLine(f"{path}", next(numbers), of, begun, what)
        with line.running():
            yield line

    return line_of


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
    if not has_record(program):
        check_configurations(program, update)
        return
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
