# SPDX-License-Identifier: GPL-2.0-only
"""A graph of states in Graphviz' DOT language: initial states have a thick border, violating ones are red, states whose
transitions are missing are dashed.

Labels are HTML-like, as those of other pictures: all text is escaped there, whatever a model, a file or a value is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from checker.counting import counted
from checker.language.values import told_text
from checker.report.picture.tables import FONT, INK, LANE, LINE, MODEL, MODEL_LINE, PALE_INK, WRONG, WRONG_LINE, data, font, table

if TYPE_CHECKING:
    import networkx as nx

MOST_LABELS = 4
"""Lines at one arrow; the others are counted."""
LONGEST = 60
"""Characters of a line in a picture."""

_NodeData = Mapping[str, object]


def dot_text(graph: nx.MultiDiGraph, title: str, notes: Iterable[str] = ()) -> str:
    """The graph as DOT text. graph: of verify/graph/building.py. title, notes: lines above it."""
    heading = [data(font(title, INK, 11, bold=True)), *(data(font(note, PALE_INK, 9)) for note in notes)]
    lines = [
        "digraph states {",
        f"  graph [label=<{table(heading)}>, labelloc=t, labeljust=l, nodesep=0.25, ranksep=0.4, pad=0.2, bgcolor=white,",
        f'         fontname="{FONT}"]',
        f'  node [shape=plain, fontname="{FONT}", fontsize=9, fontcolor="{INK}"]',
        f'  edge [color="{PALE_INK}", arrowsize=0.6, fontname="{FONT}", fontsize=8]',
    ]
    inside = {node: graph.number_of_edges(node, node) for node in graph.nodes}
    several = any(found["states"] > 1 for _, found in graph.nodes(data=True))
    for node, found in graph.nodes(data=True):
        own = sum(edge["transitions"] for edge in graph.get_edge_data(node, node, default={}).values()) if inside[node] else 0
        lines.append(f"  n{node} [label=<{_box(found, own if several else 0)}>]")
    for source, target, edges in _arrows(graph):
        if source != target or not several:
            lines.append(f"  n{source} -> n{target} [label=<{_beside(edges)}>]")
    return "\n".join([*lines, "}"]) + "\n"


def _arrows(graph: nx.MultiDiGraph) -> Iterable[tuple[int, int, list[_NodeData]]]:
    """The edges, those together that lead from one node to the same."""
    together: dict[tuple[int, int], list[_NodeData]] = {}
    for source, target, found in graph.edges(data=True):
        together.setdefault((source, target), []).append(found)
    for (source, target), edges in together.items():
        yield source, target, edges


def _box(found: _NodeData, inside: int) -> str:
    """inside: transitions from the node to itself, which have no arrow where nodes stand for several states."""
    wrong = bool(found["violating"])
    border = WRONG_LINE if wrong else MODEL_LINE if found["initial"] else LINE
    fill = WRONG if wrong else MODEL if found["initial"] else LANE
    first, *others = told_text(str(found["label"])).split("\n")
    rows = [data(font(_short(first) + (" (initial)" if found["initial"] else ""), INK, 9, bold=True))]
    for line in others:
        rows.append(data(font(_short(line), WRONG_LINE if line.startswith("violates ") else INK, 8)))
    if inside:
        rows.append(data(font(f"{counted(inside, 'transition')} inside", PALE_INK, 8)))
    if not found["expanded"]:
        rows.append(data(font("transitions not explored", PALE_INK, 8)))
    style = "ROUNDED" if found["expanded"] else "DASHED"
    return table(rows, BORDER=2 if found["initial"] else 1, COLOR=border, BGCOLOR=fill, STYLE=style, CELLPADDING=2)


def _beside(edges: list[_NodeData]) -> str:
    texts: dict[str, int] = {}
    for edge in edges:
        texts[str(edge["label"])] = texts.get(str(edge["label"]), 0) + int(str(edge["transitions"]))
    lines = [_short(told_text(text)) + (f" ({count:,})" if count > 1 else "") for text, count in texts.items()]
    if len(lines) > MOST_LABELS:
        lines[MOST_LABELS - 1 :] = [f"and {len(lines) - MOST_LABELS + 1:,} more"]
    return table([data(font(line, PALE_INK, 7)) for line in lines])


def _short(text: str) -> str:
    """The text, or its beginning and its end, where the line of source stands."""
    half = (LONGEST - 3) // 2
    return text if len(text) <= LONGEST else f"{text[:half]}...{text[-half:]}"
