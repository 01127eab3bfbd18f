# SPDX-License-Identifier: GPL-2.0-only
"""Which pages of an area are mapped, as the kernel itself tells it: /proc/self/pagemap, or else mincore(2).

Neither touches the pages, so neither makes a fault. Source: Documentation/admin-guide/mm/pagemap.rst.
"""

from __future__ import annotations

import os
import struct

from spec.reference.real import system_calls
from spec.reference.real.system_calls import PAGE_SIZE

_PRESENT = 1 << 63
_SWAPPED = 1 << 62


class PageMap:
    """The page tables of the process that opened it. source: the file, or "mincore" where that cannot be read. A context
    manager that closes it."""

    PATH = "/proc/self/pagemap"

    def __init__(self) -> None:
        try:
            self._descriptor = os.open(self.PATH, os.O_RDONLY | os.O_CLOEXEC)
            self.source = self.PATH
        except OSError:
            self._descriptor = -1
            self.source = "mincore"

    def close(self) -> None:
        """Closes it, once or more often."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> PageMap:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mapped(self, address: int, pages: int) -> tuple[bool, ...]:
        """For each page from address (a multiple of PAGE_SIZE) on, whether one is mapped there; a page that was swapped out
        counts, as it comes back without a fault of ours. (mincore cannot see those.) Raises OSError."""
        if self.source == "mincore":
            return system_calls.resident(address, pages)
        entries = os.pread(self._descriptor, 8 * pages, address // PAGE_SIZE * 8)
        if len(entries) != 8 * pages:
            raise OSError(f"/proc/self/pagemap: {len(entries)} bytes in place of {8 * pages}")
        return tuple(bool(entry & (_PRESENT | _SWAPPED)) for (entry,) in struct.iter_unpack("=Q", entries))
