# SPDX-License-Identifier: GPL-2.0-only
"""Threads that do the same work side by side, the calling one among them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[int], int]


class ThreadPool:
    """As many workers as can be had, up to a number; there is always one, the thread that calls."""

    def __init__(self, most: int) -> None:
        self.orders: list[SimpleQueue[Work | None]] = []
        self.threads: list[threading.Thread] = []
        self.done: SimpleQueue[tuple[int, int | BaseException]] = SimpleQueue()
        self.busy = 0
        for number in range(1, most):
            orders: SimpleQueue[Work | None] = SimpleQueue()
            thread = threading.Thread(target=self._work, args=(number, orders), daemon=True)
            try:
                thread.start()
            except (RuntimeError, MemoryError):  # no room for another thread
                break
            self.orders.append(orders)
            self.threads.append(thread)

    @property
    def size(self) -> int:
        return 1 + len(self.threads)

    def _work(self, number: int, orders: SimpleQueue[Work | None]) -> None:
        while (work := orders.get()) is not None:
            try:
                self.done.put((number, work(number)))
            except BaseException as error:
                self.done.put((number, error))

    def each(self, work: Work) -> list[int]:
        """Have each worker do the work, with its number; what they return, in no order."""
        for orders in self.orders:
            self.busy += 1
            orders.put(work)
        return [work(0), *self.settle()]

    def settle(self) -> list[int]:
        """Wait until none is at work; what they return."""
        returned: list[int] = []
        failed: BaseException | None = None
        while self.busy:
            _, outcome = self.done.get()
            self.busy -= 1
            if isinstance(outcome, BaseException):
                failed = outcome
            else:
                returned.append(outcome)
        if failed is not None:
            raise failed
        return returned

    def close(self) -> None:
        """Let all go, when they are done."""
        for orders in self.orders:
            orders.put(None)
        for thread in self.threads:
            thread.join()
