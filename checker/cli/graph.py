# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof graph MODEL`: the reachable states of a configuration as a graph."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psutil

from checker import writing
from checker.cli.options.completion import words
from checker.cli.options.configuration import configuration_options
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration, Size
from checker.cli.terminal.output import say
from checker.cli.terminal.progress import ProgressLine
from checker.counting import counted
from checker.explicit.search.results import Limits
from checker.language.errors import UsageError
from checker.report.graph.dot import dot_text
from checker.report.graph.graphml import graphml_text
from checker.report.picture.svg import PictureError, find_program, render_svg
from checker.report.text.style import plain
from checker.result.verdict import Status
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop
from checker.verify.graph.building import states_graph
from checker.verify.graph.classes import COMPONENTS, KEYWORDS, classes_graph, components_graph
from checker.verify.graph.space import Space, explore_states
from checker.verify.request import Request

if TYPE_CHECKING:
    import networkx as nx

MOST_DRAWN = 300
"""Nodes of a picture that a reader can still find something in."""
MOST_STATES = 200_000
DRAWING = 60.0
"""Seconds that Graphviz has, where no --timeout says otherwise."""


class Format(Enum):
    """The kinds of file, by the names that --format has for them."""

    DOT = "dot"
    SVG = "svg"
    GRAPHML = "graphml"


SUFFIXES = {".dot": Format.DOT, ".gv": Format.DOT, ".svg": Format.SVG, ".graphml": Format.GRAPHML, ".xml": Format.GRAPHML}


class _Stopped(Exception):
    def __init__(self, why: Stop) -> None:
        super().__init__(why)
        self.why = why


@click.command(short_help="Write the reachable states of a model as a graph.")
@click.argument("model", type=ModelPath())
@configuration_options
@click.option(
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the graph to FILE: .dot, .svg or .graphml. Default: DOT on standard output.",
)
@click.option("--format", "format_", type=click.Choice([f.value for f in Format]), help="The kind of file, whatever its suffix.")
@click.option(
    "--by",
    metavar="A,B,...",
    shell_complete=words(KEYWORDS),
    help=f"A node for each class of states that agree in these: cells such as cpu0.current, {', '.join(KEYWORDS)}.",
)
@click.option("--components", is_flag=True, help="A node for each strongly connected component: where runs can stay forever.")
@click.option("--show", "shown", metavar="A,B,...", help="Cells that stand in the picture of each state.")
@click.option(
    "--max-states",
    type=click.IntRange(min=1),
    default=MOST_STATES,
    show_default=True,
    metavar="N",
    help="Stop at about this many states.",
)
@click.option(
    "--max-memory", type=Size(), metavar="SIZE", help="Stop at this much memory, e.g. 500M or 2G. Default: 3/4 of the machine's."
)
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop after this time in total: 90, 90s, 5m, 2h.")
def graph(
    request: Request,
    output: Path | None,
    format_: str | None,
    by: str | None,
    components: bool,
    shown: str | None,
    max_states: int,
    max_memory: int | None,
    timeout: float | None,
) -> int:
    """Write the reachable states of MODEL as a graph, without reductions: its states and transitions are those that `check
    --reduce none` counts.

    Violating states are marked with their properties, by the engine alone: `check` has the confirmed runs. A picture holds up to
    300 nodes; beyond that say with --by what tells states apart. Where a limit or Ctrl-C ends it, the graph is a part, says so,
    and the exit status is 3.
    """
    kind = _format(output, format_)
    classes = _words("--by", by)
    if classes and components:
        raise UsageError("--components has a node for each component; leave out --by, or write --by components,... for classes")
    begun = time.monotonic()
    limits_ = limits(max_states, max_memory, timeout)
    line = ProgressLine(f"{request.model}")
    fairness = components or COMPONENTS in classes
    try:
        with line.running():
            space = explore_states(request, limits_, line.show, fairness)
            line.say("making the graph")
            found = _graph(space, classes, components, _words("--show", shown), _look(space, limits_, begun))
            text = _written(space, found, kind, limits_, begun)
    except _Stopped as stopped:
        return _unfinished(stopped.why)
    except MemoryError:
        return _unfinished(OUT_OF_MEMORY)
    except KeyboardInterrupt:
        return _unfinished(INTERRUPTED)
    _write(output, text)
    summary = _summary(space, found)
    if output is None or str(output) == "-":
        say(plain(summary))
    else:
        print(plain(f"{summary}; {output}"))
    status = Status.AS_DEMANDED if space.stopped is None else Status.INCONCLUSIVE
    return int(status.value)


