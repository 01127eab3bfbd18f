# SPDX-License-Identifier: GPL-2.0-only
"""What workloads came to, beside what the RFC reports: as text, and as a picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from spec.reference.kernel.failures import Failure
from spec.reference.workload.bar_chart import Bar, Chart, Group, Part, svg
from spec.reference.workload.posted_figures import PAGE_KIB, SHARE_OF_MEMORY, SHARE_THAT_FAULTS, PostedMachine
from spec.reference.workload.workload import Parameters, Result

_FIXED, _POSTED, _POSTED_POOLS, _RUN, _RUN_POOLS = "#c9c9c9", "#3b6ea8", "#a9c4e0", "#d9782d", "#f2c49b"


@dataclass(frozen=True)
class Row:
    """One run. posted: the machine of the RFC that it stands for, None: it stands for itself."""

    posted: PostedMachine | None
    result: Result

    @property
    def name(self) -> str:
        return "this machine" if self.posted is None else self.posted.name


def text(rows: Sequence[Row], memory: str) -> str:
    """A table, and below it what it rests on. memory: what the stacks were made of."""
    first = rows[0].result.parameters
    lines = [
        f"Fixed and dynamic stacks of {first.stack_pages} pages ({first.stack_pages * PAGE_KIB} KiB), protocol {first.protocol}, "
        f"seed {first.seed}; {memory}",
        "",
        _line("", "as the RFC reports it", "", "", "", "", "this run", "", "", "", "", ""),
        _line("", "CPUs", "stacks", "fixed", "dynamic", "", "CPUs", "stacks", "fixed", "dynamic", "", "tasks that"),
        _line("", "", "", "KiB", "KiB", "", "", "", "KiB", "KiB", "", "ever fault"),
    ]
    for row in rows:
        posted, run = row.posted, row.result
        lines.append(
            _line(
                row.name,
                *(
                    ("", "", "", "", "")
                    if posted is None
                    else (_n(posted.cpus), _n(posted.stacks), _n(posted.fixed), _n(posted.dynamic), _percent(posted.share))
                ),
                *(_n(run.parameters.cpus), _n(run.stacks), _n(run.fixed_pages * PAGE_KIB), _n(run.pages * PAGE_KIB)),
                _percent(run.share),
                _percent(run.share_that_faulted),
            )
        )
    return "\n".join(line.rstrip() for line in [*lines, "", *_notes(rows)])


def _notes(rows: Sequence[Row]) -> list[str]:
    results = [row.result for row in rows]
    first = results[0].parameters
    fixed = sum(result.fixed_pages for result in results)
    with_pools = sum(result.pages + result.pool_pages + result.idle_pages for result in results)
    growths, refused = (
        _n(sum(numbers)) for numbers in zip(*((r.counts.growths, r.counts.refused) for r in results), strict=True)
    )
    allocations, charges = (_n(sum(r.failed_allocations for r in results)), _n(sum(r.failed_charges for r in results)))
    lines = [
        f"The RFC in sum: dynamic stacks take about {_round(SHARE_OF_MEMORY)} of what fixed ones do, and "
        f"{_round(SHARE_THAT_FAULTS)} of the active tasks ever fault.",
        f"With the CPUs' pools and with stacks cached for the next task, these runs take {_percent(with_pools / max(fixed, 1))}.",
        *_posted_with_pools(rows),
        f"Assumed of {_n(sum(r.lived for r in results))} tasks: {first.depths};",
        f"{_round(first.jumps)} of the deeper ones get there in one access; {_round(first.failing)} of the allocations and "
        "charges fail.",
        f"{growths} growths, and {refused} refused faults. After each, the stack was looked at:",
        _holes(results),
        f"Failed: {allocations} allocations, {charges} charges, and with them {_n(sum(r.failed_forks for r in results))} forks. "
        f"{_n(sum(r.steps for r in results))} steps.",
    ]
    return lines + [f"{row.name}: {_end(row.result)}" for row in rows if row.result.ended is not None]


def picture(rows: Sequence[Row]) -> str:
    """The same as SVG text: a chart of the memory, and one of the tasks that fault."""
    first = rows[0].result.parameters
    return svg(
        [_memory_chart(rows), _faulting_chart(rows)],
        (
            f"Protocol {first.protocol}, seed {first.seed}. How deep tasks go is assumed: {first.depths};",
            f"{_round(first.jumps)} of the deeper tasks get there in one access; {_round(first.failing)} of the allocations and "
            "charges fail.",
        ),
    )


def _memory_chart(rows: Sequence[Row]) -> Chart:
    groups = tuple(
        Group(
            (row.name, f"{_n(row.result.parameters.cpus)} CPUs, {_n(row.result.stacks)} stacks here"),
            (
                Bar((Part(100, _FIXED),), f"{_n(row.result.fixed_pages * PAGE_KIB)} KiB here"),
                *(() if row.posted is None else (_posted_bar(row.posted),)),
                Bar(
                    (
                        Part(100 * row.result.share, _RUN),
                        Part(100 * (row.result.share_with_pools - row.result.share), _RUN_POOLS),
                    ),
                    f"{_percent(row.result.share)}, {_percent(row.result.share_with_pools)} with pools",
                ),
            ),
        )
        for row in rows
    )
    return Chart(
        "Memory of all kernel stacks, in percent of what fixed ones take",
        groups,
        100,
        (0, 25, 50, 75, 100),
        "{:.0f} %",
        (
            (_FIXED, "fixed"),
            (_POSTED, "dynamic, RFC"),
            (_POSTED_POOLS, "its pools (computed)"),
            (_RUN, "dynamic, this run"),
            (_RUN_POOLS, "its pools and cached stacks"),
        ),
    )


def _faulting_chart(rows: Sequence[Row]) -> Chart:
    groups = (
        Group(("all machines, RFC",), (Bar((Part(100 * SHARE_THAT_FAULTS, _POSTED),), _round(SHARE_THAT_FAULTS)),)),
        *(
            Group(
                (row.name,),
                (
                    Bar(
                        (Part(100 * row.result.share_that_faulted, _RUN),),
                        f"{_percent(row.result.share_that_faulted)}, {_n(row.result.faulted)} of {_n(row.result.lived)}",
                    ),
                ),
            )
            for row in rows
        ),
    )
    most = max([100 * SHARE_THAT_FAULTS, *(100 * row.result.share_that_faulted for row in rows)])
    step = next(step for step in (2, 5, 10, 20) if most / step <= 5)
    ticks = tuple(float(step * number) for number in range(int(most // step) + 2))
    return Chart(
        "Tasks that ever have a stack fault, in percent",
        groups,
        ticks[-1],
        ticks,
        "{:.0f} %",
        ((_POSTED, "RFC"), (_RUN, "this run")),
    )


def _posted_bar(posted: PostedMachine) -> Bar:
    parts = (Part(100 * posted.share, _POSTED), Part(100 * (posted.share_with_pools - posted.share), _POSTED_POOLS))
    return Bar(parts, f"{_percent(posted.share)}, {_percent(posted.share_with_pools)} with pools")


def _posted_with_pools(rows: Sequence[Row]) -> list[str]:
    shares = [row.posted.share_with_pools for row in rows if row.posted is not None]
    if not shares:
        return []
    least, most = _percent(min(shares)), _percent(max(shares))
    return [f"(The RFC's figures leave the pools out: with full ones {least if least == most else f'{least} to {most}'}.)"]


def _holes(results: Sequence[Result]) -> str:
    if any(isinstance(result.ended, Failure) and result.ended.property == "single-hole" for result in results):
        return "its mapped pages were not always one run from the top (below)."
    rest = "" if any(result.ended for result in results) else " In the end each page is in one place and charged to one task."
    return f"its mapped pages are one run from the top.{rest}"


def _end(result: Result) -> str:
    ended = result.ended
    what = f"{ended.property} violated" if isinstance(ended, Failure) else "the machine stopped"
    return f"error: {what} after {_n(result.steps)} steps: {ended}"


def parameters_of(posted: PostedMachine, scale: int, base: Parameters) -> Parameters:
    """base at the size of a machine of the RFC, divided by scale."""
    tasks = max(2, round(posted.stacks / scale))
    return dataclasses.replace(base, cpus=max(1, round(posted.cpus / scale)), tasks=tasks)


def _n(number: int) -> str:
    return f"{number:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _round(share: float) -> str:
    """Of what was chosen, not counted."""
    return f"{100 * share:g} %"


_WIDTHS = (-14, 5, 7, 8, 8, 7, 7, 7, 8, 8, 7, 11)


def _line(*cells: str) -> str:
    if cells[1].startswith("as "):
        return " " * 16 + cells[1].center(37) + "  " + cells[6].center(50)
    return " ".join(f"{cell:<{-width}}" if width < 0 else f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
