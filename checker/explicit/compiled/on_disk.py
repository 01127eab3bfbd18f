# SPDX-License-Identifier: GPL-2.0-only
"""The file of a search whose states are on disk (c/disk.c): where it is, and how much of the search stays in memory."""

from __future__ import annotations

import ctypes
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from checker.stopping import Stop, Why

ORDER_BYTES = 16
"""Bytes that a row of the table needs while the table is written out."""
FEWEST_ROWS = 1 << 16
"""Rows of the table for which there is room in any case."""
FEWEST_OF_A_WORKER = 256
"""Rows that a worker may need before the table is written out: two chunks, twice."""


@dataclass(frozen=True)
class Disk:
    """folder: where the file is made. rows: of the table at most, two chunks for each worker and one more at least; None: as many
    as the limit of memory allows."""

    folder: Path
    rows: int | None = None

    def opened(self) -> BinaryIO:
        """An empty file that nobody else can open and that has no name, so that it is gone when this process is. OSError if it
        cannot be made."""
        return tempfile.TemporaryFile(prefix="stackproof-", dir=self.folder)

    def table_rows(self, left: int | None, row: int, workers: int) -> int:
        """How many rows the table may have. left: bytes of memory, None without a limit. row: bytes of one, with its slots. A
        quarter is left to the rows that are expanded and to the runs, which are read in parts."""
        fewest = FEWEST_OF_A_WORKER * workers
        if self.rows is not None:
            return self.rows
        most = (1 << 32) if left is None else left * 3 // 4 // (row + ORDER_BYTES)
        return max(fewest, FEWEST_ROWS, min(most, 1 << 32))

    def failure(self, number: int) -> Stop:
        """Why a search stopped that could not write. number: an errno."""
        return Stop(Why.DISK, f"{self.folder}: {os.strerror(number)}")


class DiskFigures:
    """What a search on disk says of its file: bytes of it, how many runs were written, the errno that it failed with."""

    def __init__(self, library: ctypes.CDLL, search: int) -> None:
        figures = (ctypes.c_uint64 * 3)()
        library.disk_figures(search, figures)
        self.bytes, self.runs, self.error = figures
