# SPDX-License-Identifier: GPL-2.0-only
"""Ray, as far as it is used: connecting to a cluster, processes on it, and their answers.

Nothing else imports Ray, and nothing does before a cluster is asked for.
"""

from __future__ import annotations

import importlib
import itertools
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from checker.caching import Untrusted, read_own
from checker.cluster.messages import Cluster, ClusterError
from checker.explicit.search.interrupts import SIGNALS

AUTO = "auto"
NOT_INSTALLED = "a cluster needs Ray, which is not installed: pip install 'stackproof[cluster]'"
TOKEN = "RAY_AUTH_MODE"
PATIENCE = 60.0
"""Seconds that the processes of a cluster may take to start."""
REACHABLE = 5.0
"""Seconds that the head of a cluster may take to answer."""
LOOK = 0.1
"""Seconds between two looks at signals and limits."""

ActorT = TypeVar("ActorT")


class Lost(Exception):
    """A process of the cluster has died, or does not answer. The text says which and why, in one line."""


def load_ray() -> Any:
    """The module. ClusterError if it is not installed."""
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise ClusterError(NOT_INSTALLED if error.name == "ray" else f"Ray cannot be loaded: {one_line(error)}") from None


@contextmanager
def connected(cluster: Cluster | None) -> Iterator[None]:
    """While this lasts this process is connected to the cluster; None: to none. ClusterError if that cannot be reached."""
    if cluster is None:
        yield
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster of ours tells nobody of itself
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    ray = load_ray()
    _silence(ray)
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        with _no_stderr():
            _connect(ray, cluster)
        for number, handler in handlers.items():
            signal.signal(number, handler)  # Ray has one of its own for SIGTERM
        yield
    finally:
        ray.shutdown()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _connect(ray: Any, cluster: Cluster) -> None:
    quiet = {"configure_logging": True, "logging_level": "CRITICAL", "log_to_driver": False}
    address = joined() if cluster.address == AUTO else cluster.address
    if address is not None:
        _check_reachable(address)
        try:
            ray.init(address=address, **quiet)
        except Exception as error:
            token = "" if os.environ.get(TOKEN) else f"; if it asks for a token, set {TOKEN}=token"
            raise ClusterError(f"{address}: Ray cannot connect to it: {one_line(error)}{token}") from None
        return
    own = {"include_dashboard": False, "num_cpus": cluster.workers, "_node_ip_address": "127.0.0.1"}
    try:
        ray.init(address="local", **quiet, **own)
    except Exception as error:
        raise ClusterError(f"Ray cannot be started: {one_line(error)}") from None


def joined() -> str | None:
    """The cluster that this machine belongs to: $RAY_ADDRESS, or what `ray start` has left for others, if this user did that and
    it still runs. None: there is none."""
    address = os.environ.get("RAY_ADDRESS")
    if address:
        return address
    try:
        path = Path(os.environ.get("RAY_TMPDIR") or "/tmp") / "ray" / "ray_current_cluster"
        address = read_own(path).decode("ascii").strip()
        _check_reachable(address)
    except (OSError, ValueError, Untrusted, ClusterError):
        return None
    return address


@contextmanager
def _no_stderr() -> Iterator[None]:
    """While this lasts nothing reaches standard error: the C++ of Ray warns there, each second, of what is raised too."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _silence(ray: Any) -> None:
    """What Ray has to say of processes that die goes to standard output, log_to_driver or not; that is for verdicts. Its public
    interface has nothing against it."""
    worker: Any = getattr(getattr(ray, "_private", None), "worker", None)
    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda data, ignore_prefix=False: None


def _check_reachable(address: str) -> None:
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or "/" in host:
        raise ClusterError(f"{address!r} is not the address of a Ray cluster; give HOST:PORT of its head, or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACHABLE).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise ClusterError(f"{address}: no Ray cluster can be reached there: {one_line(error)}") from None


def one_line(error: BaseException) -> str:
    """What an error says, in one line that a terminal can take."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return "".join(character for character in text if character.isprintable())[:300]


def cpus() -> int:
    """How many CPUs the cluster has for processes."""
    return int(load_ray().cluster_resources().get("CPU", 0))


