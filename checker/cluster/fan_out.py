# SPDX-License-Identifier: GPL-2.0-only
"""Jobs side by side on a cluster: each whole in one process of it. One that dies costs its job a second try, and no more.

What travels is data, pickled: a function of stackproof by its name, never by its code. So all have to be of one version.
"""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from checker.cluster.messages import Cluster, ClusterError, Place, check_version, place_here
from checker.cluster.ray_cluster import LOOK, PATIENCE, Actors, Lost, how_many
from checker.explicit.search.interrupts import uninterrupted
from checker.stopping import Died

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")

TOO_DEEP = "the model is nested too deeply to be sent to a cluster"
NOBODY = "no worker of the cluster is left"


class Doer:
    """A process of the cluster that does jobs."""

    def place(self, node: str) -> Place:
        """Where it is. node: what Ray calls its machine."""
        return place_here(node)

    def do(self, job: bytes, memory: int) -> bytes:
        """job: a function of the job and of the memory that it may take, in bytes, and the job. Its answer."""
        work, what = pickle.loads(job)
        return pickle.dumps(work(what, memory))


class Processes(Protocol):
    """Processes with a Doer each, by number."""

    def __len__(self) -> int: ...
    def add(self) -> int: ...
    def drop(self, number: int) -> None: ...
    def call(self, number: int, method: str, *arguments: object, answers: int = 1) -> Any: ...
    def get(self, awaited: Sequence[Any], seconds: float | None = None) -> list[Any]: ...
    def ready(self, awaited: Sequence[Any], seconds: float) -> list[Any]: ...
    def node(self, number: int) -> Any: ...
    def close(self) -> None: ...


def _on_ray(cluster: Cluster, most: int) -> Processes:
    return Actors(Doer, min(how_many(cluster), most), lambda: None)


@dataclass
class _Task(Generic[JobT]):
    """A job to do. lost: why it has to be done again, if it was begun before."""

    job: JobT
    lost: str | None = None


