# SPDX-License-Identifier: GPL-2.0-only
"""A graph of states as GraphML, by networkx, which reads it back as it was."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from checker.report.characters import escaped

if TYPE_CHECKING:
    import networkx as nx


def graphml_text(graph: nx.MultiDiGraph, title: str) -> bytes:
    """The graph as GraphML in UTF-8. graph: of verify/graph/building.py, whose attributes are numbers, truth values and text. A
    character that XML cannot hold stands there as an escape such as \\x1b."""
    import networkx as nx

    clean = nx.MultiDiGraph(**{name: _text(value) for name, value in graph.graph.items()}, title=_text(title))
    for node, found in graph.nodes(data=True):
        clean.add_node(node, **_texts(found))
    for source, target, key, found in graph.edges(keys=True, data=True):
        clean.add_edge(source, target, key, **_texts(found))
    written = io.BytesIO()
    nx.write_graphml_xml(clean, written, prettyprint=False)
    return written.getvalue()


def _texts(attributes: dict[str, Any]) -> dict[str, Any]:
    return {_text(name): _text(value) for name, value in attributes.items()}


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(c if c == "\n" or c.isprintable() else escaped(c) for c in value)