def _format(output: Path | None, format_: str | None) -> Format:
    if format_ is not None:
        return Format(format_)
    if output is None or str(output) == "-":
        return Format.DOT
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"the suffix {suffix!r} is of no kind of graph; name a {', '.join(SUFFIXES)}, or add --format", output)
    return SUFFIXES[suffix]


def _words(option: str, text: str | None) -> tuple[str, ...]:
    """The names of a list with commas."""
    if text is None:
        return ()
    words = tuple(word.strip() for word in text.split(","))
    if "" in words:
        raise UsageError(f"{option} {text!r} is not a list of names; write {option} A,B")
    return tuple(dict.fromkeys(words))


def _graph(
    space: Space, by: tuple[str, ...], components: bool, shown: tuple[str, ...], look: Callable[[], None]
) -> nx.MultiDiGraph:
    if components:
        return components_graph(space, look)
    if by:
        return classes_graph(space, by, look)
    return states_graph(space, tuple(name for word in shown for name in space.naming.matching(word)), look)


def _look(space: Space, limits_: Limits, begun: float) -> Callable[[], None]:
    """Ends the making of a graph where a limit is reached, but for that which ended the exploration already."""
    process = psutil.Process()

    def look() -> None:
        stop = limits_.reached(time.monotonic() - begun, process.memory_info().rss)
        if stop is not None and space.stopped is None:
            raise _Stopped(stop)

    return look


def _written(space: Space, found: nx.MultiDiGraph, kind: Format, limits_: Limits, begun: float) -> str | bytes:
    """The text of a file of this kind. UsageError if a picture would have too many nodes, or cannot be drawn."""
    title = str(space.subject)
    if kind is Format.GRAPHML:
        return graphml_text(found, title)
    if len(found) > MOST_DRAWN:
        raise UsageError(_too_many(space, found))
    dot = dot_text(found, title, _notes(space, found))
    if kind is Format.DOT:
        return dot
    program = find_program()
    if program is None:
        raise UsageError("there is no Graphviz to draw the graph; `pip install graphviz-pure`, or write a .dot file")
    left = DRAWING if limits_.seconds is None else max(limits_.seconds - (time.monotonic() - begun), 1.0)
    try:
        return render_svg(dot, program, left)
    except PictureError as error:
        raise UsageError(f"the graph cannot be drawn: {error.message}; write a .dot file, or choose fewer classes") from None


def _too_many(space: Space, found: nx.MultiDiGraph) -> str:
    at_least = "at least " if space.stopped is not None else ""
    states = counted(len(space.explored.states), "state")
    cells = space.naming.changing(space.explored.states[:MOST_DRAWN])
    example = ",".join(cells[:2]) or "properties"
    what = "" if len(found) == len(space.explored.states) else f" in {counted(len(found), 'node')}"
    return (
        f"there are {at_least}{states}{what}, and a picture holds {MOST_DRAWN}; say what tells them apart, as --by {example}, "
        "--by properties, --by places or --by components; choose smaller sizes; or write all of them with --format graphml"
    )


def _notes(space: Space, found: nx.MultiDiGraph) -> list[str]:
    explored = space.explored
    notes = [_counts(space, found)]
    if space.stopped is not None:
        notes.append(f"not all: stopped by {space.stopped}")
    return notes + [f"paths end {why}, {where}" for why, where in explored.cuts.items()]


def _counts(space: Space, found: nx.MultiDiGraph) -> str:
    explored = space.explored
    counts = f"{counted(len(explored.states), 'state')}, {counted(len(explored.target), 'transition')}"
    nodes = "" if len(found) == len(explored.states) else f", {counted(len(found), 'node')}"
    violating = sum(map(bool, explored.violated))
    return f"{counts}{nodes}" + (f"; {violating:,} violating" if violating else "")


def _summary(space: Space, found: nx.MultiDiGraph) -> str:
    text = f"{space.subject}: {_counts(space, found)}; no reductions"
    if space.stopped is not None:
        expanded = counted(space.explored.expanded, "state has", "states have")
        text += f"; not all, stopped by {space.stopped}: {expanded} all transitions"
    return text


def _unfinished(why: Stop) -> int:
    say(f"error: no graph was written, stopped by {why}; choose smaller sizes, or --by")
    return Status.INCONCLUSIVE.value


def _write(output: Path | None, text: str | bytes) -> None:
    if output is None or str(output) == "-":
        print(text if isinstance(text, str) else text.decode(), end="")
        sys.stdout.flush()
        return
    try:
        writing.write(output, text)
    except OSError as error:
        raise UsageError(f"cannot write the graph: {error.strerror}; name another file", output) from None