class FanOut(Generic[JobT, ResultT]):
    """As Workers (verify/workers.py), on a cluster that this process is connected to; use it as a context. ship: makes of a job
    what is sent of it, here; must not raise. work: a function of a module; what it gets is what was shipped, and the bytes of
    memory that it may take; it must not raise, nor print. most: processes that there is work for. start: gets that many of the
    cluster, or fewer. patience: seconds in which one has to start."""

    def __init__(
        self,
        cluster: Cluster,
        ship: Callable[[JobT], object],
        work: Callable[[Any, int], ResultT],
        most: int,
        start: Callable[[Cluster, int], Processes] = _on_ray,
        patience: float = PATIENCE,
    ) -> None:
        self.cluster = cluster
        self.ship = ship
        self.work = work
        self.most = most
        self.start = start
        self.patience = patience
        self.places: dict[int, Place] = {}

    def __enter__(self) -> FanOut[JobT, ResultT]:
        """Raises ClusterError if the cluster cannot be used."""
        self.processes = self.start(self.cluster, self.most)
        try:
            numbers = range(len(self.processes))
            found = self.processes.get([self.asked_where(number) for number in numbers], self.patience)
            for number, place in zip(numbers, found, strict=True):
                check_version(place)
                self.places[number] = place
        except Lost as lost:
            self.close()
            raise ClusterError(str(lost)) from None
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, also in the middle of a job."""
        self.processes.close()

    def results(
        self, jobs: Iterable[JobT], then: Callable[[JobT, ResultT | Died], JobT | None], every: float | None = None
    ) -> Iterator[None]:
        """As Workers.results. A job whose process died is done again once, in another; then its result is Died."""
        return _Round(self, jobs, then).steps(every)

    def asked_where(self, number: int) -> Any:
        """What stands for the place of a process."""
        return self.processes.call(number, "place", self.processes.node(number))

    def memory(self, number: int) -> int:
        """How many bytes a process may take."""
        if self.cluster.memory is not None:
            return self.cluster.memory
        place = self.places[number]
        return place.memory * 3 // 4 // sum(other.node == place.node for other in self.places.values())


class _Round(Generic[JobT, ResultT]):
    """All jobs of one call of FanOut.results. starting: processes in place of those that died, by what stands for their answer,
    and since when."""

    def __init__(
        self, fan: FanOut[JobT, ResultT], jobs: Iterable[JobT], then: Callable[[JobT, ResultT | Died], JobT | None]
    ) -> None:
        self.fan = fan
        self.processes = fan.processes
        self.waiting = iter(jobs)
        self.then = then
        self.first: deque[_Task[JobT]] = deque()
        self.idle = list(reversed(fan.places))
        self.busy: dict[Any, tuple[int, _Task[JobT]]] = {}
        self.starting: dict[Any, tuple[int, float]] = {}

    def steps(self, every: float | None) -> Iterator[None]:
        while True:
            came = 0
            while self.idle and (task := self._next()) is not None:
                came += self._give(self.idle.pop(), task)
            task = None if self.busy else self._next()
            if task is None and not self.busy:
                return
            if task is not None and not self.starting:
                came += self._end(task, Died(task.lost or NOBODY))
            else:
                self.first.extendleft([] if task is None else [task])
                with uninterrupted():  # so that an answer is not lost that has come
                    for answer in self.processes.ready([*self.busy, *self.starting], LOOK):
                        came += self._take(answer)
                    self._give_up_starting()
            if came or every is not None:
                yield

    def _next(self) -> _Task[JobT] | None:
        if self.first:
            return self.first.popleft()
        job = next(self.waiting, None)
        return None if job is None else _Task(job)

    def _give(self, number: int, task: _Task[JobT]) -> bool:
        """Send a job to a process; whether it has come to an end instead."""
        try:
            data = pickle.dumps((self.fan.work, self.fan.ship(task.job)))
        except RecursionError:
            self.idle.append(number)
            return self._end(task, Died(TOO_DEEP))
        self.busy[self.processes.call(number, "do", data, self.fan.memory(number))] = (number, task)
        return False

    def _take(self, answer: Any) -> bool:
        """Take an answer; whether a job has come to an end."""
        if answer in self.starting:
            number, _ = self.starting.pop(answer)
            self._started(number, answer)
            return False
        number, task = self.busy.pop(answer)
        try:
            [data] = self.processes.get([answer])
        except MemoryError:
            self.idle.append(number)
            return self._end(task, Died("out of memory"))
        except Lost as lost:
            self._replace(number)
            if task.lost is None:
                self.first.append(_Task(task.job, str(lost)))
                return False
            return self._end(task, Died(f"{lost}, and so did a second one" if str(lost) == task.lost else f"{task.lost}; {lost}"))
        self.idle.append(number)
        result: ResultT = pickle.loads(data)
        return self._end(task, result)

    def _end(self, task: _Task[JobT], result: ResultT | Died) -> bool:
        following = self.then(task.job, result)
        if following is not None:
            self.first.append(_Task(following))
        return True

    # -- processes in place of others --

    def _replace(self, number: int) -> None:
        self.fan.places.pop(number, None)
        self.processes.drop(number)
        other = self.processes.add()
        self.starting[self.fan.asked_where(other)] = (other, time.monotonic())

    def _started(self, number: int, answer: Any) -> None:
        try:
            [place] = self.processes.get([answer])
            check_version(place)
        except (Lost, MemoryError, ClusterError):
            self.processes.drop(number)
            return
        self.fan.places[number] = place
        self.idle.append(number)

    def _give_up_starting(self) -> None:
        """A machine may be gone for good, and its CPUs with it."""
        for answer, (number, since) in list(self.starting.items()):
            if time.monotonic() - since > self.fan.patience:
                del self.starting[answer]
                self.processes.drop(number)
