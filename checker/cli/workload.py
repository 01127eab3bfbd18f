# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof workload`: what dynamic stacks save, on the reference implementation, beside what the RFC reports."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from checker import writing
from checker.cli.terminal.progress import ProgressLine
from checker.counting import counted
from checker.language.errors import UsageError
from checker.result.verdict import Status
from spec.reference.kernel.failures import Failure, Halted
from spec.reference.machine import PROTOCOLS
from spec.reference.real.real_memory import RealMemory
from spec.reference.real.userfaultfd import Unavailable
from spec.reference.workload.depths import NAMED, Depths, depths_of
from spec.reference.workload.posted_figures import POSTED, STACK_PAGES
from spec.reference.workload.workload import Parameters, Result, run
from spec.reference.workload.workload_report import Row, parameters_of, picture, text

SIMULATED = "simulated page tables"


class DepthsType(click.ParamType[Depths]):
    """A name of depths.NAMED, or weights."""

    name = "depths"

    def convert(self, value: str | Depths, param: click.Parameter | None, ctx: click.Context | None) -> Depths:
        if isinstance(value, Depths):
            return value
        try:
            return depths_of(value, STACK_PAGES)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Percent(click.FloatRange):
    """A range of numbers; nan, which click takes for one in every range, is none."""

    name = "percent"

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = float(super().convert(value, param, ctx))
        if math.isnan(found):
            self.fail(f"{value!r} is not a number", param, ctx)
        return found


PERCENT = Percent(0, 100)


@click.command(short_help="Measure the memory of stacks under load.")
@click.option(
    "--machine",
    "machines",
    multiple=True,
    type=click.Choice(list(POSTED)),
    help="A machine of the RFC; may be repeated. Default: all.",
)
@click.option(
    "--scale",
    type=click.IntRange(1, 100),
    metavar="N",
    help="Scale machines down to 1/N of their size. Default: 20. Run time grows with the square of the size.",
)
@click.option("--cpus", type=click.IntRange(1, 512), metavar="N", help="CPUs of a machine of your own (with --tasks).")
@click.option("--tasks", type=click.IntRange(2, 10_000), metavar="N", help="Concurrent tasks of that machine (with --cpus).")
@click.option(
    "--depths",
    type=DepthsType(),
    default="shallow",
    show_default=True,
    metavar="D",
    help=f"Assumed stack depths: {', '.join(NAMED)}; or the percentages that need 1, 2, ... pages, e.g. 95,4,0.75,0.25.",
)
@click.option(
    "--replaced", type=Percent(0, 10_000), default=100.0, show_default=True, metavar="PERCENT",
    help="Share of the tasks that exit and are replaced by new ones.",
)  # fmt: skip
@click.option(
    "--jumps", type=PERCENT, default=10.0, show_default=True, metavar="PERCENT",
    help="Share of the deeper tasks that reach their depth in one access.",
)  # fmt: skip
@click.option(
    "--failing", type=PERCENT, default=1.0, show_default=True, metavar="PERCENT",
    help="Share of the allocations and charges that fail.",
)  # fmt: skip
@click.option("--protocol", type=click.Choice(list(PROTOCOLS)), default="hardened", show_default=True, help="Protocol to run.")
@click.option(
    "--memory", type=click.Choice(["simulated", "real"]), default="simulated", show_default=True,
    help="real: map the stacks in this process and take real page faults (userfaultfd).",
)  # fmt: skip
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Random seed: the same seed gives the same runs.",
)
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a bar chart (SVG) to FILE.")
def workload(
    machines: tuple[str, ...],
    scale: int | None,
    cpus: int | None,
    tasks: int | None,
    depths: Depths,
    replaced: float,
    jumps: float,
    failing: float,
    protocol: str,
    memory: str,
    seed: int,
    plot: Path | None,
) -> int:
    """Run many tasks on the reference implementation, and measure the memory of their stacks.

    Forks, runs and ends tasks with random stack depths while allocations fail, then compares the memory of fixed and dynamic
    stacks, next to the RFC's own figures for five machines. The depths are an assumption, and the saving depends on them. Exit
    status 1: the protocol failed.
    """
    base = Parameters(protocol, 1, 2, depths, jumps=jumps / 100, failing=failing / 100, seed=seed)
    if (cpus is None) != (tasks is None):
        raise click.UsageError("--cpus and --tasks go together")
    if cpus is not None and tasks is not None:
        if machines or scale is not None:
            raise click.UsageError("--cpus and --tasks are for a machine of your own: without --machine and --scale")
        wanted = [Row(None, Result(dataclasses.replace(base, cpus=cpus, tasks=tasks)))]
    else:
        wanted = [
            Row(POSTED[name], Result(parameters_of(POSTED[name], scale or 20, base)))
            for name in POSTED
            if not machines or name in machines
        ]
    if plot is not None and not plot.parent.is_dir():
        raise UsageError(f"{plot}: there is no folder {plot.parent}; give a file in an existing one with --plot")
    made_of = _memory() if memory == "real" else SIMULATED
    rows = list(_runs(wanted, replaced / 100, made_of))
    print(text(rows, made_of))
    if plot is not None:
        try:
            writing.write(plot, picture(rows))
        except OSError as error:
            raise UsageError(f"{plot}: {error.strerror}; give a file that can be written with --plot") from None
    ended = [row.result.ended for row in rows]
    if any(isinstance(end, Failure | Halted) for end in ended):
        return Status.VIOLATED.value
    return Status.INCONCLUSIVE.value if any(ended) else Status.AS_DEMANDED.value


def _memory() -> str:
    """What real memory stands on; where it is not permitted that is said, and simulated memory serves."""
    try:
        with RealMemory(STACK_PAGES) as real:
            return f"real stacks: {real.description()}"
    except Unavailable as reason:
        print(f"note: no real page faults, simulated ones serve: {reason}", file=sys.stderr)
        return SIMULATED


def _runs(wanted: list[Row], replaced: float, made_of: str) -> Iterable[Row]:
    line = ProgressLine("workload")
    with line.running():
        for row in wanted:
            parameters = row.result.parameters
            line.say(f"{row.name}, {counted(parameters.cpus, 'CPU')}, {counted(parameters.tasks, 'task')}")
            yield Row(
                row.posted,
                _run(dataclasses.replace(parameters, replaced=round(replaced * parameters.tasks)), made_of != SIMULATED),
            )


def _run(parameters: Parameters, real: bool) -> Result:
    if not real:
        return run(parameters)
    try:
        with RealMemory(parameters.stack_pages) as memory:
            return run(parameters, memory)
    except (OSError, Unavailable) as error:
        raise UsageError(f"no more real page faults ({error}); --memory simulated does without") from None
