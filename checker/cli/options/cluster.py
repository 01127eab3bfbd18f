# SPDX-License-Identifier: GPL-2.0-only
"""The options of commands that work on a cluster."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from checker.cluster.messages import Cluster, ClusterError
from checker.cluster.ray_cluster import AUTO, connected
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.language.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., int])

OPTIONS = (
    click.option(
        "--cluster",
        "address",
        metavar=f"{AUTO}|HOST:PORT",
        help=f"Work on the Ray cluster with that head. {AUTO}: the one that this machine belongs to, else one on this machine "
        "alone. Needs `pip install 'stackproof[cluster]'`.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        metavar="N",
        help="Processes on the cluster. Default: one for each of its CPUs.",
    ),
)


def cluster_options(command: Command) -> Callable[..., int]:
    """Gives a command the options that say where it works, and in place of them `cluster`."""

    @functools.wraps(command)
    def with_cluster(address: str | None, workers: int | None, **others: object) -> int:
        if address is None and workers is not None:
            raise UsageError("only a cluster has workers; add --cluster auto, or leave out --workers")
        return command(cluster=None if address is None else Cluster(address, workers), **others)

    found: Callable[..., int] = with_cluster
    for option in reversed(OPTIONS):
        found = option(found)
    return found


@contextmanager
def connection(cluster: Cluster | None) -> Iterator[None]:
    """While this lasts the command is connected to the cluster, if it has one. UsageError if that cannot be used."""
    try:
        with connected(cluster):
            yield
    except ClusterError as error:
        raise UsageError(str(error)) from None


def refuse_on_cluster(engine: str, reductions: frozenset[str], checkpoints: bool, named: frozenset[str]) -> None:
    """UsageError for what a search on a cluster does not do. named: the parameters that the user has named."""
    if engine not in ("auto", "compiled"):
        raise UsageError(f"a cluster searches with the compiled engine; leave out --engine {engine}, or --cluster")
    if PARTIAL_ORDER in reductions:
        raise UsageError(
            f"a search on a cluster has no {PARTIAL_ORDER} reduction; leave it out of --reduce, or leave out --cluster"
        )
    if checkpoints:
        raise UsageError("a search on a cluster has no checkpoints; leave out --cluster or the checkpoint")
    if "threads" in named:
        raise UsageError("a worker of a cluster has one thread; leave out --threads, and give more --workers")
