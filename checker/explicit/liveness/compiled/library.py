# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a graph in C (graph.c and the files beside it), with their types."""

from __future__ import annotations

import ctypes

POINTER, INTEGER, NODE, LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32, ctypes.c_uint64
LOOK = ctypes.CFUNCTYPE(INTEGER, LONG, LONG, LONG, LONG)

FUNCTIONS: dict[str, tuple[object, list[object]]] = {
    "graph_new": (POINTER, [LOOK]),
    "graph_free": (None, [POINTER]),
    "graph_shape": (None, [POINTER]),
    "graph_explore": (INTEGER, [POINTER, LONG]),
    "graph_counts": (None, [POINTER, POINTER]),
    "graph_node": (NODE, [POINTER, LONG, POINTER]),
    "graph_first": (LONG, [POINTER, LONG]),
    "graph_edge": (None, [POINTER, LONG, POINTER, POINTER]),
    "graph_facts": (None, [POINTER, NODE, POINTER]),
    "graph_depth": (LONG, [POINTER, LONG]),
    "graph_picked": (ctypes.POINTER(LONG), [POINTER]),
    "graph_components": (INTEGER, [POINTER, POINTER, POINTER]),
    "graph_next_component": (INTEGER, [POINTER]),
    "graph_nearest": (INTEGER, [POINTER, POINTER]),
    "graph_component_nodes": (INTEGER, [POINTER]),
    "graph_removed": (None, [POINTER, POINTER]),
    "graph_region": (NODE, [POINTER, LONG]),
    "graph_way": (INTEGER, [POINTER, NODE, POINTER, POINTER, NODE, NODE, POINTER]),
    "graph_ends": (INTEGER, [POINTER, POINTER, POINTER, INTEGER]),
    "graph_asks": (INTEGER, [POINTER, POINTER, POINTER]),
    "graph_unanswered": (INTEGER, [POINTER, POINTER, POINTER, POINTER]),
}


def declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """The library with the types of its functions."""
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
