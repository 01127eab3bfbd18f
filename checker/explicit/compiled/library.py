# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a compiled search (search.c, checkpoint.c) and of compiled walks (walks.c), with their types."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

POINTER, INTEGER, NUMBER, LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32, ctypes.c_uint64

SEARCH: dict[str, tuple[object, list[object]]] = {
    "search_new": (POINTER, [INTEGER, ctypes.c_char_p, LONG]),
    "search_free": (None, [POINTER]),
    "search_shape": (None, [POINTER]),
    "search_start": (INTEGER, [POINTER]),
    "search_stop": (None, [POINTER]),
    "search_run": (INTEGER, [POINTER, INTEGER, LONG]),
    "search_next_level": (LONG, [POINTER]),
    "search_grow": (INTEGER, [POINTER, POINTER, POINTER]),
    "search_rehash": (None, [POINTER, INTEGER, POINTER, LONG]),
    "search_grown": (None, [POINTER, POINTER, LONG]),
    "search_figures": (None, [POINTER, POINTER]),
    "search_finding": (None, [POINTER, INTEGER, POINTER]),
    "search_marks": (None, [POINTER, POINTER, POINTER]),
    "search_row": (NUMBER, [POINTER, NUMBER, POINTER]),
    "search_hash": (NUMBER, [ctypes.c_char_p]),
}

CHECKPOINT: dict[str, tuple[object, list[object]]] = {
    "checkpoint_ranges": (LONG, [POINTER, INTEGER, POINTER]),
    "checkpoint_rows": (LONG, [POINTER]),
    "checkpoint_states": (POINTER, [POINTER, LONG]),
    "checkpoint_sources": (POINTER, [POINTER, LONG]),
    "checkpoint_block_rows": (LONG, []),
    "checkpoint_fits": (INTEGER, [POINTER, LONG, LONG, LONG]),
    "checkpoint_room": (INTEGER, [POINTER, LONG]),
    "checkpoint_put_ranges": (INTEGER, [POINTER, INTEGER, POINTER, LONG]),
    "checkpoint_put_counts": (None, [POINTER, LONG, LONG, LONG]),
    "checkpoint_put_finding": (None, [POINTER, INTEGER, NUMBER, NUMBER, NUMBER]),
    "checkpoint_put_marks": (None, [POINTER, POINTER, POINTER]),
}

WALKS: dict[str, tuple[object, list[object]]] = {
    "walks_new": (POINTER, [INTEGER, LONG, LONG]),
    "walks_free": (None, [POINTER]),
    "walks_shape": (None, [POINTER]),
    "walks_batch": (None, [POINTER, *[LONG] * 4, ctypes.c_char_p]),
    "walks_run": (INTEGER, [POINTER, INTEGER, LONG]),
    "walks_stop": (None, [POINTER]),
    "walks_steps": (LONG, [POINTER, POINTER, POINTER]),
    "walks_failure": (INTEGER, [POINTER]),
    "walks_finding": (None, [POINTER, INTEGER, POINTER]),
    "walks_marks": (None, [POINTER, POINTER, POINTER]),
    "walks_put_marks": (None, [POINTER, ctypes.c_char_p, ctypes.c_char_p]),
}


PASSING: dict[str, tuple[object, list[object]]] = {
    "passing_begin": (INTEGER, [POINTER, POINTER, POINTER, NUMBER, POINTER]),
    "passing_told": (LONG, [POINTER, POINTER]),
    "comparer_new": (POINTER, [*[POINTER] * 7, LONG]),
    "comparer_free": (None, [POINTER]),
    "comparer_keeps": (INTEGER, [POINTER, LONG, INTEGER, *[ctypes.c_char_p] * 3, INTEGER, *[ctypes.c_char_p] * 2]),
}

DISK: dict[str, tuple[object, list[object]]] = {
    "disk_begin": (INTEGER, [POINTER, INTEGER, LONG]),
    "disk_is_full": (INTEGER, [POINTER]),
    "disk_settle": (None, [POINTER]),
    "disk_spill": (INTEGER, [POINTER]),
    "disk_release": (None, [POINTER]),
    "disk_figures": (None, [POINTER, POINTER]),
}

EXCHANGE: dict[str, tuple[object, list[object]]] = {
    "exchange_begin": (INTEGER, [POINTER, NUMBER, NUMBER, LONG]),
    "exchange_parcels": (LONG, [POINTER, NUMBER, POINTER]),
    "exchange_sent": (None, [POINTER]),
    "exchange_parcel_bytes": (LONG, []),
    "exchange_receive": (LONG, [POINTER, NUMBER, POINTER, LONG]),
    "exchange_close": (None, [POINTER, INTEGER]),
    "exchange_from": (NUMBER, [POINTER, NUMBER]),
}


def check_shape(ask: Callable[[object], None], expected: tuple[int, int, int, int]) -> None:
    """AssertionError where a library is not that of the generated code at hand. ask: its search_shape or walks_shape."""
    shape = (ctypes.c_uint64 * 4)()
    ask(shape)
    if tuple(shape) != expected:
        raise AssertionError("the compiled library is that of another model")


def declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """The library with the types of its functions. With hash compaction or a disk it has none of checkpoint.c, without partial
    order none of passing.c; those of exchange.c are for members of a distributed search, those of disk.c for one on disk."""
    if hasattr(library, "walks_new"):
        functions = WALKS
    else:
        checkpoints = CHECKPOINT if hasattr(library, "checkpoint_room") else {}
        passing = PASSING if hasattr(library, "passing_begin") else {}
        exchange = EXCHANGE if hasattr(library, "exchange_begin") else {}
        disk = DISK if hasattr(library, "disk_begin") else {}
        functions = SEARCH | checkpoints | passing | exchange | disk
    for name, (result, arguments) in functions.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
