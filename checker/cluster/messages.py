# SPDX-License-Identifier: GPL-2.0-only
"""What the driver of a distributed search and its members tell each other, as data."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import psutil

from checker.project import own_code

ROW_BITS = 32
"""A row of the whole search is its member's number and, in so many bits below it, the row there."""


class ClusterError(Exception):
    """The cluster cannot be used. The text is one line for the user."""


@dataclass(frozen=True)
class Cluster:
    """Where to search. address: HOST:PORT of a Ray cluster, or "auto": the one that this machine belongs to, else one that is
    started for the command. workers: how many, None for as many as it has CPUs. memory: bytes that each may take, None for its
    share of three quarters of its machine's."""

    address: str
    workers: int | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a member is. memory: bytes of its machine. code: the digest of what it runs."""

    node: str
    host: str
    memory: int
    code: str


@dataclass(frozen=True)
class Part:
    """Which part of a search is a member's. shape: what its library has to agree on (search_shape). wanted: for each property,
    whether to look for violations. memory: bytes that its process may take."""

    number: int
    members: int
    shape: tuple[int, int, int, int]
    wanted: bytes
    memory: int


@dataclass(frozen=True)
class Order:
    """What to do in a round, after all that came with it has been inserted. next_level: begin the next level. expand: expand
    states of the level. closed: properties that are not looked for any more. nanoseconds: for how long."""

    next_level: bool
    expand: bool
    closed: tuple[int, ...]
    nanoseconds: int


@dataclass(frozen=True)
class Report:
    """How far a member is. level: states of the level that it has begun in this round. done: it has expanded all of its level.
    parcels: for each other member, how many go to it. findings: (number, kind, row, what) of all that it has found. memory:
    bytes of its process."""

    states: int
    transitions: int
    expanded: int
    failure: int
    level: int
    done: bool
    parcels: tuple[int, ...]
    findings: tuple[tuple[int, int, int, int], ...]
    memory: int


def place_here(node: str) -> Place:
    """Where this process is. node: what Ray calls its machine."""
    return Place(node, socket.gethostname(), psutil.virtual_memory().total, own_code())


def check_version(place: Place) -> None:
    """ClusterError if a process runs other code than this one."""
    if place.code != own_code():
        raise ClusterError(f"{place.host} has another version of stackproof than this machine; install the same on both")
