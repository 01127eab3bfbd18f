# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as a picture, in Graphviz' DOT language.

Time runs downwards. Each processor has a lane, and each step a row of its own with a box in its processor's lane,
which shows its place, its line of source if that is short, and what it read; beside it stand the arrays and values that
it changed. The whole state stands above the first step and below the last one, there with the cells that the failing
condition read in red, and at the end the condition itself.

Written as plain text: what needs care is inside the HTML-like labels, which the `graphviz` package would pass through
as they are, so that it would save only the quoting of node names, which are all made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from checker.report.finding import columns
from checker.report.picture.boxes import StepBoxes, condition_box, initial_heading, title
from checker.report.picture.changes import ChangeTables
from checker.report.picture.tables import FONT, INK, LANE, LINE, PALE_INK, WRONG_LINE, Marks, data, font, table
from checker.report.picture.whole import whole_state
from checker.report.told import told_trace
from checker.trace.data import Trace

ENVIRONMENT = "environment"
"""Heads the lane of actions that belong to no processor."""


def picture(trace: Trace, sources: Mapping[str, str] | None = None) -> str:
    """The DOT text of the whole trace. sources: the text of each source file by its name in positions; with it each step
    shows its line, if that is short."""
    trace = told_trace(trace)
    read = frozenset(cell for cell, _ in trace.violation.reads)
    lines = [
        "digraph counterexample {",
        f"  graph [label=<{title(trace)}>, labelloc=t, labeljust=l, newrank=true, splines=line,",
        f'         nodesep=0.15, ranksep=0.12, pad=0.2, bgcolor=white, outputorder=edgesfirst, fontname="{FONT}"]',
        f'  node [shape=plain, fontname="{FONT}", fontsize=9, fontcolor="{INK}"]',
        f'  edge [color="{LINE}", arrowsize=0.5, penwidth=1.2]',
        f"  first [ordering=out, label=<{whole_state(trace, 0, initial_heading(trace), Marks())}>]",
    ]
    if trace.steps:
        lines.append(f"  last [label=<{whole_state(trace, len(trace.steps), 'The last state', Marks(wrong=read))}>]")
        lines += _rows(trace, sources or {})
    else:
        lines.append("  first -> condition [style=invis]")
    lines.append(f"  condition [label=<{condition_box(trace)}>]")
    return "\n".join([*lines, "}"]) + "\n"


def _rows(trace: Trace, sources: Mapping[str, str]) -> list[str]:
    """Lanes with the steps, beside them the column of changes, and what holds them in their rows."""
    lanes: list[str | None] = [*columns(trace)]
    if any(step.column is None for step in trace.steps):
        lanes.append(None)
    lines: list[str] = []
    boxes = StepBoxes(trace, sources)
    for index, lane in enumerate(lanes):
        lines += _lane(trace, boxes, index, lane)
    lines += _changes(trace)
    tops = [f"top{index}" for index in range(len(lanes))]
    ends = [f"end{index}" for index in range(len(lanes))]
    # Invisible nodes give each step its row. Edges from lane to lane would do that too, but dot then reorders the lanes.
    clock = [f"row{number}" for number in range(len(trace.steps) + 2)]
    lines += [f"  {row} [label={_beside(trace, number)}, width=0, height=0]" for number, row in enumerate(clock)]
    lines.append(f"  {' -> '.join(clock)} [style=invis, weight=50]")
    lines += [f"  {{rank=same; {clock[number]}; step{number}}}" for number in range(1, len(trace.steps) + 1)]
    lines.append(f"  {{rank=same; {clock[0]}; {' -> '.join([*tops, 'top_changes'])} [style=invis]}}")
    lines.append(f"  {{rank=same; {clock[-1]}; {' -> '.join(ends)} [style=invis]}}")
    lines += [f"  first -> {top} [style=invis]" for top in tops]
    lines += [f"  {end} -> last [style=invis]" for end in ends]
    lines.append("  last -> condition [style=invis]")
    return lines


def _beside(trace: Trace, number: int) -> str:
    """What stands before the step of that number: where the cycle of a lasso begins, goes on and ends, and where it is asked
    what is never answered."""
    asked = trace.cycle is not None and trace.cycle.since == number - 1
    if asked and number <= len(trace.steps) and not _in_cycle(trace, number):
        return _marked("asked")
    if trace.ends and number == len(trace.steps) + 1:
        return _marked("asked; the run ends" if asked else "the run ends")
    if trace.cycle is None or not _in_cycle(trace, number):
        return '""'
    first, last = number == trace.cycle.start + 1, number == len(trace.steps)
    text = f"again from {trace.cycle.start + 1}" if last else "the cycle" if first else "|"
    return _marked(f"asked; {text}" if asked else text)


def _in_cycle(trace: Trace, number: int) -> bool:
    return trace.cycle is not None and trace.cycle.start < number <= len(trace.steps)


def _marked(text: str) -> str:
    return f"<{table([data(font(text, WRONG_LINE, 10, bold=True), ALIGN='CENTER')])}>"


def _lane(trace: Trace, boxes: StepBoxes, index: int, lane: str | None) -> list[str]:
    members = [number for number, step in enumerate(trace.steps, 1) if step.column == lane]
    heading = data(font(lane if lane is not None else ENVIRONMENT, INK, 12, bold=True), ALIGN="CENTER", WIDTH=boxes.width)
    lines = [
        f"  subgraph cluster_lane{index} {{",
        f'    graph [style="filled,rounded", color="{LINE}", fillcolor="{LANE}", margin=8, label=""]',
        f"    top{index} [label=<{table([heading])}>, group=lane{index}]",
        *(f"    step{number} [label=<{boxes.box(number)}>, group=lane{index}]" for number in members),
        f'    end{index} [label="", group=lane{index}]',
        "  }",
    ]
    chain = [f"step{number}" for number in members]
    lines += [f"  {before} -> {after} [weight=20]" for before, after in pairwise(chain)]
    lines.append(f"  top{index} -> {chain[0]} [style=invis, weight=20]")
    lines.append(f"  {chain[-1]} -> end{index} [style=invis, weight=20]")
    return lines


def _changes(trace: Trace) -> list[str]:
    """The column beside the lanes: what each step changed."""
    tables = ChangeTables(trace)
    heading = data(font("what the step changed", PALE_INK, 10), WIDTH=tables.width, ALIGN="CENTER")
    lines = [f"  top_changes [label=<{table([heading])}>, group=changes]"]
    names = ["top_changes"]
    for number, step in enumerate(trace.steps, 1):
        if step.changes:
            name = f"changes{number}"
            lines.append(f"  {name} [label=<{tables.table(number)}>, group=changes]")
            lines.append(f"  {{rank=same; step{number} -> {name} [style=dotted, arrowhead=none, weight=0]}}")
            names.append(name)
    lines.append(f"  {' -> '.join(names)} [style=invis, weight=20]")
    return lines