def how_many(cluster: Cluster) -> int:
    """How many processes to start. ClusterError if there is no room for so many."""
    there = cpus()
    wanted = there if cluster.workers is None else cluster.workers
    if not there or wanted > there:
        raise ClusterError(f"the cluster has {there} CPUs, one for each worker; --workers asks for {max(1, wanted)}")
    return wanted


class Actors:
    """Processes that are all of one class. check: called now and then while answers are awaited; it raises to give up."""

    def __init__(self, class_: Callable[[], ActorT], count: int, check: Callable[[], None]) -> None:
        self.ray = load_ray()
        self.check = check
        self.actors: dict[int, Any] = {}
        self.numbers = itertools.count()
        self.remote = self.ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD")(class_)
        for _ in range(count):
            self.add()

    def __len__(self) -> int:
        return len(self.actors)

    def add(self) -> int:
        """Start one more; its number."""
        number = next(self.numbers)
        self.actors[number] = self.remote.remote()
        return number

    def drop(self, number: int) -> None:
        """End one, or do without one that has died."""
        self.ray.kill(self.actors.pop(number))

    def call(self, number: int, method: str, *arguments: object, answers: int = 1) -> Any:
        """Have a process do something; what stands for its answer, or a list of so many of them."""
        return getattr(self.actors[number], method).options(num_returns=answers).remote(*arguments)

    def get(self, awaited: Sequence[Any], seconds: float | None = None) -> list[Any]:
        """The answers. Lost if a process is, or if they take longer than so many seconds."""
        begun = time.monotonic()
        errors = self.ray.exceptions
        try:
            left = list(awaited)
            while left:
                ready, left = self.ray.wait(left, num_returns=len(left), timeout=LOOK)
                self.ray.get(ready)  # one that has failed is known at once
                self.check()
                if left and seconds is not None and time.monotonic() - begun > seconds:
                    raise Lost(f"{len(left)} of {len(awaited)} workers did not start within {seconds:g} seconds")
            return list(self.ray.get(list(awaited)))
        except errors.RayTaskError as error:
            raise as_raised(error) from None
        except errors.RayError as error:
            raise lost(error) from None

    def ready(self, awaited: Sequence[Any], seconds: float) -> list[Any]:
        """Answers that are there, or will not come: one as soon as there is one, none after so many seconds."""
        ready, _ = self.ray.wait(list(awaited), num_returns=1, timeout=seconds)
        return list(ready)

    def node(self, number: int) -> Any:
        """What stands for the identity of a process's machine."""
        return self.call(number, "__ray_call__", _node)

    def close(self) -> None:
        """End the processes."""
        for number in list(self.actors):
            self.drop(number)


def as_raised(error: Any) -> BaseException:
    """What a process raised: lack of memory, the loss of another's answer, or an error in stackproof."""
    cause = error.cause if isinstance(error.cause, BaseException) else error
    if isinstance(cause, MemoryError):
        return MemoryError()
    if isinstance(cause, load_ray().exceptions.RayError):
        return lost(cause)
    return RuntimeError(f"a worker failed: {type(cause).__name__}: {one_line(cause)}")


def lost(error: BaseException) -> Lost:
    """What an error of Ray's means, by its type: its texts are long, and name paths."""
    errors = load_ray().exceptions
    if isinstance(error, errors.OutOfMemoryError):
        return Lost("Ray ended a worker of the cluster, since its machine ran out of memory")
    if isinstance(error, errors.ObjectStoreFullError | errors.OutOfDiskError):
        return Lost("Ray had no room for what workers of the cluster send each other")
    if isinstance(error, errors.ActorUnavailableError):
        return Lost("a worker of the cluster does not answer")
    if isinstance(error, errors.RayActorError | errors.WorkerCrashedError | errors.NodeDiedError | errors.LocalRayletDiedError):
        return Lost("a worker of the cluster died")
    if isinstance(error, errors.ObjectLostError):
        return Lost("what one worker of the cluster had sent to another was lost")
    return Lost(f"the cluster failed: {type(error).__name__}")


def _node(_: object) -> str:
    return str(load_ray().get_runtime_context().get_node_id())
