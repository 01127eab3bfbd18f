# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as a picture, in Graphviz' DOT language.

Time runs downwards. Each processor has a lane, and each step a row of its own with a box in its processor's lane; beside
it stand the arrays and values that it changed. The whole state stands above the first step and below the last one, there
with the cells that the failing condition read in red, and at the end the condition itself.

Written as plain text: what needs care is inside the HTML-like labels, which the `graphviz` package would pass through as
they are, so that it would save only the quoting of node names, which are all made here.
"""

from __future__ import annotations

from itertools import pairwise

from checker.report.cells import Row, State, rows, states
from checker.report.finding import ENDINGS, columns, finding_position, headline, in_model, last_changes, short, shown_arguments
from checker.report.tables import (
    CHANGED,
    EVENT,
    EVENT_LINE,
    FONT,
    INK,
    LANE,
    LINE,
    MODEL,
    MODEL_LINE,
    PALE_INK,
    TAGGED,
    WRONG,
    WRONG_LINE,
    Marks,
    block,
    data,
    font,
    row_table,
    table,
)
from checker.trace.data import Step, Trace

STEP_WIDTH = 200
"""Width of a step's box, in points; a longer name makes it wider."""

BLOCKS_WIDTH = 110
"""Characters of a whole state side by side before the next line of it begins."""


def picture(trace: Trace) -> str:
    """The DOT text of the whole trace."""
    lanes: list[str | None] = [*columns(trace)]
    if any(step.column is None for step in trace.steps):
        lanes.append(None)
    lines = [
        "digraph counterexample {",
        "  graph [newrank=true, nodesep=0.12, ranksep=0.10, pad=0.2, bgcolor=white, outputorder=edgesfirst,",
        f'         fontname="{FONT}", fontsize=12]',
        f'  node [shape=plain, fontname="{FONT}", fontsize=10, fontcolor="{INK}"]',
        f'  edge [color="{LINE}", arrowsize=0.5, penwidth=1.2]',
        f"  first [label=<{_first(trace)}>]",
        f"  last [label=<{_last(trace)}>]",
    ]
    if trace.steps:
        lines += _gutter(trace)
        for index, lane in enumerate(lanes):
            lines += _lane(trace, index, lane)
        lines += _changes(trace)
        lines += _frame(trace, len(lanes))
    else:
        lines.append("  first -> last [style=invis]")
    return "\n".join([*lines, "}"]) + "\n"


# --- the columns -----------------------------------------------------------------------------------------------------


def _gutter(trace: Trace) -> list[str]:
    """The step numbers: the axis of time, which gives each step its row."""
    lines = ['  top_number [label="", width=0.3]']
    for number in range(1, len(trace.steps) + 1):
        lines.append(f'  number{number} [label="{number}", fontcolor="{PALE_INK}"]')
    names = ["top_number", *(f"number{number}" for number in range(1, len(trace.steps) + 1)), "end_number"]
    lines.append('  end_number [label=""]')
    lines.append(f"  {' -> '.join(names)} [style=invis, weight=50]")
    return lines


def _lane(trace: Trace, index: int, lane: str | None) -> list[str]:
    members = [number for number, step in enumerate(trace.steps, 1) if step.column == lane]
    title = font(lane if lane is not None else "environment", INK, 13, bold=True)
    lines = [
        f"  subgraph cluster_lane{index} {{",
        f'    graph [style="filled,rounded", color="{LINE}", fillcolor="{LANE}", margin=8, label=""]',
        f"    top{index} [label=<{table([data(title, ALIGN='CENTER', WIDTH=STEP_WIDTH)])}>]",
        *(f"    step{number} [label=<{_step(trace, trace.steps[number - 1])}>]" for number in members),
        f'    end{index} [label="", width=0.1, height=0.05]',
        "  }",
    ]
    chain = [f"step{number}" for number in members]
    lines += [f"  {before}:s -> {after}:n [weight=20]" for before, after in pairwise(chain)]
    lines.append(f"  top{index} -> {chain[0]} [style=invis, weight=20]")
    lines.append(f"  {chain[-1]} -> end{index} [style=invis, weight=20]")
    return lines


def _changes(trace: Trace) -> list[str]:
    """The column beside the lanes: what each step changed."""
    along = states(trace)
    grouped = rows(trace)
    read = frozenset(cell for cell, _ in trace.violation.reads)
    title = table([data(font("what the step changed", PALE_INK, 11))])
    lines = [f"  top_changes [label=<{title}>]"]
    names = ["top_changes"]
    for number, step in enumerate(trace.steps, 1):
        if step.changes:
            lines.append(f"  changes{number} [label=<{_changed(step, grouped, along[number], read)}>]")
            lines.append(f"  step{number} -> changes{number} [style=dotted, dir=none, weight=0]")
            names.append(f"changes{number}")
    lines.append(f"  {' -> '.join(names)} [style=invis, weight=10]")
    return lines


def _frame(trace: Trace, lanes: int) -> list[str]:
    """What holds the columns together: rows, the order of the columns, first and last state."""
    lines = []
    for number, step in enumerate(trace.steps, 1):
        same = f"number{number}; step{number}" + (f"; changes{number}" if step.changes else "")
        lines.append(f"  {{rank=same; {same}}}")
        lines.append(f"  number{number} -> step{number} [style=invis, weight=0]")
    tops = ["top_number", *(f"top{index}" for index in range(lanes)), "top_changes"]
    ends = ["end_number", *(f"end{index}" for index in range(lanes))]
    lines.append(f"  {{rank=same; {' -> '.join(tops)} [style=invis]}}")
    lines.append(f"  {{rank=same; {' -> '.join(ends)} [style=invis]}}")
    lines += [f"  first -> top{index} [style=invis]" for index in range(lanes)]
    lines += [f"  end{index} -> last [style=invis]" for index in range(lanes)]
    return lines


