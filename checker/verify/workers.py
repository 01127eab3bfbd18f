# SPDX-License-Identifier: GPL-2.0-only
"""Processes that do jobs side by side. One that is killed costs its job only."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Generic, Protocol, TypeVar

from checker.explicit.search.interrupts import SIGNALS
from checker.stopping import Died

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")


class Pool(Protocol[JobT, ResultT]):
    """Processes that do jobs side by side, on this machine or on a cluster."""

    def __enter__(self) -> Pool[JobT, ResultT]: ...
    def __exit__(self, *_: object) -> None: ...
    def results(
        self, jobs: Iterable[JobT], then: Callable[[JobT, ResultT | Died], JobT | None], every: float | None = None
    ) -> Iterator[None]: ...


PATIENCE = 10.0
"""Seconds that a process has to end its work when it is told to stop."""


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection


class Workers(Generic[JobT, ResultT]):
    """A number of processes, each with the memory of this one as it was; use it as a context. work: must not raise, nor print,
    since what other threads of this process hold when a process is started stays held in that one."""

    def __init__(self, count: int, work: Callable[[JobT], ResultT]) -> None:
        self.count = count
        self.work = work
        self.context: Any = multiprocessing.get_context("fork")
        self.workers: list[_Worker] = []

    def __enter__(self) -> Workers[JobT, ResultT]:
        try:
            for _ in range(self.count):
                self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> _Worker:
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = self.context.Pipe()
        inherited = [ours, *(worker.connection for worker in self.workers)]
        process = self.context.Process(target=_serve, args=(theirs, self.work, inherited), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        """End all processes, also in the middle of a job."""
        for worker in self.workers:
            worker.connection.close()
            if worker.process.is_alive():
                worker.process.terminate()
        for worker in self.workers:
            worker.process.join(PATIENCE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self.workers.clear()

    def results(
        self, jobs: Iterable[JobT], then: Callable[[JobT, ResultT | Died], JobT | None], every: float | None = None
    ) -> Iterator[None]:
        """Do all jobs. then: called with each one's result; it may return a job to go on with at once. Yields after each, and
        after so many seconds without one. every: those; None to wait for as long as it takes."""
        waiting = iter(jobs)
        idle = list(self.workers)
        busy: dict[Connection, tuple[_Worker, JobT]] = {}

        def give(worker: _Worker, job: JobT | None) -> None:
            if job is None:
                job = next(waiting, None)
            if job is None:
                idle.append(worker)
                return
            busy[worker.connection] = (worker, job)
            worker.connection.send(job)

        for worker in [idle.pop() for _ in range(len(idle))]:
            give(worker, None)
        while busy:
            ready = wait(list(busy), every)
            if not ready:
                yield
            for connection in ready:
                assert isinstance(connection, Connection)
                worker, job = busy.pop(connection)
                result: ResultT | Died
                try:
                    result = connection.recv()
                except (EOFError, OSError):
                    result = self._buried(worker)
                    worker = self._start()
                following = then(job, result)
                yield
                give(worker, following)

    def _buried(self, worker: _Worker) -> Died:
        worker.process.join()
        worker.connection.close()
        self.workers.remove(worker)
        code = worker.process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        return Died(f"the process that searched it {how}" + ("; perhaps memory ran out" if code == -signal.SIGKILL else ""))


def _serve(connection: Connection, work: Callable[[Any], object], inherited: list[Connection]) -> None:
    """What a process does: jobs until there are no more. Ctrl-C is for the process that gives them."""
    for other in inherited:
        other.close()  # else this process would keep the others from seeing that nobody has a job for them any more
    busy = stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if not busy:
            os._exit(0)
        stopped = True
        raise KeyboardInterrupt  # so that what the job has begun, a compiler perhaps, is ended

    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    try:
        while not stopped:
            job = connection.recv()
            busy = True
            result = work(job)
            busy = False
            if not stopped:
                connection.send(result)
    except (KeyboardInterrupt, EOFError, OSError):
        pass
    finally:
        busy = False
        os._exit(0)