# --- what is in the boxes --------------------------------------------------------------------------------------------


def _step(trace: Trace, step: Step) -> str:
    place = font(short(step.position), PALE_INK)
    if step.processor is None:
        arguments = " ".join(f"{name}={value}" for name, value in shown_arguments(step))
        lines = [font(step.name, INK, bold=True) + "&#160;&#160;" + font(arguments), place]
        fill, border = EVENT, EVENT_LINE
    else:
        owner = step.owner or step.processor
        lines = [font(step.name, INK, bold=True), font(owner) + "&#160;&#160;" + place]
        for call in reversed(step.calls[:-1]):
            lines.append(font(f"in {call.routine}, {short(call.position)}", PALE_INK, 8))
        own = in_model(trace, step.position)
        fill, border = (MODEL, MODEL_LINE) if own else ("white", LINE)
    lines += [font(f"choice: {choice}") for choice in step.choices]
    body = [data(line) for line in lines]
    return table(body, BORDER=1, COLOR=border, BGCOLOR=fill, STYLE="ROUNDED", CELLPADDING=1, WIDTH=STEP_WIDTH)


def _changed(step: Step, grouped: tuple[Row, ...], state: State, read: frozenset[str]) -> str:
    cells = {change.cell: change for change in step.changes}
    lines = []
    for row in grouped:
        if not any(cell in cells for _, cell in row.cells):
            continue
        marks = Marks(frozenset(cells))
        mark = font("*", WRONG_LINE, 12, bold=True) if any(cell in cells and cell in read for _, cell in row.cells) else "&#160;"
        line = row_table(row, row.name, state, marks)
        if row.scalar:
            line += data(font(f"was {cells[row.cells[0][1]].before}", PALE_INK, 8))
        lines.append(data(mark) + data(table([line])))
    return table(lines)


def _first(trace: Trace) -> str:
    sizes = " ".join(f"{name}={value}" for name, value in trace.settings)
    events = ", ".join(trace.events) or "none"
    return table(
        [
            data(font(headline(trace), WRONG_LINE, 13, bold=True)),
            data(font(f"{trace.model}, {len(trace.steps)} steps; {sizes}; events: {events}", PALE_INK, 11)),
            data(_legend()),
            data(font("The initial state", INK, 12, bold=True), CELLPADDING=4),
            data(_whole_state(trace, states(trace)[0], Marks())),
        ]
    )


def _legend() -> str:
    def box(text: str, fill: str, line: str, colour: str = INK) -> str:
        return data(font(text, colour, 9), BORDER=1, BGCOLOR=fill, COLOR=line, CELLPADDING=2)

    entries = [
        box("step of the model", MODEL, MODEL_LINE),
        box("step of the kernel", "white", LINE),
        box("event", EVENT, EVENT_LINE),
        box("changed", CHANGED, LINE),
        box("tagged|1", "white", LINE, TAGGED),
        box("read by the failing condition", WRONG, LINE),
        data(font("*", WRONG_LINE, 12, bold=True) + font(" changes what it reads", INK, 9)),
    ]
    return table(["".join(entries)], CELLSPACING=4)


def _last(trace: Trace) -> str:
    read = frozenset(cell for cell, _ in trace.violation.reads)
    end = states(trace)[-1] | dict(trace.violation.reads)
    return table(
        [
            data(font("The last state", INK, 12, bold=True), CELLPADDING=4),
            data(_whole_state(trace, end, Marks(wrong=read))),
            data("&#160;"),
            data(_condition(trace)),
        ]
    )


def _whole_state(trace: Trace, state: State, marks: Marks) -> str:
    """All arrays, and the single values that change or that the failing condition reads, one block for each instance."""
    shown = {change.cell for step in trace.steps for change in step.changes} | {cell for cell, _ in trace.violation.reads}
    owners: dict[str, list[Row]] = {}
    for row in rows(trace):
        if not row.scalar or row.cells[0][1] in shown:
            owners.setdefault(row.owner, []).append(row)
    lines: list[list[str]] = [[]]
    used = 0
    for owner, members in owners.items():
        width = max(len(row.name) - len(owner) + sum(len(state.get(cell, "?")) + 4 for _, cell in row.cells) for row in members)
        if lines[-1] and used + width > BLOCKS_WIDTH:
            lines.append([])
            used = 0
        lines[-1].append(data(block(owner, members, state, marks), VALIGN="TOP"))
        used += width + 3
    if not lines[0]:
        return font("no cells to show", PALE_INK)
    return table([data(table(["".join(line)], CELLSPACING=4)) for line in lines])


def _condition(trace: Trace) -> str:
    violation = trace.violation
    changed = last_changes(trace)
    binding = ", ".join(f"{name}={value}" for name, value in violation.binding)
    lines = [
        data(font(f"{violation.property} {ENDINGS[violation.kind]}" + (f", for {binding}" if binding else ""), WRONG_LINE, 12, bold=True)),
        data(font(violation.message, INK, 12)),
    ]
    for cell, value in violation.reads:
        since = f"since step {changed[cell]}" if cell in changed else "from the start"
        lines.append(data(font(f"{cell} = {value}") + "&#160;&#160;" + font(since, PALE_INK)))
    place = finding_position(trace)
    where = f"{violation.position.file}:{violation.position.line}; last step in the model: {place.file}:{place.line}"
    lines.append(data(font(where, PALE_INK)))
    return table(lines, BORDER=2, COLOR=WRONG_LINE, BGCOLOR="white", STYLE="ROUNDED", CELLPADDING=3)
